"""What the rules know of one person. Nothing else may decide a recommendation.

An absent fact is unknown, which is not the same as one that is said not to be:
where a rule needs to know, it asks.
"""

from datetime import date
from typing import Literal

import msgspec

Sex = Literal["female", "male", "unknown"]


class Dose(msgspec.Struct, frozen=True, kw_only=True):
    """One dose of a vaccine that was given.

    `fact_id` is the host's, opaque here. `product` is an id of the pack's catalogue,
    or None; `valences` are what it protects against, in the catalogue's words, and
    may be known where the product is not.
    """

    fact_id: str
    given_on: date
    valences: frozenset[str]
    product: str | None = None


class Exam(msgspec.Struct, frozen=True, kw_only=True):
    """One examination that took place: a screening test, a child's, a dentist's, a check.

    `code` is a word of the pack's list of exams. `window` names which of several
    like examinations it was, such as `4m-5m`, where the host knows.
    """

    fact_id: str
    code: str
    performed_on: date
    result: Literal["normal", "abnormal", "unknown"] = "unknown"
    window: str | None = None


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """Something that holds, or is said not to, about a person for a while.

    `code` is a word of the pack's list of situations: a risk, a place of life, a
    contraindication, a past disease. `holds` is False for "I was asked, and no".
    A bound that is None is open.
    """

    fact_id: str
    code: str
    holds: bool = True
    since: date | None = None
    until: date | None = None


class Pregnancy(msgspec.Struct, frozen=True, kw_only=True):
    """One pregnancy. Weeks of amenorrhoea count from `last_period_on`."""

    fact_id: str
    last_period_on: date
    ended_on: date | None = None


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """What a person has said no to, or was advised against, since a day.

    `item` is an item of the calendar. `advised_against` tells a contraindication,
    which a professional stated, from the person's own choice.
    """

    fact_id: str
    item: str
    since: date
    advised_against: bool = False
    until: date | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """One person, as the rules see one. `residence` and `born_in` are ISO 3166-1 codes.

    Overseas regions have codes of their own: GP, MQ, GF, RE, YT.
    """

    birth_date: date
    sex: Sex = "unknown"
    residence: str | None = None
    born_in: str | None = None
    doses: tuple[Dose, ...] = ()
    exams: tuple[Exam, ...] = ()
    situations: tuple[Situation, ...] = ()
    pregnancies: tuple[Pregnancy, ...] = ()
    refusals: tuple[Refusal, ...] = ()
