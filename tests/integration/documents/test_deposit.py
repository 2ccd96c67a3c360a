"""A document comes in: once, in its version, with its drafts, for those who may see it."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select

from backend.documents.errors import (
    DocumentFormatMismatch,
    DocumentIdReused,
    DocumentOtherPatient,
    DocumentTitleNeeded,
    DocumentTypeNotOffered,
)
from backend.documents.store import documents
from backend.identity.model import Ins, InsOid
from backend.kernel.work import Work
from sync.core.change import Status
from tests.archive import (
    DIABETES,
    DOMINIQUE,
    HYPERTENSION,
    PDF,
    Archive,
    Shelf,
    cda,
    problem,
)
from tests.unit.documents.cda_samples import document_xml, section
from tests.unit.documents.test_cda_clinical_entries import XSI, treatment

TAKEN = (
    f'<effectiveTime {XSI} xsi:type="IVL_TS"><low value="20240101"/>'
    '<high value="{end}"/></effectiveTime>'
)


async def statuses(archive: Archive, shelf: Shelf) -> dict[str, str]:
    """Say of each document of the holder, by its identifier, whether it stands."""
    held = await archive.pull(shelf, shelf.holder)
    return {
        item.body["unique_id"]: item.body["status"]
        for item in held.values()
        if item.collection == "documents"
    }


async def labels(archive: Archive, shelf: Shelf) -> list[tuple[str, str]]:
    """List the conditions of the holder with their draft states."""
    held = await archive.pull(shelf, shelf.holder)
    return sorted(
        (item.body["label"], item.body["draft_state"])
        for item in held.values()
        if item.collection == "conditions"
    )


async def test_a_document_becomes_a_record_and_drafts_in_one_go(archive: Archive) -> None:
    """What was read in a document arrives with it, marked as coming from it."""
    shelf = await archive.open()

    made = await archive.bring(shelf, cda(entries=HYPERTENSION + DIABETES))

    held = await archive.pull(shelf, shelf.holder)
    document = held.pop(made.record_id)
    assert made.status == "created"
    assert document.body["title"] == "Synthese du docteur"
    assert document.body["patient_matched"] is True
    assert document.body["file_name"] == "a.xml"
    assert {one.record_id for one in made.drafts} == set(held)
    assert all(item.body["draft_of"] == str(made.record_id) for item in held.values())
    assert await labels(archive, shelf) == [("Diabete", "draft"), ("Hypertension", "draft")]


async def test_a_treatment_that_ended_since_its_document_is_over(archive: Archive) -> None:
    """The day of the deposit counts, not only the day of the document."""
    shelf = await archive.open()
    now = archive.office.clock()
    ended, lasting = now - timedelta(days=3), now + timedelta(days=3)
    treatments = (treatment(times=TAKEN.format(end=f"{end:%Y%m%d}")) for end in (ended, lasting))
    entries = "".join(f"<entry>{one}</entry>" for one in treatments)

    await archive.bring(shelf, document_xml(section("10160-0", entries)).encode())

    held = await archive.pull(shelf, shelf.holder)
    ends = {
        item.body["ended_on"]: item.body["status"]
        for item in held.values()
        if item.collection == "treatments"
    }
    assert ends == {f"{ended:%Y-%m-%d}": "completed", f"{lasting:%Y-%m-%d}": "active"}


async def test_the_same_document_twice_writes_nothing(archive: Archive) -> None:
    """A repeated deposit answers as the first did and moves no feed."""
    shelf = await archive.open()
    first = await archive.bring(shelf, cda())
    before = await archive.exchange.head(shelf.holder, shelf.space_id)

    again = await archive.bring(shelf, cda())

    assert again == msgspec.structs.replace(first, status="duplicate")
    assert await archive.exchange.head(shelf.holder, shelf.space_id) == before
    assert len(archive.blob_files()) == 1


async def test_an_identifier_is_not_taken_by_another_content(archive: Archive) -> None:
    """Two documents under one identifier: the second is refused and leaves no file."""
    shelf = await archive.open()
    await archive.bring(shelf, cda())

    with pytest.raises(DocumentIdReused):
        await archive.bring(shelf, cda(title="Autre chose"))

    assert len(archive.blob_files()) == 1


async def test_a_new_version_replaces_the_former_one(archive: Archive) -> None:
    """The former version steps back with the drafts nobody looked at; decided ones stay."""
    shelf = await archive.open()
    asthma = problem("J45", "Asthme")
    first = await archive.bring(shelf, cda(entries=HYPERTENSION + DIABETES + asthma))
    held = await archive.pull(shelf, shelf.holder)
    by_label = {item.body.get("label"): item for item in held.values()}
    confirmed = await archive.push(
        shelf, shelf.holder, by_label["Hypertension"], draft_state="confirmed"
    )
    rejected = await archive.push(shelf, shelf.holder, by_label["Asthme"], draft_state="rejected")

    second = await archive.bring(
        shelf, cda(unique="2", version=2, entries=HYPERTENSION + DIABETES + asthma)
    )

    held = await archive.pull(shelf, shelf.holder)
    assert (confirmed.status, rejected.status) == (Status.APPLIED, Status.APPLIED)
    assert second.status == "version"
    assert held[first.record_id].body["status"] == "superseded"
    assert held[second.record_id].body["replaces"] == str(first.record_id)
    assert by_label["Diabete"].record_id not in held
    assert await labels(archive, shelf) == [
        ("Asthme", "rejected"),
        ("Diabete", "draft"),
        ("Hypertension", "confirmed"),
    ]


async def test_what_was_decided_once_is_not_asked_again(archive: Archive) -> None:
    """A third version still knows what a person decided on in the first."""
    shelf = await archive.open()
    await archive.bring(shelf, cda())
    (item,) = [
        one
        for one in (await archive.pull(shelf, shelf.holder)).values()
        if one.collection == "conditions"
    ]
    await archive.push(
        shelf, shelf.holder, item, draft_state="confirmed", comment="Depuis mes 40 ans."
    )

    second = await archive.bring(shelf, cda(unique="2", version=2))
    third = await archive.bring(shelf, cda(unique="3", version=3, entries=HYPERTENSION + DIABETES))

    assert second.drafts == ()
    assert len(third.drafts) == 1
    assert await labels(archive, shelf) == [("Diabete", "draft"), ("Hypertension", "confirmed")]


async def test_an_older_version_that_comes_late_is_kept_aside(archive: Archive) -> None:
    """Order of arrival does not decide which version stands."""
    shelf = await archive.open()
    await archive.bring(shelf, cda(unique="3", version=3))

    late = await archive.bring(shelf, cda(unique="1", version=1, entries=DIABETES))

    assert late.status == "version"
    assert late.drafts == ()
    assert await statuses(archive, shelf) == {"1.2.3.4^1": "superseded", "1.2.3.4^3": "current"}
    assert await labels(archive, shelf) == [("Hypertension", "draft")]


async def test_a_document_replaces_the_one_that_it_names(archive: Archive) -> None:
    """Authors who number every version alike still say which one they replace."""
    shelf = await archive.open()
    first = await archive.bring(shelf, cda(unique="1", version=2))

    second = await archive.bring(shelf, cda(unique="2", version=1, replaces="1"))

    held = await archive.pull(shelf, shelf.holder)
    assert held[second.record_id].body["replaces"] == str(first.record_id)
    assert await statuses(archive, shelf) == {"1.2.3.4^1": "superseded", "1.2.3.4^2": "current"}


async def test_a_patient_does_not_replace_what_a_professional_brought(archive: Archive) -> None:
    """A file that anybody can write does not take a professional's document out of force."""
    shelf = await archive.open()
    await archive.bring(shelf, cda(unique="1", version=1))

    made = await archive.upload(shelf, shelf.holder, cda(unique="2", version=2))

    assert made.status == "created"
    assert await statuses(archive, shelf) == {"1.2.3.4^1": "current", "1.2.3.4^2": "current"}


async def test_a_professional_replaces_what_a_patient_brought(archive: Archive) -> None:
    """The author's own new version stands in place of the patient's copy of the former."""
    shelf = await archive.open()
    await archive.upload(shelf, shelf.holder, cda(unique="1", version=1))

    await archive.bring(shelf, cda(unique="2", version=2))

    assert await statuses(archive, shelf) == {"1.2.3.4^1": "superseded", "1.2.3.4^2": "current"}


async def test_a_document_about_somebody_else_is_refused(archive: Archive) -> None:
    """Nothing of another person's document stays: no record, no file."""
    other = replace_ins(DOMINIQUE, "180025900012345")
    shelf = await archive.open(other)

    with pytest.raises(DocumentOtherPatient):
        await archive.bring(shelf, cda())

    assert await archive.pull(shelf, shelf.holder) == {}
    assert archive.blob_files() == []


def replace_ins(identity, value):
    """Give somebody another number."""
    return msgspec.structs.replace(identity, ins=Ins(value=value, oid=InsOid.NIR_TEST))


async def test_a_deleted_document_may_come_again(archive: Archive) -> None:
    """Who deleted their own document by mistake can bring it back, as a new record."""
    shelf = await archive.open()
    first = await archive.upload(shelf, shelf.holder, PDF)
    held = await archive.pull(shelf, shelf.holder)
    deleted = await archive.delete(shelf, shelf.holder, held[first.record_id])

    again = await archive.upload(shelf, shelf.holder, PDF)

    assert deleted.status is Status.APPLIED
    assert again.status == "created"
    assert set(await archive.pull(shelf, shelf.holder)) == {again.record_id}


async def test_a_plain_file_is_filed_under_a_title_and_a_type(archive: Archive) -> None:
    """A patient's own paper is kept as it is, and the same bytes are kept once."""
    shelf = await archive.open()

    made = await archive.upload(
        shelf, shelf.holder, PDF, title=" Ma  radio\n", type_code="DOCPAT04", file_name="C:\\r.pdf"
    )
    again = await archive.upload(shelf, shelf.parent, PDF, title="Autre titre")

    body = (await archive.pull(shelf, shelf.holder))[made.record_id].body
    assert (made.status, again.status) == ("created", "duplicate")
    assert again.record_id == made.record_id
    assert body["title"] == "Ma radio"
    assert body["type_code"] == "DOCPAT04"
    assert body["class_code"] == "31"
    assert body["file_name"] == "r.pdf"
    assert body["size_bytes"] == len(PDF)
    assert "patient_matched" not in body


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"title": None}, DocumentTitleNeeded),
        ({"title": "x" * 501}, DocumentTitleNeeded),
        ({"type_code": "11488-4"}, DocumentTypeNotOffered),
        ({"media_type": "image/png"}, DocumentFormatMismatch),
        ({"file_name": "radio.exe"}, DocumentFormatMismatch),
    ],
)
async def test_a_plain_file_that_does_not_say_what_it_is_is_refused(
    archive: Archive, given, refusal
) -> None:
    """A refused file leaves nothing."""
    shelf = await archive.open()

    with pytest.raises(refusal):
        await archive.upload(shelf, shelf.holder, PDF, **given)

    assert archive.blob_files() == []


async def test_an_entry_that_makes_no_record_does_not_sink_its_document(
    archive: Archive, monkeypatch
) -> None:
    """The document and its other entries stand; the one that cannot be taken is named."""
    from backend.documents import reading

    read = reading.read_cda

    def with_a_bad_draft(data, *, today):
        document = read(data, today=today)
        good = document.drafts[0]
        bad = [
            msgspec.structs.replace(good, body={**good.body, "onset_on": "2023-02-30"}),
            msgspec.structs.replace(good, body={**good.body, "colour": "red"}),
            msgspec.structs.replace(good, collection="spells"),
        ]
        return msgspec.structs.replace(document, drafts=(*bad, good))

    monkeypatch.setattr(reading, "read_cda", with_a_bad_draft)
    shelf = await archive.open()

    made = await archive.bring(shelf, cda())

    assert len(made.drafts) == 1
    assert made.not_understood == (
        "conditions:impossible-date",
        "conditions:body-invalid",
        "spells:collection-unknown",
    )
    held = await archive.pull(shelf, shelf.holder)
    assert tuple(held[made.record_id].body["not_understood"]) == made.not_understood


async def test_two_deposits_at_once_make_one_document(archive: Archive) -> None:
    """A phone that sends twice because it was impatient gets one record."""
    import asyncio

    shelf = await archive.open()

    made = await asyncio.gather(*(archive.bring(shelf, cda()) for _ in range(6)))

    assert len({one.record_id for one in made}) == 1
    assert sorted(one.status for one in made) == ["created"] + ["duplicate"] * 5
    assert len(await archive.pull(shelf, shelf.holder)) == 2


async def test_one_document_of_two_people_shows_no_likeness(archive: Archive) -> None:
    """Who reads the index cannot tell that two people have the same paper."""
    one, other = await archive.open(), await archive.open()
    for shelf in (one, other):
        await archive.bring(shelf, cda())

    async def hashes(work: Work):
        rows = await work.db.rows(select(documents).execution_options(all_spaces=True))
        return [value for row in rows for value in row if isinstance(value, bytes) and value]

    found = await archive.office.read(hashes)

    assert len(found) == 2 * 4  # Identifier, set, content, drafts.
    assert len(set(found)) == len(found)


async def test_a_full_disk_is_said_and_leaves_no_record(archive: Archive, monkeypatch) -> None:
    """Bytes come before the record that names them: without them there is none."""
    from backend.kernel.db import StorageUnavailable

    def full(*_):
        raise OSError(28, "No space left on device")

    shelf = await archive.open()
    monkeypatch.setattr(archive.blobs, "_write", full)

    with pytest.raises(StorageUnavailable):
        await archive.bring(shelf, cda())

    assert await archive.pull(shelf, shelf.holder) == {}
