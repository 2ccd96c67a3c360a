"""Orders that records carry, and how long."""

from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.access.collection import ViewerRights
from backend.access.matrices.in_force import MatrixInForce
from backend.access.model import Confidentiality
from backend.access.orders import LASTING, orders_in
from backend.kernel.errors import Refusal
from backend.kernel.values import CodedBody
from backend.record import ALL
from sync.core.audience import Viewer
from sync.edit import Entry, SpaceEdit
from sync.ports import Host
from sync.storage.memory import MemorySpace, MemorySpaceStore
from tests.archive import NOW

HOST = Host(
    collections=ALL, rights=ViewerRights(MatrixInForce()), refusal=Refusal, checkpoint_key=b"k" * 32
)
CONDITION = {"label": "Something", "draft_of": str(uuid4())}
CODES = (
    "N", "R", "V", "MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX", "OTHER",
)  # fmt: skip


@given(codes=st.lists(st.sampled_from(CODES)))
def test_each_code_orders_one_thing(codes):
    """Levels order nothing by themselves; what is unknown is left to whoever filed it."""
    orders = orders_in(codes)

    assert (Confidentiality.MASKED in orders) is ("MASQUE_PS" in codes)
    assert (Confidentiality.ANNOUNCEMENT_PENDING in orders) is ("INVISIBLE_PATIENT" in codes)
    assert (Confidentiality.HIDDEN_FROM_REPRESENTATIVES in orders) is (
        "INVISIBLE_REPRESENTANTS_LEGAUX" in codes
    )
    assert orders & ~LASTING == Confidentiality.NONE


def test_every_collection_that_documents_feed_knows_its_drafts():
    """None of them could take a draft for something that a person has confirmed."""
    fed = [one for one in ALL.values() if issubclass(one.body, CodedBody)]

    assert len(fed) == 8
    assert {one.lasting_flags for one in fed} == {LASTING.value}


@pytest.fixture
async def edit():
    """Edit a space that a holder and a representative look at."""
    space = MemorySpace(uuid4())
    for role in ("holder", "representative"):
        viewer = Viewer(viewer_id=uuid4(), party_id=uuid4(), role=role)
        space.viewers[viewer.viewer_id] = viewer
    return await SpaceEdit.begin(MemorySpaceStore(space), HOST, now=NOW)


def entry(record_id, *, flags=None, **fields):
    """Write a condition that was read in a document."""
    return Entry(
        record_id=record_id,
        collection=ALL["conditions"],
        author_id=uuid4(),
        fields={**CONDITION, **fields},
        flags=flags,
    )


async def put(edit, record_id, **given):
    """Load and write."""
    await edit.load([record_id])
    return edit.put(entry(record_id, **given))


async def test_an_inherited_order_lasts_through_every_edit(edit):
    """The draft mark goes when a person confirms; what hides the record stays."""
    record_id = uuid4()
    hidden = Confidentiality.HIDDEN_FROM_REPRESENTATIVES

    drafted = await put(edit, record_id, flags=int(hidden), draft_state="draft")
    confirmed = await put(edit, record_id, draft_state="confirmed")
    corrected = await put(edit, record_id, draft_state="confirmed", comment="Since 2019.")

    assert drafted.flags == hidden | Confidentiality.DRAFT
    assert confirmed.flags == corrected.flags == hidden
    seen = [edit.seq(viewer, record_id) is not None for viewer in edit.viewers.values()]
    assert seen == [True, False]


async def test_an_order_that_is_lifted_brings_the_record_into_sight(edit):
    """Flags given anew replace those that lasted, even where the body is the same."""
    record_id = uuid4()
    pending = Confidentiality.ANNOUNCEMENT_PENDING
    await put(edit, record_id, flags=int(pending), draft_state="draft")
    before = [edit.seq(viewer, record_id) for viewer in edit.viewers.values()]

    lifted = await put(edit, record_id, flags=0, draft_state="draft")

    assert lifted.flags == Confidentiality.DRAFT
    assert before == [None, None]
    assert [edit.seq(viewer, record_id) for viewer in edit.viewers.values()] == [1, 1]


async def test_the_same_again_still_moves_nothing(edit):
    """A body and flags that stand take no number."""
    record_id = uuid4()
    first = await put(edit, record_id, flags=2, draft_state="draft")

    again = await put(edit, record_id, draft_state="draft")

    assert again is first


async def test_the_orders_of_a_document_are_those_that_it_says(edit):
    """They follow its codes, and nothing else."""
    body = {
        "title": "A paper",
        "type_code": "11488-4",
        "type_system": "http://loinc.org",
        "created_at": "2024-01-31T10:00:00+01:00",
        "status": "current",
        "media_type": "application/pdf",
        "size_bytes": 1,
        "sha256": "0" * 64,
    }
    documents = ALL["documents"]

    for codes, orders in (
        (["N"], Confidentiality.NONE),
        (["R", "MASQUE_PS"], Confidentiality.MASKED),
        (["V", "INVISIBLE_PATIENT"], Confidentiality.ANNOUNCEMENT_PENDING),
    ):
        value = msgspec.convert({**body, "confidentiality": codes}, documents.body)
        assert documents.flags(value) == orders
    assert documents.lasting_flags == 0
