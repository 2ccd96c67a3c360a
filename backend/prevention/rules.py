"""What makes an immunization sound."""

from backend.kernel.errors import InvalidInput
from backend.kernel.values import check_coded, check_date
from backend.prevention.model import Immunization


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
