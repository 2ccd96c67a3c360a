"""One dose in each campaign, where there is one. Outside a known campaign nobody is reminded."""

from datetime import date

from notifications.core.recommendation import Status
from notifications.core.text import Text
from notifications.core.vaccines import words
from notifications.core.vaccines.groups import Standing, State, stand
from notifications.core.vaccines.model import Cohort, Season
from notifications.core.vaccines.person import Visit, latest, plus
from notifications.core.vaccines.steps import (
    Case,
    Outcome,
    Step,
    done,
    judge,
    keep_back,
    silent,
    suited,
)
from notifications.core.vaccines.waits import held_back


def rows(case: Case) -> list[Season]:
    """List the campaigns of a person's region that are open, else the next one known."""
    rule, person = case.rule, case.person
    here = [
        row
        for row in case.catalogue.seasons.get(rule.season or rule.id, ())
        if person.region in row.regions
    ]
    is_open = [row for row in here if row.from_ <= person.on and person.on <= (row.to or date.max)]
    coming = [row for row in here if row.from_ > person.on]
    return is_open or sorted(coming, key=lambda row: row.from_)[:1]


def season(case: Case) -> Outcome:
    """Plan the dose of a campaign.

    Source: docs/decisions/0027-vaccine-rules-are-data.md.
    """
    rule = case.rule
    visits = case.visits
    if rule.once and visits:
        return Outcome([done(case, "1", visits[0])], words.ONCE)
    there = rows(case)
    if not there:
        return silent(words.NO_CAMPAIGN)
    answers = [_campaign(case, row, visits) for row in there]
    return next((answer for answer in answers if answer.steps), answers[0])


def _campaign(case: Case, row: Season, visits: list[Visit]) -> Outcome:
    rule, person = case.rule, case.person
    if rule.cohort is not None and not _is_meant(rule.cohort, person.birth, row):
        return silent(words.NOT_THIS_SEASON)
    inside = [one for one in visits if row.from_ <= one.on <= (row.to or date.max)]
    standing = stand(case.ruling, person, max(person.on, row.from_), row.campaign)
    if rule.track and standing.state is not State.NOW:
        return silent(words.NOT_CONCERNED)
    if inside and not _needs_two(case, row, visits, inside):
        return Outcome([done(case, row.id, inside[0])], words.COMPLETE)
    silence = _why_not(standing, row)
    if silence is not None:
        return silent(silence)
    if inside and rule.first_time is not None:
        second = _step(case, row, standing, plus(inside[0].on, rule.first_time.apart))
        second.confirm = second.confirm or rule.first_time.verify is not None
        second.step, second.label = f"{row.id} 2", words.second_dose(row.id)
        return Outcome([done(case, row.id, inside[0]), second])
    step = _step(case, row, standing, _rested(case, standing, visits))
    if row.to is not None and step.due is not None and step.due > row.to:
        return silent(words.NOT_YET_NEEDED)
    return Outcome([step])


def _is_meant(cohort: Cohort, birth: date, row: Season) -> bool:
    first = date(row.from_.year, cohort.from_month, 1)
    return birth < first if cohort.before else first <= birth <= (row.to or date.max)


def _why_not(standing: Standing, row: Season) -> Text | None:
    if standing.state is State.NEVER:
        return words.NOT_CONCERNED
    if standing.state is State.CLOSED and standing.since is not None:
        return words.closed(standing.since)
    if standing.state is State.LATER and standing.since is not None:
        return None if standing.since <= (row.to or date.min) else words.NOT_CONCERNED
    return None


def _needs_two(case: Case, row: Season, visits: list[Visit], inside: list[Visit]) -> bool:
    """Whether a young child's first season asks for a second dose."""
    rule, person = case.rule, case.person
    return (
        rule.first_time is not None
        and len(inside) == 1
        and visits[0].on >= row.from_
        and inside[0].on < person.day_of(rule.first_time.under)
    )


def _rested(case: Case, standing: Standing, visits: list[Visit]) -> date | None:
    """Return the day when the last dose, or the last illness, is long enough ago."""
    group = standing.group
    delay = (group.after_last if group else None) or case.rule.after_last
    if delay is None:
        return None
    events = [
        situation.since
        for situation in case.person.facts.situations
        if situation.holds and situation.code in case.rule.events
    ]
    last = latest(
        visits[-1].on if visits else None,
        *(day for day in events if day is not None and day <= case.person.on),
    )
    return plus(last, delay) if last is not None else None


def _step(case: Case, row: Season, standing: Standing, ready: date | None) -> Step:
    rule, person, group = case.rule, case.person, standing.group
    step = Step(
        step=row.id,
        status=Status.DUE,
        earliest=latest(row.from_, ready),
        due=latest(row.from_, standing.since, person.birth, ready),
        latest=row.to,
        notes=group.notes if group else (),
        confirm=any(one is not None and one.verify is not None for one in (rule, row, group)),
        reason=group.reason if group else None,
        standing=standing,
    )
    keep_back(step, held_back(case))
    judge(step, person.on)
    if row.to is None and not row.all_year:
        step.status, step.confirm = Status.UNKNOWN, True
        step.notes = (*step.notes, words.END_UNKNOWN)
    wanted = (group.products if group else ()) or rule.products
    step.products = suited(case, wanted, max(person.on, step.due or person.on))
    return step
