"""From the facts of a person to what is advised, vaccine by vaccine."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache

from notifications.core.facts import Facts, Refusal
from notifications.core.recommendation import (
    Kind,
    Level,
    Parts,
    Recommendation,
    Silence,
    Status,
)
from notifications.core.text import Text
from notifications.core.vaccines import words
from notifications.core.vaccines.ages import ages
from notifications.core.vaccines.catalogue import Catalogue, Cite, Files, Ruling
from notifications.core.vaccines.groups import State
from notifications.core.vaccines.model import Products, Seasons, Vaccine, VaccineRules
from notifications.core.vaccines.occasions import contact, every, pregnancy
from notifications.core.vaccines.person import Person, plus
from notifications.core.vaccines.quiet import Quiet
from notifications.core.vaccines.seasonal import rows, season
from notifications.core.vaccines.series import series
from notifications.core.vaccines.steps import Case, Outcome, Step, silent
from notifications.core.vaccines.together import together
from notifications.core.vaccines.waits import forbidden
from notifications.core.words import later

_TIMETABLES: dict[str, Callable[[Case], Outcome]] = {
    "series": series,
    "ages": ages,
    "season": season,
    "pregnancy": pregnancy,
    "every": every,
    "contact": contact,
}

_DONE, _VACCINE = Status.DONE, Kind.VACCINE
_BY_AGE = frozenset({"series", "ages"})

Found = list[tuple[Case, Outcome]]


class Advisor:
    """Vaccine files, ready to be asked about one person after the other."""

    def __init__(self, files: Files) -> None:
        self._catalogue = Catalogue(files)
        self._quiet = Quiet(self._catalogue, self._is_silent)

    def explain(self, facts: Facts, on: date) -> Parts:
        """Say what every rule says, and of each that is silent why."""
        person = Person(facts, on, self._catalogue)
        found = self._found(self._catalogue.rulings, person)
        recommendations = _recommendations(found)
        spoken = {one.item for one in recommendations}
        silences = tuple(_silences(found, spoken, person))
        return Parts(recommendations=recommendations, silences=silences)

    def advise(self, facts: Facts, on: date) -> tuple[Recommendation, ...]:
        """Say what `explain` recommends, without a look at the rules that stay silent."""
        person = Person(facts, on, self._catalogue)
        return _recommendations(self._found(self._quiet.awake(person), person))

    def awake(self, facts: Facts, on: date) -> tuple[str, ...]:
        """Name the rules that are looked at for a person: all others stay silent anyway."""
        rulings = self._quiet.awake(Person(facts, on, self._catalogue))
        return tuple(ruling.rule.id for ruling in rulings)

    def _found(self, rulings: Iterable[Ruling], person: Person) -> Found:
        horizon = plus(person.on, self._catalogue.general.horizon)
        found: Found = []
        for ruling in rulings:
            case = Case(ruling, person, self._catalogue)
            outcome = _unless_told(ruling.rule, _advise(case, found), found)
            found.append((case, _within(outcome, horizon)))
        together(found, person, self._catalogue)
        return found

    def _is_silent(self, ruling: Ruling, bare: Person) -> bool:
        """Whether all that a rule asks of a person without facts is too far ahead to be told."""
        horizon = plus(bare.on, self._catalogue.general.horizon)
        case = Case(ruling, bare, self._catalogue)
        if ruling.rule.timetable == "season":  # It looks at the age on its own first day.
            return not rows(case)
        outcome = _asked(case)
        return all(
            ruling.rule.timetable in _BY_AGE and step.due is not None and step.due > horizon
            for step in outcome.steps
        )


def _recommendations(found: Found) -> tuple[Recommendation, ...]:
    return tuple([_recommendation(case, step) for case, outcome in found for step in outcome.steps])


@lru_cache(maxsize=16)
def _advisor(files: "_SameFiles") -> Advisor:
    return Advisor(files.files)


class _SameFiles:
    """Files that are one pack, told apart by being the same objects."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.files[:3])))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _SameFiles)
            and all(
                mine is theirs for mine, theirs in zip(self.files[:3], other.files[:3], strict=True)
            )
            and self.files.cite == other.files.cite
        )


def recommend_vaccines(  # noqa: PLR0913 - three files, a person, a day.
    rules: VaccineRules,
    products: Products,
    seasons: Seasons,
    facts: Facts,
    on: date,
    *,
    cite: Cite,
) -> Parts:
    """Say which vaccines a person is due for on a day, and why the others are silent.

    The same files, facts and day always give the same answer. A dose after *on* or
    before birth counts for nothing.

    Raises:
        SpanInvalid: The files hold an age that is none; `check_rules` says so first.

    Source: docs/decisions/0027-vaccine-rules-are-data.md.
    """
    files = Files(rules, products, seasons, cite)
    return _advisor(_SameFiles(files)).explain(facts, on)


def _advise(case: Case, found: Found) -> Outcome:
    outcome = _asked(case)
    for step in outcome.steps:
        if step.status is not _DONE:
            return _settle(case, outcome, found)
    return outcome


def _asked(case: Case) -> Outcome:
    """Say what a rule asks by itself, or why it asks nothing."""
    rule, person = case.rule, case.person
    silence = _out_of_force(rule, person.on)
    if silence is None and rule.sex is not None and rule.sex != person.facts.sex:
        silence = words.OTHER_SEX
    if silence is not None:
        return silent(silence)
    return _TIMETABLES[rule.timetable](case)


def _out_of_force(rule: Vaccine, on: date) -> Text | None:
    if rule.since is not None and on < rule.since:
        return words.in_force(rule.since)
    if rule.until is not None and on >= rule.until:
        return words.ended(rule.until)
    return None


def _settle(case: Case, outcome: Outcome, found: Found) -> Outcome:
    """Let the person's own situation have the last word on what is open."""
    rule, person = case.rule, case.person
    made = [step for step in outcome.steps if step.status is _DONE]
    for code in rule.complete_if:
        if code in person.had:
            told = [one for one in person.facts.situations if one.holds and one.code == code]
            ids = tuple(sorted(one.fact_id for one in told))
            whole = Step(step="complete", status=Status.DONE, label=words.WHOLE, done_by=ids)
            return Outcome([*made, whole], words.COMPLETE)
    for block in rule.not_if if person.had else ():
        if any(person.had_before(code, block.before_birth) for code in block.situations):
            return Outcome(made, block.reason)
    elsewhere = _elsewhere(rule, found)
    if elsewhere is not None:
        return Outcome(made, elsewhere)
    pending = outcome.steps[len(made) :]
    refusal = _refusal(rule, person)
    if refusal is not None:
        return Outcome([*made, _refused(pending[0], refusal)])
    forbids = forbidden(rule, person, case.catalogue, max(person.on, pending[0].due or person.on))
    if forbids is not None:
        first = pending[0]
        first.status, first.reason = Status.CONTRAINDICATED, forbids.reason
        first.confirm = first.confirm or forbids.verify is not None
        return Outcome([*made, first])
    _ask(rule, person, pending)
    return outcome


def _elsewhere(rule: Vaccine, found: Found) -> Text | None:
    """Say which rule that is open brings this one's dose along, or comes before it."""
    if rule.carried_by is None and rule.after is None:
        return None
    for case, outcome in found:
        other = case.rule
        if other.id == rule.carried_by and any(_brings(rule, step) for step in outcome.steps):
            return words.carried(other.name)
        if other.id == rule.after and any(step.is_open for step in outcome.steps):
            return words.afterwards(other.name)
    return None


def _unless_told(rule: Vaccine, outcome: Outcome, found: Found) -> Outcome:
    """Keep silent about doses that were all told already, of the vaccine that brings them."""
    if rule.carried_by is None:
        return outcome
    for step in outcome.steps:
        if step.status is not _DONE:
            return outcome
    for case, told in found:
        other = case.rule
        if other.id == rule.carried_by and other.id != rule.id:
            counted = {fact for step in told.steps for fact in step.done_by}
            if all(counted.issuperset(step.done_by) for step in outcome.steps if step.done_by):
                return Outcome([], outcome.silence or words.carried(other.name))
    return outcome


def _brings(rule: Vaccine, step: Step) -> bool:
    if rule.carried_when_due:
        return step.status in (Status.DUE, Status.OVERDUE)
    return step.is_open or step.status is Status.REFUSED


def _refusal(rule: Vaccine, person: Person) -> Refusal | None:
    """Return the last refusal that stands; what a professional said goes first."""
    if not person.facts.refusals:
        return None
    standing = [
        refusal
        for refusal in person.facts.refusals
        if refusal.item == rule.id
        and refusal.since <= person.on
        and (refusal.until is None or person.on <= refusal.until)
    ]
    return max(standing, key=lambda one: (one.advised_against, one.since), default=None)


def _refused(step: Step, refusal: Refusal) -> Step:
    against = refusal.advised_against
    step.status = Status.CONTRAINDICATED if against else Status.REFUSED
    step.reason = words.ADVISED_AGAINST if against else words.REFUSED
    return step


def _ask(rule: Vaccine, person: Person, pending: list[Step]) -> None:
    """Ask for what nobody has told: what is due stays in doubt until then."""
    asks = tuple(code for code in rule.ask if not person.is_told(code))
    if not asks:
        return
    for step in pending:
        step.asks = asks
        if step.status in (Status.DUE, Status.OVERDUE):
            step.status = Status.UNKNOWN
    pending[0].notes = (words.ASK, *pending[0].notes)


def _within(outcome: Outcome, horizon: date) -> Outcome:
    """Keep silent about what is too far ahead to be of use."""
    for step in outcome.steps:
        if step.due is not None and step.due > horizon:
            break
    else:
        return outcome
    kept = [step for step in outcome.steps if step.due is None or step.due <= horizon]
    first = next(step for step in outcome.steps if step.due is not None and step.due > horizon)
    silence = outcome.silence or (later(first.due) if first.due else None)
    return Outcome(kept, silence)


def _silences(found: Found, spoken: set[str], person: Person) -> Iterator[Silence]:
    """Give one reason for each item that says nothing.

    That of its main rule in force; during a pregnancy, that of the rule for it.
    """
    reasons: dict[str, Text] = {}
    for case, outcome in found:
        rule = case.rule
        if rule.id in spoken or outcome.silence is None:
            continue
        is_main = not rule.track and _out_of_force(rule, person.on) is None
        is_nearer = rule.timetable == "pregnancy" and person.pregnancy is not None
        if rule.id not in reasons or is_main or is_nearer:
            reasons[rule.id] = outcome.silence
    for item, reason in reasons.items():
        yield Silence(item=item, reason=reason)


def _recommendation(case: Case, step: Step) -> Recommendation:
    rule, ruling = case.rule, case.ruling
    group = step.standing.group if step.standing else None
    notes = step.notes
    is_done = step.status is _DONE
    if not is_done and (rule.notes or rule.notes_for):
        notes = (*rule.notes, *_notes_for(case, step), *step.notes)
    level, doubt = _strength(case, step)
    confirm = step.confirm or bool(group and group.verify) or (doubt is not None and not is_done)
    if confirm:
        notes = (*notes, words.CONFIRM)
    return Recommendation(
        item=rule.id,
        step=step.step,
        kind=_VACCINE,
        level=level,
        status=step.status,
        name=ruling.titled(step.step, step.label),
        reason=step.reason or (group.reason if group else None) or rule.reason,
        sources=ruling.sources,
        earliest_on=step.earliest,
        due_on=step.due,
        latest_on=step.latest,
        products=step.products,
        notes=notes,
        must_confirm=confirm,
        asks=step.asks,
        done_by=step.done_by,
    )


def _notes_for(case: Case, step: Step) -> Iterator[Text]:
    """Give the notes that fit the person, at the age at which a step is to be done."""
    person = case.person
    when = max(person.on, step.due or person.on)
    for one in case.rule.notes_for:
        fits = one.sex is None or person.facts.sex in (one.sex, "unknown")
        begun = one.from_ is None or when >= person.day_of(one.from_)
        if fits and begun and (one.to is None or when <= person.eve_of(one.to)):
            yield one.note


def _strength(case: Case, step: Step) -> tuple[Level, str | None]:
    """Say how strongly a step is asked for, by its scheme, its group or the rule; and any doubt."""
    if step.scheme is not None and step.scheme.level is not None:
        return step.scheme.level, None
    rule, person = case.rule, case.person
    if rule.who:
        standing = step.standing or case.today
        if standing.state is not State.NEVER and standing.group and standing.group.level:
            return standing.group.level, None
    when = step.due if step.due is not None and step.due > person.on else person.on
    for strength in rule.levels:
        if strength.born_from is not None and person.birth < strength.born_from:
            continue
        if strength.to is None or when <= person.eve_of(strength.to):
            return strength.level, strength.verify
    return Level.RECOMMENDED, None
