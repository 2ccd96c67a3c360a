"""What makes the records of this room sound, by themselves and for the person they are of."""

from collections.abc import Iterable
from datetime import date

import msgspec

from backend.kernel.errors import InvalidInput
from backend.kernel.values import (
    check_coded,
    check_date,
    check_past,
    check_period,
    check_since_birth,
)
from backend.prevention.model import Immunization, Screening, Situation
from sync.ports import Around


class _Born(msgspec.Struct):
    """What is read here of a profile."""

    birth_date: date | None = None


def check_immunization(body: Immunization) -> None:
    """Refuse a dose on a day that does not exist, or one given for a reason not to.

    Raises:
        ImpossibleDate: The month has no such day.
        InvalidInput: A dose that was given has a reason for not being; or there is
            no date, which only a draft may lack: whoever confirms it adds one.
    """
    check_coded(body)
    if body.occurred_on is None and body.draft_state not in ("draft", "rejected"):
        raise InvalidInput("An immunization has a date.", pointer="/occurred_on")
    check_date(body.occurred_on, pointer="/occurred_on")
    if body.reason_not_done is not None and body.status == "completed":
        raise InvalidInput("A dose that was given has no such reason.", pointer="/reason_not_done")


def fit_immunization(body: Immunization, around: Around) -> None:
    """Refuse a dose of a day that is still to come, or before the person was born.

    What was rejected, or entered in error, says nothing and may say anything.

    Raises:
        DateInFuture: Such a day, with a day's grace for time zones.
        DateBeforeBirth: Such a day.
    """
    if body.status == "entered-in-error" or body.draft_state == "rejected":
        return
    check_lived(body.occurred_on, around, pointer="/occurred_on")


def check_screening(body: Screening) -> None:
    """Refuse an examination that contradicts itself.

    Raises:
        ImpossibleDate: The month has no such day.
        InvalidInput: One that was done or refused has no date, which only a draft may
            lack; one that was not done has a result; or one that was done has a reason
            not to.
    """
    check_coded(body)
    check_date(body.performed_on, pointer="/performed_on")
    has_date = body.performed_on is not None or body.draft_state in ("draft", "rejected")
    if body.status in ("completed", "refused") and not has_date:
        raise InvalidInput("An examination has a date.", pointer="/performed_on")
    if body.result is not None and body.status not in ("completed", "entered-in-error"):
        raise InvalidInput("Only an examination that was done has a result.", pointer="/result")
    if body.reason_not_done is not None and body.status in ("completed", "planned"):
        raise InvalidInput("An examination that is done has no such reason.", pointer="/status")


def fit_screening(body: Screening, around: Around) -> None:
    """Refuse an examination of a day on which it cannot have been.

    Raises:
        DateInFuture: One that was done, or refused, is of a day to come.
        DateBeforeBirth: Such a day, for a planned one too.
    """
    if body.status == "entered-in-error" or body.draft_state == "rejected":
        return
    if body.status == "planned":
        born = birth_date_in(around.beside)
        check_since_birth(body.performed_on, birth_date=born, pointer="/performed_on")
    else:
        check_lived(body.performed_on, around, pointer="/performed_on")


_OF_KIND = {
    "situation": ("situation", "answer"),
    "pregnancy": ("last_period_on", "expected_on"),
    "residence": ("country",),
}
_NEEDED = {"situation": ("situation", "answer"), "pregnancy": (), "residence": ("country",)}
_DAYS = ("last_period_on", "expected_on", "ended_on")


def check_situation(body: Situation) -> None:
    """Refuse a situation that does not say what its kind asks for, or says more.

    Raises:
        ImpossibleDate: The month has no such day.
        EndBeforeStart: It ends before it starts.
        InvalidInput: A field of its kind is missing, or one of another kind is there.
    """
    check_coded(body)
    for name in _DAYS:
        check_date(getattr(body, name), pointer=f"/{name}")
    check_period(body.started_on, body.ended_on, pointers=("/started_on", "/ended_on"))
    for kind, names in _OF_KIND.items():
        for name in names:
            if kind != body.kind and getattr(body, name) is not None:
                raise InvalidInput(f"This is for a {kind}.", pointer=f"/{name}")
    for name in _NEEDED[body.kind]:
        if getattr(body, name) is None:
            raise InvalidInput("This kind of situation says it.", pointer=f"/{name}")
    if body.kind == "pregnancy":
        _check_pregnancy(body)


def _check_pregnancy(body: Situation) -> None:
    """Refuse a pregnancy that cannot be counted: weeks are counted from a day."""
    for name in _DAYS:
        day: str | None = getattr(body, name)
        if day is not None and len(day) < len("YYYY-MM-DD"):
            raise InvalidInput("A day is needed.", pointer=f"/{name}")
    if body.last_period_on is None and body.expected_on is None and body.draft_state is None:
        raise InvalidInput("A pregnancy has one of two dates.", pointer="/last_period_on")
    for name in ("expected_on", "ended_on"):
        pointers = ("/last_period_on", f"/{name}")
        check_period(body.last_period_on, getattr(body, name), pointers=pointers)


def fit_situation(body: Situation, around: Around) -> None:
    """Refuse a situation that started on a day to come or before birth.

    It may be known to end on a day to come; a pregnancy is over when it is.

    Raises:
        DateInFuture: Such a day.
        DateBeforeBirth: Such a day.
    """
    if body.draft_state == "rejected":
        return
    check_lived(body.started_on, around, pointer="/started_on")
    check_lived(body.last_period_on, around, pointer="/last_period_on")
    if body.kind == "pregnancy":
        check_lived(body.ended_on, around, pointer="/ended_on")


def check_lived(value: str | None, around: Around, *, pointer: str) -> None:
    """Refuse a PartialDate on which nothing can have happened to this person.

    Raises:
        DateInFuture: It is still to come.
        DateBeforeBirth: The person was not born yet.
    """
    check_past(value, now=around.now, pointer=pointer)
    check_since_birth(value, birth_date=birth_date_in(around.beside), pointer=pointer)


def birth_date_in(profiles: Iterable[bytes]) -> date | None:
    """Return the birth date that a profile shows, if any does."""
    found = (msgspec.json.decode(body, type=_Born).birth_date for body in profiles)
    return next((day for day in found if day is not None), None)
