"""Which facts can be: what cannot is told, and counts for nothing."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

import msgspec

from notifications.core import words
from notifications.core.facts import Dose, Exam, Facts, Pregnancy, Refusal, Situation
from notifications.core.pack import Pack
from notifications.core.text import Text

F = TypeVar("F")

_PREGNANCY = Text(fr="La grossesse", en="The pregnancy")
YEAR_MIN = 1850
YEAR_MAX = 2199


def sound_facts(pack: Pack, facts: Facts, on: date) -> tuple[Facts | None, tuple[Text, ...]]:
    """Keep what can be.

    Returns:
        The facts that count, or None where the person is not born or a year cannot
        be; and for each of the others a sentence that says what is wrong with it.
    """
    born = facts.birth_date
    for day in (born, on):
        fault = year_fault(day)
        if fault is not None:
            return None, (fault,)
    if born > on:
        return None, (_not_born(born),)
    if _are_sound(pack, facts, on):
        return facts, ()
    problems: list[Text] = []

    def kept(ones: Iterable[F], fault: Callable[[F], Text | None]) -> tuple[F, ...]:
        sound = []
        for one in ones:
            found = fault(one)
            if found is None:
                sound.append(one)
            else:
                problems.append(found)
        return tuple(sound)

    doses = kept(facts.doses, lambda dose: _dose(pack, dose, born, on))
    sound = msgspec.structs.replace(
        facts,
        doses=tuple(_recognised(pack, dose, problems) for dose in doses),
        exams=kept(facts.exams, lambda exam: _exam(pack, exam, born, on)),
        situations=kept(facts.situations, lambda one: _situation(pack, one)),
        pregnancies=kept(facts.pregnancies, lambda one: _pregnancy(one, born, on)),
        refusals=kept(facts.refusals, lambda one: _refusal(pack, one)),
    )
    return sound, tuple(sorted(problems, key=lambda text: text.en))


def _are_sound(pack: Pack, facts: Facts, on: date) -> bool:
    """Say whether nothing at all is wrong, as of nearly everybody: without a word."""
    born, products, exams, windows = facts.birth_date, pack.product_of, pack.exam_of, pack.windows
    for dose in facts.doses:
        known = dose.product is None or dose.product in products
        if not (known and born <= dose.given_on <= on):
            return False
    for exam in facts.exams:
        known = exam.code in exams and (exam.window is None or exam.window in windows)
        if not (known and born <= exam.performed_on <= on):
            return False
    return not (
        any(_situation(pack, one) for one in facts.situations)
        or any(_pregnancy(one, born, on) for one in facts.pregnancies)
        or any(_refusal(pack, one) for one in facts.refusals)
    )


def year_fault(day: date) -> Text | None:
    """Say what is wrong with a day that no record holds: ages after it could not be counted."""
    if YEAR_MIN <= day.year <= YEAR_MAX:
        return None
    return Text(
        fr=f"L'année {day.year} n'est pas entre {YEAR_MIN} et {YEAR_MAX}. Corrigez-la.",
        en=f"The year {day.year} is not from {YEAR_MIN} to {YEAR_MAX}. Correct it.",
    )


def _dose(pack: Pack, dose: Dose, born: date, on: date) -> Text | None:
    product = pack.product_of.get(dose.product or "")
    name = product.name if product is not None else ""
    what = Text(fr=f"Le vaccin {name}".rstrip(), en=f"The vaccine {name}".rstrip())
    return _outside_life(what, dose.given_on, born, on)


def _recognised(pack: Pack, dose: Dose, problems: list[Text]) -> Dose:
    """Keep a dose of an unknown product for what it is said to protect against."""
    if dose.product is None or dose.product in pack.product_of:
        return dose
    problems.append(_unknown_product(dose.product))
    return msgspec.structs.replace(dose, product=None)


def _exam(pack: Pack, exam: Exam, born: date, on: date) -> Text | None:
    known = pack.exam_of.get(exam.code)
    if known is None:
        return _unknown("examen", "examination", exam.code)
    what = Text(fr=f"L'examen « {known.name.fr} »", en=f"The examination “{known.name.en}”")
    outside = _outside_life(what, exam.performed_on, born, on)
    if outside is None and exam.window is not None and exam.window not in pack.windows:
        return _unknown("période d'examen", "window of examinations", exam.window)
    return outside


def _situation(pack: Pack, one: Situation) -> Text | None:
    known = pack.situation_of.get(one.code)
    if known is None:
        return _unknown("situation", "situation", one.code)
    if one.since is not None and one.until is not None and one.until < one.since:
        return _ends_first(known.name, one.since, one.until)
    return None


def _pregnancy(one: Pregnancy, born: date, on: date) -> Text | None:
    what = _PREGNANCY
    if one.ended_on is not None and one.ended_on < one.last_period_on:
        return _ends_first(what, one.last_period_on, one.ended_on)
    return _outside_life(what, one.last_period_on, born, on)


def _refusal(pack: Pack, one: Refusal) -> Text | None:
    return None if one.item in pack.items else _unknown("élément du calendrier", "item", one.item)


def _outside_life(what: Text, day: date, born: date, on: date) -> Text | None:
    if born <= day <= on:
        return None
    when = words.said(day)
    if day < born:
        return Text(
            fr=f"{what.fr} porte la date du {when.fr}, avant la naissance. Corrigez cette date.",
            en=f"{what.en} is dated {when.en}, before birth. Correct this date.",
        )
    return Text(
        fr=f"{what.fr} porte la date du {when.fr}, qui n'est pas encore venue. "
        "Corrigez cette date.",
        en=f"{what.en} is dated {when.en}, which has not come yet. Correct this date.",
    )


def _ends_first(what: Text, since: date, until: date) -> Text:
    first, last = words.said(since), words.said(until)
    return Text(
        fr=f"{what.fr} : la fin, le {last.fr}, est avant le début, le {first.fr}. "
        "Corrigez ces dates.",
        en=f"{what.en}: it ends on {last.en}, before it begins on {first.en}. Correct these dates.",
    )


def _unknown(fr: str, en: str, word: str) -> Text:
    return Text(
        fr=f"Ce calendrier ne connaît aucun(e) {fr} « {word} » : il n'en est pas tenu compte.",
        en=f"This calendar knows no {en} “{word}”: it counts for nothing.",
    )


def _unknown_product(product: str) -> Text:
    return Text(
        fr=f"Ce calendrier ne connaît aucun vaccin « {product} » : seul compte ce contre quoi il "
        "est dit protéger. Vérifiez le nom sur la boîte.",
        en=f"This calendar knows no vaccine “{product}”: only what it is said to protect against "
        "counts. Check the name on the box.",
    )


def _not_born(born: date) -> Text:
    when = words.said(born)
    return Text(
        fr=f"La date de naissance, le {when.fr}, n'est pas encore venue. Corrigez-la.",
        en=f"The date of birth, {when.en}, has not come yet. Correct it.",
    )
