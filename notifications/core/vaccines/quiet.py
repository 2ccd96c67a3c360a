"""Which rules have nothing to ask of somebody of whom they are told nothing.

Most rules are silent for most people: of another age, another sex, or for a risk that
nobody told. Between two bounds of age that the files name, such a rule stays silent
whatever the day of birth. So each band of age is looked at once, and from then on a
rule is read for a person only if it asks something at that age, or if one of the
person's facts touches it.

Source: docs/decisions/0039-a-plan-is-made-in-bands.md.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import msgspec

from notifications.core.spans import SpanInvalid, days_in, length
from notifications.core.text import Text
from notifications.core.vaccines.catalogue import KEPT_MAX, Catalogue, Ruling
from notifications.core.vaccines.model import Vaccine
from notifications.core.vaccines.person import Person, plus

Silent = Callable[[Ruling, Person], bool]
"""Whether a rule asks nothing of a person of whom no fact but birth, sex and places is told."""

_MONTHS_IN_YEAR = 12
_DAYS_IN_A_MONTH = 365.2425 / _MONTHS_IN_YEAR
_UNEVEN = 4
"""So many days at most are several months longer or shorter than on average."""
_ELSEWHERE = "elsewhere"


class Quiet:
    """The bands of a calendar, each looked at when the first person of it comes."""

    def __init__(self, catalogue: Catalogue, is_silent: Silent) -> None:
        self._catalogue = catalogue
        self._is_silent = is_silent
        self._horizon = catalogue.general.horizon
        rules = [ruling.rule for ruling in catalogue.rulings]
        milestones = [ruling.milestones for ruling in catalogue.rulings]
        months, days = _ages([rules, milestones])
        self._months = sorted({bound for one in months for bound in (2 * one, 2 * one + 1)})
        self._days = sorted({bound for one in days for bound in (one, one + 1)})
        campaigns = [row for rows in catalogue.seasons.values() for row in rows]
        ends = {row.to + timedelta(days=1) for row in campaigns if row.to is not None}
        named = {one for one in _leaves([rules, campaigns]) if isinstance(one, date)}
        self._dates = sorted(named | ends)
        groups = [group for rule in rules for group in rule.who]
        self._places = {place for group in groups for place in (*group.residence, *group.born_in)}
        self._places.update(place for row in campaigns for place in row.regions)
        self._of_doses = sum(one.bit for one in catalogue.rulings if not _needs_more(one.rule))
        self._always = sum(one.bit for one in catalogue.rulings if not is_in_bands(one))
        self._of_pregnancy = sum(one.bit for one in catalogue.rulings if _is_of_pregnancy(one.rule))
        self._of_situation: dict[str, int] = {}
        for ruling in catalogue.rulings:
            for code in _situations(ruling.rule):
                self._of_situation[code] = self._of_situation.get(code, 0) | ruling.bit
        self._bands: dict[tuple[object, ...], int] = {}

    def awake(self, person: Person) -> list[Ruling]:
        """Return the rules that may say something to a person, in their order."""
        band = self._band(person)
        rules = self._bands.get(band)
        if rules is None:
            if len(self._bands) > KEPT_MAX:
                self._bands.clear()
            rules = self._bands[band] = self._look(person)
        for visit in person.visits:
            rules |= visit.rules & self._of_doses
        for situation in person.facts.situations:
            if situation.holds:
                rules |= self._of_situation.get(situation.code, 0)
        if person.pregnancy is not None:
            rules |= self._of_pregnancy
        return [ruling for ruling in self._catalogue.rulings if rules & ruling.bit]

    def _look(self, person: Person) -> int:
        bare = person.without_facts(self._catalogue)
        awake = (one.bit for one in self._catalogue.rulings if not self._is_silent(one, bare))
        return sum(awake) | self._always

    def _band(self, person: Person) -> tuple[object, ...]:
        birth, on, facts = person.birth, person.on, person.facts
        months, days = age_on(birth, on)
        far_months, far_days = age_on(birth, plus(on, self._horizon))
        return (
            bisect_right(self._months, months),
            bisect_right(self._days, days),
            bisect_right(self._months, far_months),
            bisect_right(self._days, far_days),
            bisect_right(self._dates, birth),
            bisect_right(self._dates, on),
            facts.sex,
            person.region if person.region in self._places else _ELSEWHERE,
            facts.born_in if facts.born_in in self._places else _ELSEWHERE,
        )


def age_on(birth: date, on: date) -> tuple[int, int]:
    """Return an age in halves of months, and in days.

    That is twice the months that are complete, and one more after the very day on which
    they were: so that "from" a day and "after" it are two different bounds.
    """
    last = days_in(on.year, on.month)
    day = min(last, birth.day)
    months = (on.year - birth.year) * _MONTHS_IN_YEAR + on.month - birth.month
    if on.day == day:
        return 2 * months, on.toordinal() - birth.toordinal()
    months -= on.day < day
    return 2 * months + 1, on.toordinal() - birth.toordinal()


def is_in_bands(ruling: Ruling) -> bool:
    """Whether a rule's silence depends on nothing but bands.

    Where a rule's ages in weeks and in months change places with the birthday, none does.
    """
    months, days = _ages([ruling.rule, ruling.milestones])
    return not any(abs(one * _DAYS_IN_A_MONTH - day) < _UNEVEN for one in months for day in days)


def _ages(part: object) -> tuple[set[int], set[int]]:
    """Return the ages that are written in months, and those in days: first and last ones."""
    months: set[int] = set()
    days: set[int] = set()
    for text in _leaves(part):
        if not isinstance(text, str) or not text[:1].isdigit():
            continue
        try:
            written = length(text)
        except SpanInvalid:
            continue
        months.update(written.months)
        days.update(written.days)
    return months, days


def _leaves(part: object) -> Iterator[object]:
    """Yield every word, number and day of some rules."""
    if isinstance(part, Text):
        return  # Words for people bound nothing.
    if isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            yield from _leaves(getattr(part, name))
    elif isinstance(part, (list, tuple)):
        for one in part:
            yield from _leaves(one)
    else:
        yield part


def _situations(rule: Vaccine) -> set[str]:
    """Name the situations without which a silent rule would stay silent."""
    named = {code for group in rule.who for code in (*group.situations, *group.and_situations)}
    named.update(code for group in rule.who for code in group.had)
    named.update(rule.events, rule.complete_if)
    if rule.contact is not None:
        named.add(rule.contact)
    return named


def _needs_more(rule: Vaccine) -> bool:
    """Whether a rule stays silent whatever doses were had, unless some situation is told."""
    if rule.timetable in ("pregnancy", "contact"):
        return True
    is_for_some = all(
        one.situations or one.and_situations or one.had or one.pregnant for one in rule.who
    )
    is_a_track = rule.timetable == "every" or (rule.timetable == "series" and rule.track != "")
    return is_a_track and is_for_some and rule.who != ()


def _is_of_pregnancy(rule: Vaccine) -> bool:
    return rule.timetable == "pregnancy" or any(group.pregnant for group in rule.who)
