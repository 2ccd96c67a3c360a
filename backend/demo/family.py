"""A fictional family of three generations, as it would be on a given day."""

import tomllib
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import msgspec
from stdnum.fr import nir

from backend.demo.model import (
    Analyte,
    Born,
    Family,
    Letter,
    MadeUp,
    Person,
    PersonFile,
    Relation,
    Vaccines,
)
from backend.demo.moments import Origin, add_months
from backend.demo.records import Expansion
from backend.identity.model import Ins, InsOid, StrictTraits
from notifications.core.pack_decode import Campaigns

SEED = 1
# Who acts for others first: a child's space is opened for somebody who has an account.
KEYS = ("claire", "lucienne", "malo")
_RELATIONS = (
    Relation(person="malo", by="claire", role="representative", code="MTH"),
    Relation(person="lucienne", by="claire", role="caregiver", code="DAU"),
)
_SEX_DIGITS = {"male": "1", "female": "2"}

T = TypeVar("T")


def family(today: date, *, seed: int = SEED) -> Family:
    """Describe the family on a day: same day and seed, same family.

    Ages, numbers and every date follow from *today*. Nobody here exists, and
    nobody can bear one of these numbers.
    """
    persons = tuple(_person(key, today, seed) for key in KEYS)
    return Family(persons=persons, relations=_RELATIONS)


def circle() -> dict[str, MadeUp]:
    """Return the professionals around the family, by key."""
    found = _read("professionals.toml")
    defaults: dict[str, Any] = {"specialty": None, "is_regulator": False, "ties": {}}
    return {key: msgspec.convert({**defaults, **one}, MadeUp) for key, one in found.items()}


def letters(about: str) -> tuple[Letter, ...]:
    """Return what professionals wrote about somebody."""
    every = msgspec.convert(_read("letters.toml")["letter"], tuple[Letter, ...])
    return tuple(one for one in every if one.about == about)


def demo_matrix() -> str:
    """Return lines for the rights matrix that hold in the demonstration only."""
    return files("backend.demo").joinpath("data", "matrix.csv").read_text("utf-8")


def campaigns(today: date) -> Campaigns:
    """Return the vaccination campaigns of the demonstration, as they would be on a given day."""
    found = _read("campaigns.toml")
    origin = Origin(today=today, birth=today)
    seasons = []
    for one in found["season"]:
        first, last = origin.day(one["from"]), origin.day(one["to"])
        named = f"{first.year}-{last.year}"
        seasons.append({**one, "id": named, "from": first, "to": last})
    return msgspec.convert({**found, "season": seasons}, Campaigns)


def birth_date(born: Born, today: date) -> date:
    """Return the birth date of somebody whose age on *today* is given."""
    return add_months(today, -(12 * born.years + born.months)) - timedelta(days=born.days)


def ins_for_tests(born: Born, on: date) -> Ins:
    """Build a well-formed number under the test identifier of the national service.

    The order of a real birth in these small communes has never come near 990
    within one month, so that this is nobody's number.
    """
    body = f"{_SEX_DIGITS[born.sex]}{on:%y%m}{born.place}{born.order}"
    return Ins(value=body + nir.calc_check_digits(body), oid=InsOid.NIR_TEST)


def _person(key: str, today: date, seed: int) -> Person:
    file = _file(f"{key}.toml", PersonFile)
    birth = birth_date(file.born, today)
    expansion = Expansion(
        key=key,
        seed=seed,
        origin=Origin(today=today, birth=birth),
        file=file,
        vaccines=_file("vaccines.toml", Vaccines),
        analytes=_file("analytes.toml", dict[str, Analyte]),
    )
    return Person(
        key=key,
        traits=StrictTraits(
            birth_family_name=file.names.birth_family,
            birth_given_name=file.names.given[0],
            given_names=file.names.given,
            birth_date=birth,
            sex=file.born.sex,
            birth_place_code=file.born.place,
        ),
        ins=ins_for_tests(file.born, birth),
        used_family_name=file.names.used_family,
        used_given_name=file.names.used_given,
        sign_in=file.sign_in,
        profile=file.profile,
        records=list(expansion.records()),
    )


@cache
def _read(name: str) -> dict[str, Any]:
    text = files("backend.demo").joinpath("data", name).read_text("utf-8")
    return tomllib.loads(text)


def _file(name: str, kind: type[T]) -> T:
    return msgspec.convert(_read(name), kind)
