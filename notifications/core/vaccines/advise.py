"""From the facts of a person to what is advised, vaccine by vaccine."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache

from notifications.core.facts import Facts, Refusal
from notifications.core.recommendation import (
    Kind,
    Level,
    Parts,
    Recommendation,
    Silence,
    Source,
    Status,
)
from notifications.core.text import Text
from notifications.core.vaccines import words
from notifications.core.vaccines.ages import ages
from notifications.core.vaccines.groups import State, stand
from notifications.core.vaccines.model import Products, Seasons, Strength, Vaccine, VaccineRules
from notifications.core.vaccines.occasions import contact, every, pregnancy
from notifications.core.vaccines.person import Catalogue, Person, plus
from notifications.core.vaccines.seasonal import season
from notifications.core.vaccines.series import series
from notifications.core.vaccines.steps import Case, Outcome, Step, silent
from notifications.core.vaccines.together import together
from notifications.core.vaccines.waits import forbidden
from notifications.core.words import later

Cite = Callable[[str], Source]

_TIMETABLES: dict[str, Callable[[Case], Outcome]] = {
    "series": series,
    "ages": ages,
    "season": season,
    "pregnancy": pregnancy,
    "every": every,
    "contact": contact,
}

_RECOMMENDED = Strength(level=Level.RECOMMENDED)


class _Files:
    """Three files that are one pack, told apart by being the same objects."""

    def __init__(self, rules: VaccineRules, products: Products, seasons: Seasons) -> None:
        self.parts = (rules, products, seasons)

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.parts)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Files) and all(
            mine is theirs for mine, theirs in zip(self.parts, other.parts, strict=True)
        )


@lru_cache(maxsize=16)
def _catalogue(files: _Files) -> Catalogue:
    return Catalogue(*files.parts)


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
    catalogue = _catalogue(_Files(rules, products, seasons))
    person = Person(facts, on, catalogue)
    horizon = plus(on, rules.general.horizon)
    found: list[tuple[Vaccine, Outcome]] = []
    for rule in rules.vaccine:
        outcome = _unless_told(rule, _advise(Case(rule, person, catalogue), found), found)
        found.append((rule, _within(outcome, horizon)))
    together(found, person, catalogue)
    recommendations = tuple(
        _recommendation(rule, step, person, cite)
        for rule, outcome in found
        for step in outcome.steps
    )
    spoken = {one.item for one in recommendations}
    silences = tuple(_silences(found, spoken, person))
    return Parts(recommendations=recommendations, silences=silences)


def _advise(case: Case, found: list[tuple[Vaccine, Outcome]]) -> Outcome:
    rule, person = case.rule, case.person
    silence = _out_of_force(rule, person.on)
    if silence is None and rule.sex is not None and rule.sex != person.facts.sex:
        silence = words.OTHER_SEX
    if silence is not None:
        return silent(silence)
    outcome = _TIMETABLES[rule.timetable](case)
    if not any(step.is_open or step.status is Status.UNKNOWN for step in outcome.steps):
        return outcome
    return _settle(case, outcome, found)


def _out_of_force(rule: Vaccine, on: date) -> Text | None:
    if rule.since is not None and on < rule.since:
        return words.in_force(rule.since)
    if rule.until is not None and on >= rule.until:
        return words.ended(rule.until)
    return None


def _settle(case: Case, outcome: Outcome, found: list[tuple[Vaccine, Outcome]]) -> Outcome:
    """Let the person's own situation have the last word on what is open."""
    rule, person = case.rule, case.person
    made = [step for step in outcome.steps if step.status is Status.DONE]
    for code in rule.complete_if:
        if code in person.had:
            told = [one for one in person.facts.situations if one.holds and one.code == code]
            ids = tuple(sorted(one.fact_id for one in told))
            whole = Step(step="complete", status=Status.DONE, label=words.WHOLE, done_by=ids)
            return Outcome([*made, whole], words.COMPLETE)
    for block in rule.not_if:
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


def _elsewhere(rule: Vaccine, found: list[tuple[Vaccine, Outcome]]) -> Text | None:
    """Say which rule that is open brings this one's dose along, or comes before it."""
    for other, outcome in found:
        if other.id == rule.carried_by and any(_brings(rule, step) for step in outcome.steps):
            return words.carried(other.name)
        if other.id == rule.after and any(step.is_open for step in outcome.steps):
            return words.afterwards(other.name)
    return None


def _unless_told(rule: Vaccine, outcome: Outcome, found: list[tuple[Vaccine, Outcome]]) -> Outcome:
    """Keep silent about doses that were all told already, of the vaccine that brings them."""
    if any(step.status is not Status.DONE for step in outcome.steps):
        return outcome
    for other, told in found:
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
    kept = [step for step in outcome.steps if step.due is None or step.due <= horizon]
    if len(kept) == len(outcome.steps):
        return outcome
    first = next(step for step in outcome.steps if step.due is not None and step.due > horizon)
    silence = outcome.silence or (later(first.due) if first.due else None)
    return Outcome(kept, silence)


def _silences(
    found: list[tuple[Vaccine, Outcome]], spoken: set[str], person: Person
) -> Iterator[Silence]:
    """Give one reason for each item that says nothing.

    That of its main rule in force; during a pregnancy, that of the rule for it.
    """
    reasons: dict[str, Text] = {}
    for rule, outcome in found:
        if rule.id in spoken or outcome.silence is None:
            continue
        is_main = not rule.track and _out_of_force(rule, person.on) is None
        is_nearer = rule.timetable == "pregnancy" and person.pregnancy is not None
        if rule.id not in reasons or is_main or is_nearer:
            reasons[rule.id] = outcome.silence
    for item, reason in reasons.items():
        yield Silence(item=item, reason=reason)


def _recommendation(rule: Vaccine, step: Step, person: Person, cite: Cite) -> Recommendation:
    group = step.standing.group if step.standing else None
    notes = step.notes
    if step.status is not Status.DONE:
        notes = (*rule.notes, *_notes_for(rule, step, person), *step.notes)
    strength = _strength(rule, step, person)
    confirm = step.confirm or bool(group and group.verify)
    if step.status is not Status.DONE:
        confirm = confirm or strength.verify is not None
    if confirm:
        notes = (*notes, words.CONFIRM)
    return Recommendation(
        item=rule.id,
        step=step.step,
        kind=Kind.VACCINE,
        level=strength.level,
        status=step.status,
        name=words.titled(rule.name, step.step, step.label),
        reason=step.reason or (group.reason if group else None) or rule.reason,
        sources=tuple(map(cite, rule.source)),
        earliest_on=step.earliest,
        due_on=step.due,
        latest_on=step.latest,
        products=step.products,
        notes=notes,
        must_confirm=confirm,
        asks=step.asks,
        done_by=step.done_by,
    )


def _notes_for(rule: Vaccine, step: Step, person: Person) -> Iterator[Text]:
    """Give the notes that fit the person, at the age at which a step is to be done."""
    when = max(person.on, step.due or person.on)
    for one in rule.notes_for:
        fits = one.sex is None or person.facts.sex in (one.sex, "unknown")
        begun = one.from_ is None or when >= person.day_of(one.from_)
        if fits and begun and (one.to is None or when <= person.eve_of(one.to)):
            yield one.note


def _strength(rule: Vaccine, step: Step, person: Person) -> Strength:
    """Say how strongly a step is asked for: by its scheme, its group, or the rule."""
    if step.scheme is not None and step.scheme.level is not None:
        return Strength(level=step.scheme.level)
    standing = step.standing or stand(rule, person, person.on)
    if standing.state is not State.NEVER and standing.group and standing.group.level:
        return Strength(level=standing.group.level)
    when = max(person.on, step.due or person.on)
    for strength in rule.levels:
        if strength.born_from is not None and person.birth < strength.born_from:
            continue
        if strength.to is None or when <= person.eve_of(strength.to):
            return strength
    return _RECOMMENDED
