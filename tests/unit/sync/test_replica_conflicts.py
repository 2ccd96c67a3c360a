"""Two people change one thing, or the server says no: every word stands somewhere."""

import pytest

from sync.replica import SyncGaveUp
from tests.unit.sync.phones import a_phone, a_shared_note, lost_of


async def test_edits_of_different_fields_both_stay():
    """The server merges; both phones end equal and nobody lost anything."""
    one, other, note = await a_shared_note(title="a", place="p")

    one.edit(note, title="b")
    other.edit(note, place="q")
    await one.replica.sync()
    report = await other.replica.sync()
    await one.replica.sync()

    assert report.merged == 1
    assert one.fields(note) == other.fields(note) == {"title": "b", "place": "q"}
    assert lost_of(one) == lost_of(other) == []


async def test_the_value_that_lost_is_shown_with_the_one_that_stands():
    """What was acknowledged first stands; the other is kept for who wrote it."""
    one, other, note = await a_shared_note(title="a", text="t")
    one.edit(note, title="b")
    await one.replica.sync()

    other.edit(note, title="c", color="red")
    report = await other.replica.sync()

    [conflict] = other.replica.conflicts()
    assert report.conflicts == 1
    assert (conflict.record_id, conflict.standing) == (
        note,
        {"title": "b", "text": "t", "color": "red"},
    )
    assert lost_of(other) == [({"title": "c"}, "conflict")]
    assert lost_of(one) == []


async def test_two_versions_of_a_text_are_joined_and_not_lost():
    """A field that keeps both is in the record: only the title lost."""
    one, other, note = await a_shared_note(title="a", text="both")
    one.edit(note, title="b", text="both one")
    await one.replica.sync()

    other.edit(note, title="c", text="both other")
    await other.replica.sync()

    assert lost_of(other) == [({"title": "c"}, "conflict")]


async def test_a_value_that_stands_in_another_form_is_not_lost():
    """The server writes an instant in its own way; that is the same instant."""
    one, other, note = await a_shared_note(title="a")
    one.edit(note, title="b")
    await one.replica.sync()

    other.edit(note, title="c", at="2026-11-21T10:00:00+00:00")
    await other.replica.sync()

    assert lost_of(other) == [({"title": "c"}, "conflict")]


async def test_an_edit_that_the_server_finds_equal_leaves_its_form_of_it():
    """No number moved, so no page would ever bring the server's form back."""
    one, _, note = await a_shared_note(title="a", at="2026-11-21T10:00:00Z")

    one.edit(note, at="2026-11-21T10:00:00+00:00")
    report = await one.replica.sync()

    assert report.applied == 1
    await one.holds_what_it_should()


async def test_a_loss_that_the_person_has_seen_is_forgotten():
    """Dismissed, or written again by hand."""
    one, other, note = await a_shared_note(title="a")
    one.edit(note, title="b")
    other.edit(note, title="c")
    await one.replica.sync()
    await other.replica.sync()

    other.edit(note, title="c")
    await other.replica.sync()
    assert other.replica.conflicts() == []

    other.replica.dismiss(other.space_id, note)
    assert other.replica.standing(other.space_id).lost == 0


async def test_a_deletion_that_meets_an_edit_is_told_to_the_person():
    """What somebody changed unseen is not deleted."""
    one, other, note = await a_shared_note(title="a")
    one.edit(note, title="b")
    other.delete(note)
    await one.replica.sync()

    await other.replica.sync()

    assert other.fields(note) == {"title": "b"}
    assert lost_of(other) == [({}, "conflict")]


async def test_a_refused_op_keeps_its_words_and_sinks_no_neighbour():
    """The rest of the batch is applied."""
    phone = await a_phone()
    good, bad = phone.add(title="ok"), phone.add(title="too long", place="p")

    report = await phone.replica.sync()

    assert (report.applied, report.refused) == (1, 1)
    assert list(phone.shown()) == [good]
    assert lost_of(phone) == [({"title": "too long", "place": "p"}, "too-long")]
    assert phone.fields(bad) is None
    await phone.holds_what_it_should()


async def test_what_was_built_on_a_refused_record_goes_with_it():
    """An edit of a record that never came to be must not make half a record."""
    phone = await a_phone()
    note = phone.add(title="too long", place="p")
    phone.wire.fates.append("lost reply")
    with pytest.raises(SyncGaveUp):
        await phone.replica.sync(attempts=1)
    phone.edit(note, title="short")

    await phone.replica.sync()

    assert phone.replica.waiting() == 0
    assert phone.shown() == {}
    assert lost_of(phone) == [
        ({"title": "too long", "place": "p"}, "too-long"),
        ({"title": "short"}, "too-long"),
    ]


async def test_an_edit_after_a_refused_edit_is_no_conflict():
    """It saw a value that the server never took; what the first one saw counts."""
    one, other, note = await a_shared_note(title="a", place="p")
    one.edit(note, title="too long")
    one.wire.fates.append("lost request")
    with pytest.raises(SyncGaveUp):
        await one.replica.sync(attempts=1)
    one.edit(note, title="b")
    other.edit(note, place="q")
    await other.replica.sync()

    report = await one.replica.sync()

    assert (report.refused, report.merged, report.conflicts) == (1, 1, 0)
    assert one.fields(note) == {"title": "b", "place": "q"}
