"""A document comes in: only those who may see it ever learn of it."""

import pytest

from backend.access.model import Confidentiality
from backend.documents.errors import DocumentIdReused
from backend.kernel.spaces import open_store
from backend.kernel.work import Work
from sync.core.change import Status
from sync.errors import SpaceNotFound
from tests.archive import (
    PDF,
    Archive,
    cda,
)


async def test_a_stranger_learns_nothing(archive: Archive) -> None:
    """A space that one has no eye on does not exist, whatever one brings."""
    shelf, other = await archive.open(), await archive.open()

    for data in (cda(), PDF, b"nonsense"):
        with pytest.raises(SpaceNotFound):
            await archive.upload(shelf, other.holder, data)


async def test_a_secret_from_parents_hides_its_drafts_too(archive: Archive) -> None:
    """What a document hides, its entries do not show, before and after the holder's edits."""
    shelf = await archive.open()
    await archive.bring(shelf, cda(hidden=["INVISIBLE_REPRESENTANTS_LEGAUX"]))
    (draft,) = [
        item
        for item in (await archive.pull(shelf, shelf.holder)).values()
        if item.collection == "conditions"
    ]

    outcome = await archive.push(
        shelf, shelf.holder, draft, draft_state="confirmed", comment="Oui."
    )

    held = await archive.pull(shelf, shelf.holder)
    assert outcome.status is Status.APPLIED
    assert held[draft.record_id].body["comment"] == "Oui."
    assert await archive.pull(shelf, shelf.parent) == {}


async def test_what_is_to_be_announced_first_is_not_sent(archive: Archive) -> None:
    """Neither the document nor what was read in it reaches a phone before the announcement."""
    shelf = await archive.open()

    made = await archive.bring(shelf, cda(hidden=["INVISIBLE_PATIENT"]))

    assert len(made.drafts) == 1
    assert await archive.pull(shelf, shelf.holder) == {}
    assert await archive.pull(shelf, shelf.parent) == {}


async def test_a_masked_document_stays_with_the_patient(archive: Archive) -> None:
    """A mask is for professionals; its flag is on the document and on what was read in it."""
    shelf = await archive.open()

    made = await archive.bring(shelf, cda(hidden=["MASQUE_PS"]))

    held = await archive.pull(shelf, shelf.holder)
    flags = await flags_of(archive, shelf, [made.record_id, made.drafts[0].record_id])
    assert len(held) == 2
    assert flags == [Confidentiality.MASKED, Confidentiality.MASKED | Confidentiality.DRAFT]


async def flags_of(archive, shelf, record_ids):
    """Read the flags of records as stored."""

    async def use_case(work: Work):
        store = await open_store(work, shelf.space_id)
        found = await store.records(record_ids)
        return [Confidentiality(found[record_id].flags) for record_id in record_ids]

    return await archive.office.read(use_case)


async def test_a_hidden_copy_does_not_show_when_its_like_is_deposited(archive: Archive) -> None:
    """Who may not see a document finds the same answers as if it were not there."""
    shelf, blank = await archive.open(), await archive.open()
    secret = cda(hidden=["INVISIBLE_REPRESENTANTS_LEGAUX"])
    hidden = await archive.bring(shelf, secret)

    same = await archive.upload(shelf, shelf.parent, secret)
    other_content = await archive.upload(blank, blank.parent, cda(title="Autre"))
    newer = await archive.upload(shelf, shelf.parent, cda(unique="9", version=9))

    assert same.status == other_content.status == "created"
    assert hidden.record_id not in {same.record_id, newer.record_id}
    held = await archive.pull(shelf, shelf.holder)
    assert held[hidden.record_id].body["status"] == "current"
    assert hidden.record_id not in await archive.pull(shelf, shelf.parent)


async def test_an_identifier_hidden_from_one_is_free_for_them(archive: Archive) -> None:
    """The refusal of a used identifier does not tell of a document that is hidden."""
    shelf = await archive.open()
    await archive.bring(shelf, cda(hidden=["INVISIBLE_REPRESENTANTS_LEGAUX"]))

    made = await archive.upload(shelf, shelf.parent, cda(title="Autre"))

    assert made.status == "created"
    with pytest.raises(DocumentIdReused):
        await archive.upload(shelf, shelf.holder, cda(title="Encore autre"))
