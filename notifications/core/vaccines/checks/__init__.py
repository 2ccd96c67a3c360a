"""Read a pack's vaccine files as a reviewer would."""

from notifications.core.vaccines.checks.files import file_faults
from notifications.core.vaccines.checks.schemes import scheme_faults
from notifications.core.vaccines.checks.spelling import spelling_faults
from notifications.core.vaccines.checks.words import situations_of, word_faults
from notifications.core.vaccines.model import Products, Seasons, VaccineRules

__all__ = ["check_rules", "situations_of"]


def check_rules(rules: VaccineRules, products: Products, seasons: Seasons) -> list[str]:
    """List every fault of three files, each as a sentence that says where it is.

    Which situations and sources there are is in other files of the pack: compare
    them with `situations_of`, and with the `source` of each rule.
    """
    faults = spelling_faults(rules, products)
    faults += word_faults(rules, products, seasons)
    faults += file_faults(rules, products, seasons)
    if not faults:  # What is misspelt cannot be compared.
        faults += scheme_faults(rules)
    return faults
