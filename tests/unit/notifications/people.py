"""Persons for the tests of calendars, written as a reader would say them."""

from datetime import date

from notifications.core.facts import Exam, Facts, Pregnancy, Refusal, Situation
from notifications.core.recommendation import Plan, Status

OPEN = (Status.DUE, Status.OVERDUE)


def day(text: str) -> date:
    """Read a day."""
    return date.fromisoformat(text)


def exam(text: str) -> Exam:
    """Read `fit 2024-01-10 normal`, or `child-exam 2024-01-10 2m-3m`."""
    code, on, *rest = text.split()
    results = [word for word in rest if word in ("normal", "abnormal", "unknown")]
    windows = [word for word in rest if word not in results]
    return Exam(
        fact_id=f"exam {text}",
        code=code,
        performed_on=day(on),
        result=results[0] if results else "normal",
        window=windows[0] if windows else None,
    )


def situation(text: str) -> Situation:
    """Read `diabetes`, `no diabetes`, `diabetes 2020-01-01` or `diabetes 2020-01-01 2021-01-01`."""
    words = text.split()
    holds = words[0] != "no"
    code, *bounds = words if holds else words[1:]
    since, until = ([day(bound) for bound in bounds] + [None, None])[:2]
    return Situation(fact_id=f"situation {text}", code=code, holds=holds, since=since, until=until)


def pregnancy(text: str) -> Pregnancy:
    """Read the first day of the last period, and the day of the end where there is one."""
    start, *end = text.split()
    return Pregnancy(
        fact_id=f"pregnancy {text}",
        last_period_on=day(start),
        ended_on=day(end[0]) if end else None,
    )


def person(
    born: str,
    sex: str = "female",
    *exams: str,
    situations: tuple[str, ...] = (),
    pregnancies: tuple[str, ...] = (),
    refusals: tuple[Refusal, ...] = (),
) -> Facts:
    """Return the facts of one person."""
    return Facts(
        birth_date=day(born),
        sex=sex,
        exams=tuple(map(exam, exams)),
        situations=tuple(map(situation, situations)),
        pregnancies=tuple(map(pregnancy, pregnancies)),
        refusals=refusals,
    )


def due(plan: Plan) -> dict[str, str | None]:
    """Return what is due, by item and step, with the day since which it is."""
    return {
        f"{one.item} {one.step}": one.due_on and one.due_on.isoformat()
        for one in plan.recommendations
        if one.status in OPEN
    }


def coming(plan: Plan) -> dict[str, str]:
    """Return what comes next, by item and step, with its day."""
    return {
        f"{one.item} {one.step}": one.due_on.isoformat()
        for one in plan.recommendations
        if one.status is Status.NOT_YET and one.due_on is not None
    }


def silence(plan: Plan, item: str) -> str:
    """Return why an item asks for nothing, in English."""
    return " ".join(one.reason.en for one in plan.silences if one.item == item)


def of_item(plan: Plan, item: str) -> list[tuple[str, str, str | None]]:
    """Return what a plan says of one item but what is done: step, status, day."""
    return [
        (one.step, one.status.value, one.due_on and one.due_on.isoformat())
        for one in plan.recommendations
        if one.item == item and one.status is not Status.DONE
    ]
