"""Facts as people write them in a line: `HEXYON 2025-08-15`, `fit 2024-01-10 normal`.

The command line reads them, and files of persons that try a calendar out.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Literal

import msgspec

from notifications.core.facts import Dose, Exam, Facts, Pregnancy, Refusal, Situation
from notifications.core.pack import Pack
from notifications.core.screenings.model import Strict
from notifications.core.sound import year_fault
from notifications.core.text import Text
from notifications.core.vaccines.model import Product

Result = Literal["normal", "abnormal", "unknown"]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NO_WORD = re.compile(r"[^a-z0-9]+")
_VALENCES = "valence:"
_PLACE = re.compile(r"[A-Za-z]{2}")
_RESULTS: Mapping[str, Result] = {
    "normal": "normal",
    "abnormal": "abnormal",
    "unknown": "unknown",
}
WEEKS_MAX = 44
LISTED_MAX = 30
"""So many words are told at most to somebody who wrote one that is not known."""


class WrittenInvalid(ValueError):
    """A line says nothing that a calendar can count. `text` says why, and what to write."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(fr=fr, en=en)


class Person(Strict, frozen=True, kw_only=True):
    """One person to try a calendar with. Each line is written as on the command line.

    `on` is the day to look at.
    """

    id: int | str
    born: date
    on: date
    sex: Literal["female", "male", "unknown"] = "unknown"
    residence: str | None = None
    born_in: str | None = None
    doses: tuple[str, ...] = ()
    exams: tuple[str, ...] = ()
    situations: tuple[str, ...] = ()
    pregnant_since: date | None = None
    weeks: int | None = None
    refused: tuple[str, ...] = ()
    note: str | None = None


class Persons(Strict, frozen=True, kw_only=True):
    """A file of persons."""

    case: tuple[Person, ...]


def read_persons(content: bytes) -> tuple[Person, ...]:
    """Read a file of persons.

    Raises:
        WrittenInvalid: It is no TOML, or holds a word that is not known.
    """
    try:
        return msgspec.toml.decode(content, type=Persons).case
    except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
        raise WrittenInvalid(
            f"Ce fichier ne se lit pas : {fault}.", f"This file cannot be read: {fault}."
        ) from None


def facts_of(pack: Pack, person: Person) -> Facts:
    """Return the facts of a person.

    Raises:
        WrittenInvalid: A line cannot be read, or names what the calendar does not know.
    """
    for day in (person.born, person.on):
        fault = year_fault(day)
        if fault is not None:
            raise WrittenInvalid(fault.fr, fault.en)
    start = person.pregnant_since
    if person.weeks is not None:
        if start is not None or not 0 <= person.weeks <= WEEKS_MAX:
            raise WrittenInvalid(
                f"Une grossesse se dit par son début, ou par 0 à {WEEKS_MAX} semaines.",
                f"A pregnancy is told by its beginning, or by 0 to {WEEKS_MAX} weeks.",
            )
        start = person.on - timedelta(weeks=person.weeks)
    return Facts(
        birth_date=person.born,
        sex=person.sex,
        residence=_place(person.residence),
        born_in=_place(person.born_in),
        doses=tuple(dose for line in person.doses for dose in read_doses(pack, line)),
        exams=tuple(read_exam(pack, line) for line in person.exams),
        situations=tuple(read_situation(pack, line) for line in person.situations),
        pregnancies=()
        if start is None
        else (Pregnancy(fact_id="pregnancy", last_period_on=start),),
        refusals=tuple(read_refusal(pack, line, person.on) for line in person.refused),
    )


def read_doses(pack: Pack, line: str) -> tuple[Dose, ...]:
    """Read `HEXYON 2025-08-15`, with more days after commas where there are more.

    What is known only by what it protects against is written `valence:MenC 2022-01-01`.

    Raises:
        WrittenInvalid: There is no day, no such product, or several that differ.
    """
    first = _DAY.search(line)
    name = (line if first is None else line[: first.start()]).strip()
    if first is None or not name:
        raise WrittenInvalid(
            f"« {line} » : écrivez le vaccin, puis le jour, comme HEXYON 2025-08-15.",
            f"“{line}”: write the vaccine, then the day, as in HEXYON 2025-08-15.",
        )
    days = [_day(word, line) for word in line[first.start() :].replace(",", " ").split()]
    if name.startswith(_VALENCES):
        valences = _valences(pack, name.removeprefix(_VALENCES))
        return tuple(
            Dose(fact_id=f"dose {name} {on}", given_on=on, valences=valences) for on in days
        )
    product = _product(pack, name)
    return tuple(
        Dose(
            fact_id=f"dose {product.id} {on}",
            given_on=on,
            product=product.id,
            valences=frozenset(product.valences),
        )
        for on in days
    )


def read_exam(pack: Pack, line: str) -> Exam:
    """Read `fit 2024-01-10 normal`, or `child-exam 2024-01-10 2m-3m`.

    Raises:
        WrittenInvalid: There is no day, or no such examination, result or window.
    """
    words = line.split()
    if len(words) < 2 or words[0] not in pack.exam_of:
        raise _unknown(line, "fit 2024-01-10 normal", sorted(pack.exam_of))
    result: Result = "unknown"
    window = None
    for word in words[2:]:
        if word in _RESULTS:
            result = _RESULTS[word]
        elif word in pack.windows:
            window = word
        else:
            raise _unknown(line, "fit 2024-01-10 normal", [*_RESULTS, *sorted(pack.windows)])
    return Exam(
        fact_id=f"exam {line}",
        code=words[0],
        performed_on=_day(words[1], line),
        result=result,
        window=window,
    )


def read_situation(pack: Pack, line: str) -> Situation:
    """Read `diabetes`, `no diabetes`, or `diabetes 2020-01-01 2021-12-31`.

    Raises:
        WrittenInvalid: There is no such situation, or no such day.
    """
    words = line.split()
    holds = words[:1] != ["no"]
    if "pregnant" in words:
        raise WrittenInvalid(
            "Une grossesse a ses dates : dites ses semaines (weeks), ou le premier jour des "
            "dernières règles (pregnant-since).",
            "A pregnancy has dates: tell its weeks (weeks), or the first day of the last period "
            "(pregnant-since).",
        )
    code, *bounds = (words if holds else words[1:]) or [""]
    if code not in pack.situation_of or len(bounds) > 2:
        raise _unknown(line, "diabetes 2020-01-01", sorted(pack.situation_of))
    days = [_day(bound, line) for bound in bounds]
    return Situation(
        fact_id=f"situation {line}",
        code=code,
        holds=holds,
        since=days[0] if days else None,
        until=days[1] if len(days) > 1 else None,
    )


def read_refusal(pack: Pack, line: str, on: date) -> Refusal:
    """Read `breast`, `breast 2026-01-01`, or `advised-against mmr`; it stands on a day.

    Raises:
        WrittenInvalid: There is no such item, or no such day.
    """
    words = line.split()
    against = words[:1] == ["advised-against"]
    item, *since = (words[1:] if against else words) or [""]
    if item not in pack.items or len(since) > 1:
        raise _unknown(line, "breast 2026-01-01", sorted(pack.items))
    return Refusal(
        fact_id=f"refusal {line}",
        item=item,
        since=_day(since[0], line) if since else on,
        advised_against=against,
    )


def _place(word: str | None) -> str | None:
    if word is None or _PLACE.fullmatch(word):
        return word and word.upper()
    raise WrittenInvalid(
        f"« {word} » n'est pas un lieu : écrivez un code de deux lettres, comme FR ou GF.",
        f"“{word}” is no place: write a code of two letters, such as FR or GF.",
    )


def _product(pack: Pack, name: str) -> Product:
    """Find a product by its id, its name, its NUVA code, or words of its name."""
    wanted = _plain(name)
    begun, words = [], frozenset(wanted.split())
    for product in pack.products.product:
        names = (_plain(product.id), _plain(product.name), _plain(product.nuva or product.id))
        if wanted in names:
            return product
        if words and words.issubset(names[1].split()):
            begun.append(product)
    if not begun:
        raise WrittenInvalid(
            f"Ce calendrier ne connaît aucun vaccin « {name} ». Vérifiez le nom sur la boîte.",
            f"This calendar knows no vaccine “{name}”. Check the name on the box.",
        )
    if len({frozenset(one.valences) for one in begun}) > 1:
        several = ", ".join(one.name for one in begun)
        raise WrittenInvalid(
            f"Plusieurs vaccins s'appellent « {name} » : {several}. Écrivez lequel.",
            f"Several vaccines are called “{name}”: {several}. Write which one.",
        )
    return begun[0]


def _valences(pack: Pack, words: str) -> frozenset[str]:
    known = {one.id for one in pack.products.valence}
    valences = frozenset(words.split("+"))
    if not valences <= known:
        raise _unknown(words, "valence:MenC 2022-01-01", sorted(known))
    return valences


def _plain(name: str) -> str:
    """Write a name in small letters and digits, a space between its words."""
    return _NO_WORD.sub(" ", name.lower()).strip()


def _day(word: str, line: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise WrittenInvalid(
            f"« {line} » : « {word} » n'est pas un jour. Écrivez-le comme 2025-08-15.",
            f"“{line}”: “{word}” is no day. Write it as 2025-08-15.",
        ) from None


def _unknown(line: str, example: str, words: Sequence[str]) -> WrittenInvalid:
    """Say what to write instead: the words that look like it, or all where they are few."""
    if len(words) > LISTED_MAX:
        told = [word for word in line.split() if word not in ("no", "advised-against")]
        near = get_close_matches(told[0] if told else "", words, LISTED_MAX, cutoff=0.4)
        words = near or words[:LISTED_MAX]
    known = ", ".join(words)
    return WrittenInvalid(
        f"« {line} » n'est pas compris. Écrivez par exemple {example}. Mots connus : {known}.",
        f"“{line}” is not understood. Write for example {example}. Known words: {known}.",
    )
