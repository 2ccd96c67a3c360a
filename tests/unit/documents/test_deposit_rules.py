"""From whom a deposit is kept, and whom a document names."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.access.collection import ViewerRights
from backend.access.matrices.in_force import MatrixInForce
from backend.documents.cda.document import read_patient
from backend.documents.cda.model import InstanceIdentifier, Patient
from backend.documents.deposits.errors import AnnouncementInvalid
from backend.documents.deposits.model import Orders
from backend.documents.deposits.rules import read_orders, whom_of
from backend.documents.deposits.service import depositable
from backend.documents.errors import DocumentWithoutIdentity
from backend.identity.model import InsOid
from backend.kernel.errors import Refusal
from backend.record import ALL
from sync.errors import CollectionUnknown
from sync.ports import Host
from tests.unit.documents.cda_samples import document_xml

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
TEST = "1.2.250.1.213.1.4.10"


def test_words_and_instants_say_when_a_patient_sees_a_deposit() -> None:
    """At once, when released, or from an instant on, in any offset."""
    later = NOW + timedelta(days=30)

    assert read_orders("at-once", from_representatives=False, now=NOW) == Orders()
    assert read_orders("when-released", from_representatives=True, now=NOW).codes == (
        "INVISIBLE_PATIENT",
        "INVISIBLE_REPRESENTANTS_LEGAUX",
    )
    assert read_orders(later.isoformat(), from_representatives=False, now=NOW) == Orders(
        is_to_be_announced=True, announced_at=later
    )


@pytest.mark.parametrize(
    "words",
    [
        "",
        "never",
        NOW.isoformat(),
        (NOW + timedelta(days=30, seconds=1)).isoformat(),
        "2026-11-23T10:00:00",
    ],
)
def test_an_announcement_is_to_come_and_within_thirty_days(words: str) -> None:
    """An instant without its offset is none."""
    with pytest.raises(AnnouncementInvalid):
        read_orders(words, from_representatives=False, now=NOW)


def test_a_correction_joins_the_stricter_of_two_orders() -> None:
    """Released before a date, the later of two dates, and a secret stays one."""
    released = Orders(is_to_be_announced=True)
    soon = Orders(is_to_be_announced=True, announced_at=NOW + timedelta(days=1))
    late = Orders(is_to_be_announced=True, announced_at=NOW + timedelta(days=2))
    secret = Orders(is_hidden_from_representatives=True)

    assert Orders().beside(released) == soon.beside(released) == released.beside(soon) == released
    assert soon.beside(late) == late.beside(soon) == late
    assert Orders().beside(secret) == secret
    assert Orders().beside(Orders()) == Orders()


def test_a_document_names_one_number_and_a_day() -> None:
    """Two numbers, a number of nobody's list, or a month of birth name nobody."""
    patient = read_patient(document_xml("").encode())
    number = InstanceIdentifier(root=TEST, extension="279035121518989")
    other = InstanceIdentifier(root=TEST, extension="179035121518989")

    found = whom_of(patient)

    assert (found.ins.value, found.ins.oid) == ("279035121518989", InsOid.NIR_TEST)
    assert found.birth_date.isoformat() == "1979-03-28"
    for ins, birth in (
        ((number, other), patient.birth_date),
        ((), patient.birth_date),
        ((InstanceIdentifier(root="1.2.3", extension="279035121518989"),), patient.birth_date),
        ((number,), None),
    ):
        with pytest.raises(DocumentWithoutIdentity):
            whom_of(Patient(ins=ins, birth_date=birth))


@pytest.mark.parametrize("name", sorted(ALL))
def test_professionals_bring_what_is_read_in_documents_and_nothing_else(name: str) -> None:
    """No act of rights, no reminder, nothing that a person writes for themselves."""
    host = Host(
        collections=ALL,
        rights=ViewerRights(MatrixInForce()),
        refusal=Refusal,
        checkpoint_key=bytes(32),
    )
    brought = {
        "allergies",
        "conditions",
        "history",
        "immunizations",
        "measures",
        "screenings",
        "situations",
        "treatments",
    }

    try:
        found = depositable(host, name).name
    except CollectionUnknown:
        found = ""

    assert (found == name) is (name in brought)
