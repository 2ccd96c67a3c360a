"""The French files as they ship, and persons told in a line or two."""

import re
from datetime import date, timedelta
from pathlib import Path

import msgspec

import notifications
from notifications.core.facts import Dose, Facts, Pregnancy, Refusal, Situation
from notifications.core.recommendation import Parts, Recommendation, Source, Status
from notifications.core.vaccines import Products, Seasons, VaccineRules, recommend_vaccines

FRANCE = Path(notifications.__file__).parent / "calendars" / "fr"
RULES = msgspec.toml.decode((FRANCE / "vaccines.toml").read_bytes(), type=VaccineRules)
PRODUCTS = msgspec.toml.decode((FRANCE / "products.toml").read_bytes(), type=Products)
SEASONS = msgspec.toml.decode((FRANCE / "seasons.toml").read_bytes(), type=Seasons)
OPEN = (Status.NOT_YET, Status.DUE, Status.OVERDUE, Status.UNKNOWN)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_BY_NAME = {name.upper(): one.id for one in PRODUCTS.product for name in (one.id, one.name)}


def cite(key: str) -> Source:
    """Cite a source by its key alone."""
    return Source(key=key, title=key)


def plan(facts: Facts, on: date | str) -> Parts:
    """Plan the French vaccines."""
    return recommend_vaccines(RULES, PRODUCTS, SEASONS, facts, _day(on), cite=cite)


def person(
    born: date | str,
    *doses: str,
    sex: str = "female",
    residence: str | None = None,
    born_in: str | None = None,
    situations: tuple[str, ...] = (),
    last_period: str | None = None,
    refused: tuple[str, ...] = (),
) -> Facts:
    """Tell a person: doses as `HEXYON 2025-08-15, 2025-10-15` or `valence:MenC 2022-01-01`."""
    return Facts(
        birth_date=_day(born),
        sex=sex,  # type: ignore[arg-type]
        residence=residence,
        born_in=born_in,
        doses=tuple(dose for line in doses for dose in given(line)),
        situations=tuple(situation(line) for line in situations),
        pregnancies=()
        if last_period is None
        else (Pregnancy(fact_id="pregnancy", last_period_on=_day(last_period)),),
        refusals=tuple(Refusal(fact_id=item, item=item, since=_day(born)) for item in refused),
    )


def given(line: str) -> tuple[Dose, ...]:
    """Read one product, or valences, and its days."""
    words = line.replace(",", " ").split()
    days = [word for word in words if _DAY.fullmatch(word)]
    name = " ".join(word for word in words if word not in days)
    if name.startswith("valence:"):
        product, valences = None, frozenset(name.removeprefix("valence:").split("+"))
    else:
        product, valences = _BY_NAME[name.upper()], frozenset[str]()
    return tuple(
        Dose(fact_id=f"{name} {day}", given_on=_day(day), valences=valences, product=product)
        for day in days
    )


def situation(line: str) -> Situation:
    """Read `diabetes`, `no diabetes`, or `diabetes 2020-01-01 2021-12-31`."""
    words = line.split()
    holds = words[0] != "no"
    code, *bounds = words if holds else words[1:]
    days = [_day(bound) for bound in bounds]
    return Situation(
        fact_id=line,
        code=code,
        holds=holds,
        since=days[0] if days else None,
        until=days[1] if len(days) > 1 else None,
    )


def weeks_before(on: date, weeks: int) -> date:
    """Return the first day of the last period, from the weeks of amenorrhoea of a day."""
    return on - timedelta(weeks=weeks)


def find(parts: Parts, item: str, step: str | None = None) -> Recommendation | None:
    """Return the first recommendation of an item that is not done, or of one of its steps."""
    for one in parts.recommendations:
        if one.item == item and (one.step == step if step else one.status is not Status.DONE):
            return one
    return None


def says(facts: Facts, on: date | str, item: str, step: str | None = None) -> str:
    """Say in a word or two where a person stands: `due 2026-02-14`, `done`, `silent`."""
    found = find(plan(facts, on), item, step)
    if found is None:
        return "silent"
    if found.status is Status.DONE:
        return "done"
    return f"{found.status.value} {found.due_on or 'any'}"


def _day(day: date | str) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day
