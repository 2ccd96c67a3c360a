"""The agenda in a calendar elsewhere, by a link, on each database."""

import json
import logging

import pytest

from tests.integration.access.house import House
from tests.integration.agenda.links import (
    SOON,
    asked,
    booked,
    changed,
    journal,
    link,
    path_of,
    shown,
)
from tests.journeys import delete, put

NOWHERE = "/v1/agenda/" + "x" * 43 + ".ics"


async def test_a_calendar_shows_times_and_nothing_else(house: House) -> None:
    """Asked without a session; the address and the answer name no health matter."""
    phone, space_id = await house.patient()
    record_id = await booked(phone, space_id)

    path = await link(phone, space_id)
    answer = await asked(house, path)
    calendar = await shown(house, path)

    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    (event,) = calendar.events
    assert event.one("SUMMARY").text == "Rendez-vous"
    assert calendar.instant(event.one("DTSTART")) == SOON
    for secret in ("Coloscopie", "Roux", "Clinique", "jeun", record_id, space_id):
        assert secret not in answer.text


async def test_titles_are_shown_to_who_was_warned_and_asked_for_them(house: House) -> None:
    """With practitioner and place; what was noted beside them never leaves."""
    phone, space_id = await house.patient()
    await booked(phone, space_id)
    await booked(phone, space_id, title="CeGIDD", sensitive=["sexual-health"])
    before = (await phone.get(path_of(space_id))).json()

    calendar = await shown(house, await link(phone, space_id, titles="shown", language="en"))

    assert before["titles_warning"]["fr"]
    event = calendar.event("Coloscopie")
    assert (event.one("LOCATION").text, event.one("DESCRIPTION").text) == (
        "Clinique du Lot",
        "Dr Roux",
    )
    assert not calendar.event("Appointment").has("LOCATION")
    assert "jeun" not in str(calendar)


async def test_a_calendar_that_has_everything_is_told_so(house: House) -> None:
    """304 without a body; another record of the space changes nothing, an appointment does."""
    phone, space_id = await house.patient()
    await booked(phone, space_id)
    path = await link(phone, space_id)
    first = await asked(house, path)

    same = await asked(house, path, first.headers["etag"])
    weak = await asked(house, path, f'"other", W/{first.headers["etag"]}')
    anything = await asked(house, path, "*")
    await phone.push(put(space_id, "notes", {"title": "Lait"}))
    after_note = await asked(house, path, first.headers["etag"])
    await booked(phone, space_id, title="IRM")
    after = await asked(house, path, first.headers["etag"])

    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    assert same.headers["cache-control"] == "private, no-cache"
    assert (weak.status_code, anything.status_code, after_note.status_code) == (304, 304, 304)
    assert after.status_code == 200
    assert after.headers["etag"] != first.headers["etag"]


async def test_an_event_keeps_its_name_and_counts_its_changes(house: House) -> None:
    """Moved, cancelled, deleted: one event, each time a newer one, in the end cancelled."""
    phone, space_id = await house.patient()
    record_id = await booked(phone, space_id)
    path = await link(phone, space_id, titles="shown")
    seen = []

    async def look() -> None:
        (event,) = (await shown(house, path)).events
        seen.append([event.one(n).value for n in ("UID", "SEQUENCE", "STATUS")])

    await look()
    await changed(phone, space_id, record_id, starts_at="2027-03-28T01:00:00Z")
    await look()
    await changed(phone, space_id, record_id, instructions="Apporter la carte")
    await look()
    await changed(phone, space_id, record_id, status="cancelled")
    await look()
    seq = (await phone.whole(space_id)).records[record_id]["seq"]
    await phone.push(delete(space_id, "appointments", record_id, seq))
    await look()

    uid = seen[0][0]
    assert seen == [
        [uid, "0", "CONFIRMED"],
        [uid, "1", "CONFIRMED"],
        [uid, "1", "CONFIRMED"],
        [uid, "2", "CANCELLED"],
        [uid, "3", "CANCELLED"],
    ]


async def test_a_new_link_ends_the_one_before_and_keeps_the_events(house: House) -> None:
    """What it showed stays chosen; a calendar that is given the new one doubles nothing."""
    phone, space_id = await house.patient()
    await booked(phone, space_id)
    old = await link(phone, space_id, titles="shown", language="en")
    (before,) = (await shown(house, old)).events

    new = await link(phone, space_id)
    unread = (await phone.get(path_of(space_id))).json()["last_read_on"]
    (after,) = (await shown(house, new)).events
    lines = [one["action"] for one in await journal(phone, space_id)]

    assert old != new
    assert (await asked(house, old)).content == (await asked(house, NOWHERE)).content
    assert (after.one("UID"), after.one("SEQUENCE")) == (before.one("UID"), before.one("SEQUENCE"))
    assert after.one("SUMMARY").text == "Coloscopie"
    # Whoever reads by the new one may be somebody else, on the same day too.
    assert (unread, lines.count("agenda-read")) == (None, 2)


async def test_what_leads_nowhere_answers_alike(house: House) -> None:
    """Never made, ended, of another form, too long: the same 404 to the byte."""
    phone, space_id = await house.patient()
    ended = await link(phone, space_id)
    first = await phone.client.delete(path_of(space_id), headers=phone.headers)
    again = await phone.client.delete(path_of(space_id), headers=phone.headers)
    state = (await phone.get(path_of(space_id))).json()

    others = (ended.removesuffix(".ics"), NOWHERE.replace("x", "x" * 4), "/v1/agenda/é.ics")
    answers = [await asked(house, path) for path in (NOWHERE, ended, *others)]

    assert (first.status_code, again.status_code) == (204, 204)
    assert (state["is_shared"], state["made_at"]) == (False, None)
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


async def test_the_journal_says_who_made_a_link_and_what_left_by_it(house: House) -> None:
    """Once a day, and whenever something else leaves; nothing for who has it already."""
    phone, space_id = await house.patient()
    record_id = await booked(phone, space_id)
    path = await link(phone, space_id)
    tag = (await asked(house, path)).headers["etag"]
    for _ in range(3):
        await asked(house, path)
        await asked(house, path, tag)
    await booked(phone, space_id)
    await asked(house, path)
    await phone.client.delete(path_of(space_id), headers=phone.headers)

    lines = [one for one in await journal(phone, space_id) if one["action"].startswith("agenda-")]

    assert [one["action"] for one in lines] == [
        "agenda-shared",
        "agenda-read",
        "agenda-read",
        "agenda-ended",
    ]
    assert [one["record_id"] for one in lines[1]["objects"]] == [record_id]
    assert len(lines[2]["objects"]) == 2
    assert "notice-access-changed" in [one["kind"] for one in house.counter.messages()]


async def test_an_empty_agenda_writes_nothing(house: House) -> None:
    """Nothing left."""
    phone, space_id = await house.patient()
    path = await link(phone, space_id)

    assert (await shown(house, path)).events == []
    assert "agenda-read" not in [one["action"] for one in await journal(phone, space_id)]


async def test_a_link_needs_a_fresh_proof_and_is_shown_once(house: House) -> None:
    """It outlives the phone that it was made on; only a keyed hash of it is kept."""
    phone, space_id = await house.patient()
    path = await link(phone, space_id)
    token = path.rpartition("/")[2].removesuffix(".ics")
    other = await house.counter.sign_in("lea.martin")

    refused = await other.post(path_of(space_id), json={})
    state = await other.get(path_of(space_id))

    assert (refused.status_code, refused.json()["code"]) == (403, "step-up-needed")
    assert state.json()["is_shared"]
    assert token not in state.text
    assert (await asked(house, path)).status_code == 200


async def test_a_lost_answer_is_given_again(house: House) -> None:
    """The same request makes no second link, which would end the first."""
    phone, space_id = await house.patient()
    key = {"Idempotency-Key": "0123456789abcdef"}

    first = await phone.post(path_of(space_id), json={}, headers=key)
    second = await phone.post(path_of(space_id), json={}, headers=key)

    assert first.json() == second.json()


async def test_a_caregiver_sees_by_a_link_what_the_mandate_shows(house: House) -> None:
    """Neither what is sensitive nor what is masked from them; nothing at all once it ends."""
    mother, space_id = await house.patient()
    await booked(mother, space_id, title="Dentiste")
    await booked(mother, space_id, title="CeGIDD", sensitive=["sexual-health"])
    daughter, invited = await house.caregiver(mother, space_id)
    await house.step_up(daughter)
    path = await link(daughter, space_id, titles="shown")
    before = await shown(house, path)

    mandate = f"/v1/spaces/{space_id}/mandates/{invited['record_id']}"
    await mother.client.delete(mandate, headers=mother.headers)
    after = await asked(house, path)
    made = await daughter.post(path_of(space_id), json={})

    assert [one.one("SUMMARY").text for one in before.events] == ["Dentiste"]
    assert after.content == (await asked(house, NOWHERE)).content
    assert (made.status_code, made.json()["code"]) == (404, "space-not-found")
    (line,) = [e for e in await journal(mother, space_id) if e["action"] == "agenda-read"]
    assert line["actor"]["kind"] == "caregiver"
    assert line["on_behalf_of"] == {"kind": "patient"}


async def test_a_mandate_without_appointments_makes_no_link(house: House) -> None:
    """As for a space that does not exist; and one that loses them later shows nothing."""
    mother, space_id = await house.patient()
    await booked(mother, space_id)
    daughter, invited = await house.caregiver(mother, space_id)
    await house.step_up(daughter)
    path = await link(daughter, space_id)
    nowhere = await daughter.get(path_of("11111111-2222-4333-8444-555555555555"))

    mandate = f"/v1/spaces/{space_id}/mandates/{invited['record_id']}"
    narrowed = await mother.client.patch(
        mandate, json={"sections": ["immunizations"]}, headers=mother.headers
    )

    assert narrowed.status_code == 200, narrowed.text
    assert (await asked(house, path)).content == (await asked(house, NOWHERE)).content
    for method in ("GET", "POST", "DELETE"):
        answer = await daughter.client.request(
            method,
            path_of(space_id),
            headers=daughter.headers,
            **({"json": {}} if method == "POST" else {}),
        )
        assert (answer.status_code, answer.content) == (404, nowhere.content), method


async def test_another_mandate_does_not_bring_a_link_back(house: House) -> None:
    """Whoever is let in again decides again what leaves."""
    mother, space_id = await house.patient()
    await booked(mother, space_id)
    daughter, invited = await house.caregiver(mother, space_id)
    await house.step_up(daughter)
    path = await link(daughter, space_id)
    mandate = f"/v1/spaces/{space_id}/mandates/{invited['record_id']}"
    await mother.client.delete(mandate, headers=mother.headers)

    again = await house.invite(mother, space_id)
    accepted = await daughter.post("/v1/mandates/accept", json={"code": again["code"]})

    assert accepted.status_code == 200, accepted.text
    assert (await asked(house, path)).status_code == 404
    assert not (await daughter.get(path_of(space_id))).json()["is_shared"]


async def test_what_is_masked_from_a_caregiver_reads_like_what_was_deleted(house: House) -> None:
    """Cancelled, and nothing tells which; unmasked, it is back and newer."""
    mother, space_id = await house.patient()
    record_id = await booked(mother, space_id)
    daughter, _ = await house.caregiver(mother, space_id)
    await house.step_up(daughter)
    path = await link(daughter, space_id, titles="shown")
    (first,) = (await shown(house, path)).events
    people = (await mother.get(f"/v1/spaces/{space_id}/parties")).json()
    (party_id,) = [one["party_id"] for one in people if one["role"] == "caregiver"]

    mask = {"record_id": record_id, "from_whom": "person", "party_id": party_id}
    put_on = await mother.post(f"/v1/spaces/{space_id}/masks", json=mask)
    (hidden,) = (await shown(house, path)).events
    taken_off = f"/v1/spaces/{space_id}/masks/{put_on.json()['record_id']}"
    await mother.client.delete(taken_off, headers=mother.headers)
    (back,) = (await shown(house, path)).events

    assert put_on.status_code in (200, 201), put_on.text
    assert first.one("STATUS").value == "CONFIRMED"
    assert hidden.one("STATUS").value == "CANCELLED"
    assert hidden.one("SUMMARY").text == "Annulé : Rendez-vous"
    assert not hidden.has("LOCATION")
    assert [one.one("SEQUENCE").value for one in (first, hidden, back)] == ["0", "1", "2"]
    assert back.one("SUMMARY").text == "Coloscopie"


async def test_a_link_that_is_read_in_a_loop_is_put_off(house: House) -> None:
    """And so is who tries links that lead nowhere."""
    phone, space_id = await house.patient()
    path = await link(phone, space_id)

    read = [(await asked(house, path)).status_code for _ in range(40)]
    tried = [await asked(house, NOWHERE) for _ in range(130)]

    assert read[:30] == [200] * 30
    assert read[-1] == 429
    assert tried[0].status_code == 404
    assert tried[-1].status_code == 429
    assert int(tried[-1].headers["retry-after"]) > 0


async def test_a_link_is_in_no_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever reads logs reads no agenda by them, nor a metric's label."""
    caplog.set_level(logging.DEBUG)
    phone, space_id = await house.patient()
    path = await link(phone, space_id)
    token = path.rpartition("/")[2].removesuffix(".ics")

    await asked(house, path)
    metrics = await house.client.get("/metrics", headers=house.counter.headers)

    carnets = [record for record in caplog.records if record.name.startswith("carnet")]
    assert token not in json.dumps([record.__dict__ for record in carnets], default=str)
    assert token not in metrics.text
