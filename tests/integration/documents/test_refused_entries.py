"""Documents that hold what cannot be: the rest of them is kept, and nothing goes unsaid."""

from datetime import timedelta

import pytest

from backend.documents.cda.document import read_cda
from tests.archive import DOMINIQUE, NOW, Archive
from tests.unit.documents.cda_samples import document_xml, section
from tests.unit.documents.test_cda_prevention_entries import vaccination


def document(*days: str) -> bytes:
    """A vaccination history with one dose on each day."""
    doses = [vaccination(when=f'<effectiveTime value="{day}"/>') for day in days]
    entries = "".join(f"<entry>{dose}</entry>" for dose in doses)
    return document_xml(section("11369-6", entries), created="20261101113000+0100").encode()


def written(day) -> str:
    """A day as CDA writes it."""
    return day.strftime("%Y%m%d")


TO_COME = written(NOW + timedelta(days=2))
TOMORROW = written(NOW + timedelta(days=1))
BORN = DOMINIQUE.traits.birth_date
BEFORE = written(BORN - timedelta(days=1))


async def test_doses_that_cannot_be_are_left_out_one_by_one(archive: Archive) -> None:
    """Each is named with its place and its reason; the document and its other doses stand."""
    days = ("20090928", TO_COME, BEFORE, TOMORROW, written(BORN), BEFORE)
    data = document(*days)
    proposed = [one.source for one in read_cda(data).drafts]
    shelf = await archive.open()

    made = await archive.bring(shelf, data)
    again = await archive.bring(shelf, data)

    codes = [(one.collection, one.code, one.pointer) for one in made.refused]
    early = ("immunizations", "date-before-birth", "/occurred_on")
    assert codes == [("immunizations", "date-in-future", "/occurred_on"), early, early]
    assert [one.source for one in made.refused] == [proposed[1], proposed[2], proposed[5]]
    assert again.refused == made.refused
    assert made.not_understood == (
        "immunizations:date-in-future",
        "immunizations:date-before-birth",
    )
    held = [one.body for one in (await archive.pull(shelf, shelf.holder)).values()]
    given = {body["occurred_on"] for body in held if "occurred_on" in body}
    assert given == {"2009-09-28", (NOW + timedelta(days=1)).date().isoformat(), BORN.isoformat()}
    (paper,) = [body for body in held if "sha256" in body]
    assert paper["not_understood"] == list(made.not_understood)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_document_without_fault_leaves_nothing_out(archive: Archive) -> None:
    """So that an empty list can be trusted."""
    made = await archive.bring(await archive.open(), document("20090928"))

    assert made.refused == ()
    assert len(made.drafts) == 1
