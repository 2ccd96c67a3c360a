"""What is sensitive in a document is sensitive in what was read in it."""

from backend.access.model import Confidentiality
from tests.archive import HYPERTENSION, Archive, cda, problem
from tests.integration.documents.test_secrets import flags_of

_DRAFT = Confidentiality.DRAFT
_SOBER = "Suivi d'alcoologie"


async def test_a_draft_is_as_sensitive_as_its_document(archive: Archive) -> None:
    """Though nothing that the entry itself says would make it so."""
    shelf = await archive.open()

    made = await archive.bring(shelf, cda(title=_SOBER))

    both = [made.record_id, made.drafts[0].record_id]
    held = await archive.pull(shelf, shelf.holder)
    assert await flags_of(archive, shelf, both) == [
        Confidentiality.ADDICTION,
        Confidentiality.ADDICTION | _DRAFT,
    ]
    assert held[made.drafts[0].record_id].body["sensitive"] == ["addiction"]


async def test_a_document_is_as_sensitive_as_what_was_read_in_it(archive: Archive) -> None:
    """Though its title says nothing; and its other entries are no secret for that."""
    shelf = await archive.open()
    entries = HYPERTENSION + problem("F102", "Dependance")

    made = await archive.bring(shelf, cda(entries=entries))

    ids = [made.record_id, *(draft.record_id for draft in made.drafts)]
    document, *drafts = await flags_of(archive, shelf, ids)
    assert document == Confidentiality.ADDICTION
    assert sorted(drafts) == [_DRAFT, _DRAFT | Confidentiality.ADDICTION]


async def test_it_stays_so_through_edits_until_its_owner_says_otherwise(archive: Archive) -> None:
    """Confirming a draft shows it to nobody else; taking the word away does."""
    shelf = await archive.open()
    made = await archive.bring(shelf, cda(title=_SOBER))
    draft_id = made.drafts[0].record_id

    flags = []
    for change in ({"draft_state": "confirmed"}, {"comment": "Oui."}, {"sensitive": []}):
        held = await archive.pull(shelf, shelf.holder)
        await archive.push(shelf, shelf.holder, held[draft_id], **change)
        flags += await flags_of(archive, shelf, [draft_id])

    assert flags == [Confidentiality.ADDICTION, Confidentiality.ADDICTION, Confidentiality.NONE]


async def test_a_tag_of_its_owner_goes_over_to_other_versions(archive: Archive) -> None:
    """A newer version is not in sight for being newer, nor an older one for coming late."""
    shelf = await archive.open()
    first = await archive.upload(shelf, shelf.holder, cda(unique="2", version=2))
    held = await archive.pull(shelf, shelf.holder)
    await archive.push(shelf, shelf.holder, held[first.record_id], sensitive=["violence"])

    newer = await archive.upload(shelf, shelf.holder, cda(unique="3", version=3, title="Trois"))
    older = await archive.upload(shelf, shelf.holder, cda(unique="1", version=1, title="Un"))

    ids = [first.record_id, newer.record_id, older.record_id]
    assert await flags_of(archive, shelf, ids) == [Confidentiality.VIOLENCE] * 3


async def test_a_decided_entry_is_not_asked_again_for_its_section(archive: Archive) -> None:
    """Two proposals that differ in their sections are still the same proposal."""
    shelf = await archive.open()
    made = await archive.bring(shelf, cda(unique="1", version=1, title=_SOBER))
    held = await archive.pull(shelf, shelf.holder)
    draft = held[made.drafts[0].record_id]
    await archive.push(shelf, shelf.holder, draft, draft_state="confirmed")

    again = await archive.bring(shelf, cda(unique="2", version=2))

    assert again.status == "version"
    assert again.drafts == ()
