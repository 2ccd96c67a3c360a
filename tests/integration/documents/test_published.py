"""The published examples of the national agency, all of them, into real storage."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from backend.documents.cda.document import read_cda
from backend.documents.cda.model import Patient
from backend.documents.errors import DocumentOtherPatient, DocumentWithoutIdentity
from backend.documents.model import Deposited
from backend.identity.model import Ins, InsOid, PatientIdentity, Reliability, StrictTraits
from backend.kernel.db import Sql
from backend.kernel.db_sqlite import SqliteDatabase
from backend.kernel.sealing import SealBroken
from backend.schema import all_tables
from tests.archive import Archive, Shelf
from tests.unit.documents.cda_samples import PUBLISHED, needs_published

pytestmark = needs_published

_LOINC = re.compile(r"[0-9]{4,5}-[0-9]")


def documents() -> list[tuple[str, bytes]]:
    """Read every example."""
    return [(path.name, path.read_bytes()) for path in sorted(PUBLISHED.glob("*.xml"))]


def identity_in(patient: Patient) -> PatientIdentity:
    """Make the holder whom a document is about."""
    born = patient.birth_date
    number = patient.ins[0] if patient.ins else None
    return PatientIdentity(
        traits=StrictTraits(
            birth_family_name=patient.birth_family_name or "",
            birth_given_name=patient.birth_given_name or (*patient.given_names, "")[0],
            given_names=patient.given_names,
            birth_date=date.fromisoformat(born.on) if born else date(1900, 1, 1),
            sex=patient.sex or "unknown",
            birth_place_code=patient.birth_place_code or "",
        ),
        reliability=Reliability.QUALIFIED,
        ins=None
        if number is None
        else Ins(value=number.extension or "", oid=InsOid(f"urn:oid:{number.root}")),
    )


class Import:
    """Every example in the space of the person it is about."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.shelves: dict[tuple[str, ...], Shelf] = {}
        self.made: dict[str, Deposited] = {}

    async def shelf_for(self, patient: Patient) -> Shelf:
        """Open a space for each person once."""
        key = (
            patient.ins[0].text if patient.ins else "",
            patient.birth_family_name or "",
            str(patient.birth_date and patient.birth_date.on),
        )
        if key not in self.shelves:
            self.shelves[key] = await self.archive.open(identity_in(patient))
        return self.shelves[key]

    async def run(self) -> dict[str, Deposited]:
        """Deposit everything once."""
        return {
            name: await self.archive.bring(
                await self.shelf_for(read_cda(data).header.patient), data
            )
            for name, data in documents()
        }

    async def held(self) -> dict[str, dict[str, object]]:
        """Return the documents of all spaces, by hash."""
        found = {}
        for shelf in self.shelves.values():
            for item in (await self.archive.pull(shelf, shelf.holder)).values():
                if item.collection == "documents":
                    found[str(item.body["sha256"])] = item.body
        return found


async def test_every_example_is_taken_and_twice_is_once(archive: Archive) -> None:
    """All are kept whole with what was read in them; a second import adds nothing."""
    every = Import(archive)

    first = await every.run()
    held = await every.held()
    files = {path: path.stat().st_mtime_ns for path in archive.blob_files()}
    second = await every.run()

    assert len(first) == len(held) == len(files) == len(documents())
    assert {one.status for one in first.values()} == {"created"}
    assert {one.status for one in second.values()} == {"duplicate"}
    assert [one.record_id for one in second.values()] == [one.record_id for one in first.values()]
    assert await every.held() == held
    assert {path: path.stat().st_mtime_ns for path in archive.blob_files()} == files
    drafts = [draft.collection for one in first.values() for draft in one.drafts]
    assert len(drafts) > 300
    assert set(drafts) >= {
        "allergies", "conditions", "treatments", "immunizations", "measures", "history",
    }  # fmt: skip
    refused = [
        (name, one.collection, one.code) for name, made in first.items() for one in made.refused
    ]
    # Whatever the reader proposes makes a record, but for what its author dated before a birth.
    assert {(collection, code) for _, collection, code in refused} == {
        ("immunizations", "date-before-birth")
    }
    assert ("VAC_2023.01.xml", "immunizations", "date-before-birth") in refused
    for name, _, code in refused:
        assert f"immunizations:{code}" in first[name].not_understood


async def test_no_example_enters_the_space_of_another(archive: Archive) -> None:
    """Each is refused where its person is not the holder, and leaves nothing."""
    shelf = await archive.open(
        PatientIdentity(
            traits=StrictTraits(
                birth_family_name="MOULIN",
                birth_given_name="ODILE",
                given_names=("ODILE",),
                birth_date=date(1961, 4, 9),
                sex="female",
                birth_place_code="63220",
            ),
            reliability=Reliability.QUALIFIED,
            ins=Ins(value="261046322012387", oid=InsOid.NIR_TEST),
        )
    )

    for _, data in documents():
        with pytest.raises((DocumentOtherPatient, DocumentWithoutIdentity)):
            await archive.bring(shelf, data)

    assert await archive.pull(shelf, shelf.holder) == {}
    assert archive.blob_files() == []


async def test_a_stolen_disk_says_nothing(archive: Archive) -> None:
    """No name, no title, no code of a finding stands in the database or in a file."""
    every = Import(archive)
    await every.run()
    names, titles, codes = set(), set(), set()
    types = set()
    for _, data in documents():
        cda = read_cda(data)
        patient = cda.header.patient
        names |= {patient.birth_family_name, patient.used_family_name}
        names |= {party.name.family for party in cda.header.authors if party.name}
        titles |= {cda.header.title}
        types |= {cda.header.type.code}
        codes |= {section.code for section in cda.sections}
        codes |= {str(draft.body.get("code")) for draft in cda.drafts}
    # The type of a document is its category of rights, which the design keeps in clear.
    secrets = {one for one in names | titles if one and len(one) > 4}
    secrets |= {one for one in codes - types if one and _LOINC.fullmatch(one)}

    at_rest = await _everything_at_rest(archive)

    assert len(secrets) > 200
    assert len(at_rest) > 9_000_000
    found = sorted(
        word for word in secrets if word.encode() in at_rest or word.encode("utf-16-le") in at_rest
    )
    assert found == []
    assert all(data[:200] not in at_rest for _, data in documents())


async def _everything_at_rest(archive: Archive) -> bytes:
    """Return every byte that the database and the blobs hold."""
    blobs = b"".join(path.read_bytes() for path in archive.blob_files())
    database = archive.office.database
    if isinstance(database, SqliteDatabase):
        folder = database._path.parent
        return blobs + b"".join(path.read_bytes() for path in folder.glob("carnet.sqlite3*"))

    async def rows(sql: Sql) -> bytes:
        found = []
        for table in all_tables():
            statement = select(table).execution_options(all_spaces=True)
            found += [value for row in await sql.rows(statement) for value in row]
        return b"".join(
            bytes(one) if isinstance(one, bytes) else str(one).encode() for one in found
        )

    return blobs + await database.read(rows)


async def test_a_blob_of_one_person_is_nothing_to_another(archive: Archive) -> None:
    """A file carried into another space, under whatever name, does not open there."""
    every = Import(archive)
    await every.run()
    one, other = list(every.shelves.values())[:2]
    mine = (archive.folder / "blobs" / one.space_id.hex).iterdir()
    source = next(mine)
    item = next(
        item
        for item in (await archive.pull(other, other.holder)).values()
        if item.collection == "documents"
    )
    target = next((archive.folder / "blobs" / other.space_id.hex).iterdir())
    target.write_bytes(source.read_bytes())

    from backend.documents.blobs import BlobSpace

    async def space(sql: Sql) -> BlobSpace:
        cipher = await archive.office.keys.cipher(sql, other.space_id)
        return BlobSpace(other.space_id, cipher)

    opened = await archive.office.database.read(space)
    with pytest.raises(SealBroken):
        await archive.blobs.read(opened, str(item.body["sha256"]))
