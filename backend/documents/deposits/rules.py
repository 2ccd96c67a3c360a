"""What a deposit may say of whom it is kept from, and whom it is about."""

from datetime import UTC, date, datetime

from backend.documents.cda.model import Patient
from backend.documents.deposits.errors import AnnouncementInvalid
from backend.documents.deposits.limits import ANNOUNCEMENT_MAX
from backend.documents.deposits.model import Orders
from backend.documents.errors import DocumentWithoutIdentity
from backend.identity.model import Ins, InsOid
from backend.identity.spaces.finding import Whom

AT_ONCE = "at-once"
WHEN_RELEASED = "when-released"


def read_orders(visible_to_patient: str, *, from_representatives: bool, now: datetime) -> Orders:
    """Read from whom a deposit is to be kept.

    Args:
        visible_to_patient: `at-once`, `when-released`, or the instant from which on.
        from_representatives: Whether a minor's representatives never see it.
        now: The instant of the deposit.

    Raises:
        AnnouncementInvalid: Not readable, not to come, or more than 30 days away.
    """
    if visible_to_patient in (AT_ONCE, WHEN_RELEASED):
        return Orders(
            is_to_be_announced=visible_to_patient == WHEN_RELEASED,
            is_hidden_from_representatives=from_representatives,
        )
    try:
        at = datetime.fromisoformat(visible_to_patient)
    except ValueError:
        at = now
    if at.tzinfo is None or not now < at <= now + ANNOUNCEMENT_MAX:
        raise AnnouncementInvalid(
            f"Say {AT_ONCE}, {WHEN_RELEASED}, or an instant within {ANNOUNCEMENT_MAX.days} days.",
            pointer="/visible_to_patient",
        )
    return Orders(
        is_to_be_announced=True,
        announced_at=at.astimezone(UTC),
        is_hidden_from_representatives=from_representatives,
    )


def whom_of(patient: Patient) -> Whom:
    """Say whom a document names: by one number that is known for one, and a birth date.

    Raises:
        DocumentWithoutIdentity: It names nobody, or several.
    """
    known = {oid.value: oid for oid in InsOid}
    found = {
        Ins(value="".join((one.extension or "").split()).upper(), oid=known[_uri(one.root)])
        for one in patient.ins
        if _uri(one.root) in known
    }
    on = None if patient.birth_date is None else patient.birth_date.on
    if len(found) != 1 or on is None or len(on) != len("YYYY-MM-DD"):
        raise DocumentWithoutIdentity("The document does not prove whom it is about.")
    return Whom(ins=found.pop(), birth_date=date.fromisoformat(on))


def _uri(root: str | None) -> str:
    return f"urn:oid:{(root or '').removeprefix('urn:oid:')}"
