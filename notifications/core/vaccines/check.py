"""Read a pack's vaccine files as a reviewer would."""

from notifications.core.vaccines.model import Products, Seasons, VaccineRules


def check_rules(rules: VaccineRules, products: Products, seasons: Seasons) -> list[str]:
    """List every fault as a sentence."""
    return []
