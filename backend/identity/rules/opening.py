"""Who may be let into a new space, and by what age.

Source: Code civil, articles 388, 371-1 and 459.
"""

from datetime import date

from backend.identity.errors import OpeningInvalid
from backend.identity.limits import REPRESENTATIVES_MAX
from backend.identity.rules.passwords import comparable_login
from backend.identity.spaces.model import Opening, Patient

MAJORITY_YEARS = 18


def is_minor(birth_date: date, today: date) -> bool:
    """Say whether somebody is under 18 on a day; one born on 29 February is 18 on 1 March."""
    age = today.year - birth_date.year
    if (today.month, today.day) < (birth_date.month, birth_date.day):
        age -= 1
    return age < MAJORITY_YEARS


def check_opening(opening: Opening, today: date) -> None:
    """Refuse an opening whose representatives do not fit the person's age.

    A child has one or two. An adult has none, or up to two when a judge has
    named somebody to represent them.

    Raises:
        OpeningInvalid: A child without representative, more than two, or the
            same one twice.

    Source: Code civil, articles 388 (minors), 459 and 494-1 (protected adults).
    """
    birth_date = opening.patient.identity.traits.birth_date
    if birth_date > today:
        raise OpeningInvalid("Nobody is born in the future.", pointer="/birth_date")
    count = len(opening.representatives)
    if count == 0 and is_minor(birth_date, today):
        raise OpeningInvalid("A child has a representative.", pointer="/representatives")
    if count > REPRESENTATIVES_MAX:
        raise OpeningInvalid(
            f"There are {REPRESENTATIVES_MAX} representatives at most.", pointer="/representatives"
        )
    logins = [comparable_login(one.login) for one in opening.representatives if one.login]
    if len(logins) != len(set(logins)):
        raise OpeningInvalid("This representative is named twice.", pointer="/representatives")


def display_name(patient: Patient) -> str:
    """Return the name that the person goes by."""
    traits = patient.identity.traits
    given = patient.used_given_name or traits.birth_given_name
    return f"{given} {patient.used_family_name or traits.birth_family_name}"
