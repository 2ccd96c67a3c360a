"""Who may write what."""

from uuid import uuid4

import pytest

from backend.access.model import Confidentiality, Entry, Role, Viewer
from backend.access.rules.writing import Act, may_write
from backend.kernel.ids import PartyId

ME, SOMEBODY = PartyId(uuid4()), PartyId(uuid4())


def entry(collection: str, *, depositor: PartyId = SOMEBODY, is_draft: bool = False) -> Entry:
    return Entry(
        collection=collection,
        category=collection,
        depositor_id=depositor,
        orders=Confidentiality.DRAFT if is_draft else Confidentiality.NONE,
        deleted=False,
    )


def viewer(*, is_open: bool = True, role: Role = Role.HOLDER) -> Viewer:
    return Viewer(party_id=ME, role=role, is_open=is_open)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("act", [Act.CHANGE, Act.DELETE])
def test_what_is_merged_is_everybodys_to_change(role: Role, act: Act) -> None:
    """A holder and a representative keep the same lists."""
    assert may_write(viewer(role=role), Act.ADD, "allergies", None)
    assert may_write(viewer(role=role), act, "allergies", entry("allergies"))


@pytest.mark.parametrize("act", [Act.CHANGE, Act.DELETE])
def test_what_is_signed_is_its_authors(act: Act) -> None:
    """A measure is corrected by who took it; a draft by whoever it is about."""
    assert may_write(viewer(), act, "measures", entry("measures", depositor=ME))
    assert not may_write(viewer(), act, "measures", entry("measures"))
    assert may_write(viewer(), act, "measures", entry("measures", is_draft=True))


def test_there_is_one_profile_and_it_stays() -> None:
    """Nobody adds a second one, and nobody takes the one away."""
    assert not may_write(viewer(), Act.ADD, "profile", None)
    assert not may_write(viewer(), Act.DELETE, "profile", entry("profile", depositor=ME))
    assert may_write(viewer(), Act.CHANGE, "profile", entry("profile"))


def test_a_document_comes_with_its_bytes() -> None:
    """No device makes a document record without an upload."""
    assert not may_write(viewer(), Act.ADD, "documents", None)


@pytest.mark.parametrize("act", list(Act))
def test_a_grant_that_is_over_writes_nothing(act: Act) -> None:
    """Not even to what one brought oneself."""
    assert not may_write(viewer(is_open=False), act, "notes", entry("notes", depositor=ME))
