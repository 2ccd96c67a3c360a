"""Who may be let into a new space, and by what age.

Source: Code civil, articles 388, 371-1 and 459.
"""

from datetime import UTC, date, datetime, time

from backend.identity.errors import OpeningInvalid
from backend.identity.limits import LEGAL_ZONE, MAJORITY_YEARS, REPRESENTATIVES_MAX
from backend.identity.rules.passwords import comparable_login
from backend.identity.spaces.model import Opening, Patient


def majority_on(birth_date: date) -> date:
    """Say on which day somebody is 18; one born on 29 February is on 1 March."""
    year = birth_date.year + MAJORITY_YEARS
    try:
        return birth_date.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def majority_at(birth_date: date) -> datetime:
    """Say at which instant somebody is 18: when their birthday begins, where the law is made.

    Source: Code civil, articles 388 and 414; docs/decisions/0022-mandates.md.
    """
    return datetime.combine(majority_on(birth_date), time(0), tzinfo=LEGAL_ZONE).astimezone(UTC)


def is_minor(birth_date: date, today: date) -> bool:
    """Say whether somebody is under 18 on a day of `LEGAL_ZONE`."""
    return today < majority_on(birth_date)


def legal_day(now: datetime) -> date:
    """Return the day that an instant is of, where birthdays are counted."""
    return now.astimezone(LEGAL_ZONE).date()


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
