"""What makes an immunization sound, by itself and for the person it is of."""

from collections.abc import Iterable
from datetime import date

import msgspec

from backend.kernel.errors import InvalidInput
from backend.kernel.values import check_coded, check_date, check_past, check_since_birth
from backend.prevention.model import Immunization
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
