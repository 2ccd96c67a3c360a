"""The care team and blocks over HTTP."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.clinic import ANNE, INS, KINE, PAUL, Clinic, clinic_on, person, state_of
from tests.journeys import CHILD_BIRTH_DATE, Phone, put

Json = dict[str, Any]
COPY = {"keeps_copy": True}


def in_days(days: int) -> str:
    """Write an instant to come."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


async def name(phone: Phone, space_id: str, **body: Any) -> httpx.Response:
    """Give somebody a place in the team."""
    return await phone.post(f"/v1/spaces/{space_id}/care-team", json=body)


async def team(phone: Phone, space_id: str) -> dict[str, str]:
    """Return roles by professional."""
    answer = await phone.get(f"/v1/spaces/{space_id}/care-team")
    assert answer.status_code == 200, answer.text
    return {one["member"]["party_id"]: one["member"]["role"] for one in answer.json()}


async def met(clinic: Clinic, phone: Phone, space_id: str, rpps: str, code: str = "10") -> Phone:
    """Let a professional ask once, and be refused: the space has met them."""
    software = await clinic.professional(rpps, code)
    await clinic.answer(phone, space_id, await clinic.asked(software), answer="refuse")
    return software


async def test_the_attending_doctor_sees_what_is_masked(clinic: Clinic) -> None:
    """The answer says so; another one takes the place, and the first sees no more."""
    phone, space_id = await clinic.patient()
    written = await clinic.fill(phone, space_id)
    await phone.push(put(space_id, "masks", {"record_id": written["allergies"]}))
    anne, paul = await clinic.professional(ANNE), await clinic.professional(PAUL)
    for software in (anne, paul):
        await clinic.given(phone, software, space_id, **COPY)
    masked = written["allergies"]
    hidden = masked not in (await anne.whole(space_id)).records

    named = await name(phone, space_id, party_id=await clinic.party(anne), role="attending")
    seen = masked in (await anne.whole(space_id)).records
    other = await name(phone, space_id, party_id=await clinic.party(paul), role="attending")

    assert hidden
    assert seen
    assert named.json()["sees_masked"] is True
    assert "hide" in named.json()["notice"]["en"]
    assert other.status_code == 201
    assert masked not in (await anne.whole(space_id)).records
    assert masked in (await paul.whole(space_id)).records
    assert await team(phone, space_id) == {await clinic.party(paul): "attending"}
    kinds = [one["kind"] for one in clinic.counter.messages()]
    assert kinds.count("notice-care-team") == 2
    assert [one["role"] for one in await clinic.patients(paul)] == ["attending"]


async def test_a_deployment_may_hide_masked_entries_from_everybody(
    database_kind: str, tmp_path: Path, cache_folder: Path
) -> None:
    """CARNET_ATTENDING_SEES_MASKED off: no notice, and no sight."""
    async with clinic_on(
        database_kind, tmp_path / "data", cache_folder, attending_sees_masked=False
    ) as clinic:
        phone, space_id = await clinic.patient()
        written = await clinic.fill(phone, space_id)
        await phone.push(put(space_id, "masks", {"record_id": written["allergies"]}))
        anne = await clinic.professional(ANNE)
        await clinic.given(phone, anne, space_id, **COPY)

        named = await name(phone, space_id, party_id=await clinic.party(anne), role="attending")

        assert (named.json()["sees_masked"], named.json()["notice"]) == (False, None)
        assert written["allergies"] not in (await anne.whole(space_id)).records
        assert written["conditions"] in (await anne.whole(space_id)).records


async def test_a_place_must_be_possible(clinic: Clinic) -> None:
    """A doctor attends; ends follow starts; nobody has two places; strangers have none."""
    phone, space_id = await clinic.patient()
    kine = await clinic.party(await met(clinic, phone, space_id, KINE, "70"))

    refused = [
        await name(phone, space_id, party_id=kine, role="attending"),
        await name(phone, space_id, party_id=kine, role="member", ends_at=in_days(-1)),
        await name(phone, space_id, party_id=kine, role="administrator", starts_at=in_days(2)),
        await name(phone, space_id, party_id=kine, role="member", ends_at="9999-12-31T23:59:59Z"),
        await name(phone, space_id, party_id=str(uuid4()), role="member"),
    ]
    first = await name(phone, space_id, party_id=kine, role="member")
    second = await name(phone, space_id, party_id=kine, role="member")

    assert [one.json()["code"] for one in refused] == [
        "attending-is-doctor",
        "care-team-place-invalid",
        "care-team-place-invalid",
        "impossible-date",
        "professional-unknown",
    ]
    assert (first.status_code, first.json()["sees_masked"]) == (201, False)
    assert second.json()["code"] == "already-in-care-team"


async def test_a_declared_colleague_looks_by_the_consent_of_the_team(clinic: Clinic) -> None:
    """Only as declared: an extending consent, a start and an end; the patient is told."""
    phone, space_id = await clinic.patient()
    anne, paul = await clinic.professional(ANNE), await clinic.professional(PAUL)
    path = f"/v1/professionals/me/spaces/{space_id}/care-team"
    order = {"rpps": PAUL, "ends_at": in_days(30)}
    before = await anne.post(path, json=order)
    await clinic.given(phone, anne, space_id, **COPY)
    not_extending = await anne.post(path, json=order)
    await clinic.given(phone, anne, space_id, extends_to_team=True, **COPY)

    too_long = await anne.post(path, json={**order, "ends_at": in_days(400)})
    last = "9999-12-31T23:59:59Z"
    endless = await anne.post(path, json={**order, "starts_at": last, "ends_at": last})
    unknown = await anne.post(path, json={**order, "rpps": "10000000000"})
    declared = await anne.post(path, json=order)
    opened = await clinic.patients(paul)
    own = await paul.post(path, json={"rpps": KINE, "ends_at": in_days(3)})

    assert (before.status_code, before.json()["code"]) == (404, "space-not-found")
    assert not_extending.json()["code"] == "consent-does-not-extend"
    assert too_long.json()["code"] == "care-team-place-invalid"
    assert endless.json()["code"] == "impossible-date"
    assert unknown.json()["code"] == "professional-unknown"
    assert declared.status_code == 201, declared.text
    assert [(one["space_id"], one["role"]) for one in opened] == [(space_id, "member")]
    assert opened[0]["until"][:10] == order["ends_at"][:10]
    assert own.json()["code"] == "consent-does-not-extend"
    assert "notice-care-team" in [one["kind"] for one in clinic.counter.messages()]

    record_id = declared.json()["record_id"]
    not_mine = await paul.client.delete(f"{path}/{record_id}", headers=paul.headers)
    back = await anne.client.delete(f"{path}/{record_id}", headers=anne.headers)
    assert (not_mine.status_code, back.status_code) == (404, 204)
    assert await clinic.patients(paul) == []


async def test_the_end_of_a_place_is_the_end_of_what_it_opened(clinic: Clinic) -> None:
    """By the patient; and a consent without end gets one."""
    phone, space_id = await clinic.patient()
    anne, paul = await clinic.professional(ANNE), await met(clinic, phone, space_id, PAUL)
    await met(clinic, phone, space_id, ANNE)
    place = await name(phone, space_id, party_id=await clinic.party(anne), role="member")
    consent = await clinic.given(phone, anne, space_id, extends_to_team=True, **COPY)
    shared = await name(phone, space_id, party_id=await clinic.party(paul), role="member")
    endless = (await phone.whole(space_id)).bodies("consents")[consent]
    opened = await clinic.patients(paul)

    for one in (shared, place):
        path = f"/v1/spaces/{space_id}/care-team/{one.json()['record_id']}"
        ended = await phone.client.delete(path, headers=phone.headers)
        assert ended.status_code == 204
        again = await phone.client.delete(path, headers=phone.headers)
        assert again.status_code == 404

    assert "ends_at" not in endless
    assert len(opened) == 1
    assert await clinic.patients(paul) == []
    capped = (await phone.whole(space_id)).bodies("consents")[consent]
    assert capped["status"] == "given"
    assert capped["ends_at"] < in_days(367)
    assert await state_of(anne, space_id) == "open"


async def test_a_place_changes(clinic: Clinic) -> None:
    """Another role, another end."""
    phone, space_id = await clinic.patient()
    anne = await clinic.party(await met(clinic, phone, space_id, ANNE))
    place = (await name(phone, space_id, party_id=anne, role="member")).json()["record_id"]
    path = f"/v1/spaces/{space_id}/care-team/{place}"

    changed = await phone.client.patch(
        path, json={"role": "administrator", "ends_at": in_days(9)}, headers=phone.headers
    )

    assert changed.status_code == 200, changed.text
    assert changed.json()["sees_masked"] is True
    assert await team(phone, space_id) == {anne: "administrator"}


async def test_a_block_works_on_whom_only_the_journal_knows(clinic: Clinic) -> None:
    """And on nobody else; twice is once."""
    phone, space_id = await clinic.patient()
    anne = await clinic.professional(ANNE)
    request = await clinic.asked(anne)
    party_id = await clinic.party(anne)
    path = f"/v1/spaces/{space_id}/blocks"

    first = await phone.post(path, json={"party_id": party_id})
    second = await phone.post(path, json={"party_id": party_id})
    stranger = await phone.post(path, json={"party_id": str(uuid4())})

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert stranger.json()["code"] == "professional-unknown"
    statuses = {one["request_id"]: one["status"] for one in await clinic.requests(anne)}
    assert statuses == {request: "refused"}
    lines = [one["entry"]["action"] for one in await clinic.journal(phone, space_id)]
    assert lines.count("block") == 1


async def test_an_administrator_blocks_and_lifts_what_they_decided(clinic: Clinic) -> None:
    """Not themselves, not the attending doctor, not what the patient decided."""
    phone, space_id = await clinic.patient()
    anne, paul = await clinic.professional(ANNE), await clinic.professional(PAUL)
    kine = await met(clinic, phone, space_id, KINE, "70")
    for software, role in ((anne, "administrator"), (paul, "attending")):
        await clinic.given(phone, software, space_id, **COPY)
        await name(phone, space_id, party_id=await clinic.party(software), role=role)
    path = f"/v1/spaces/{space_id}/blocks"

    async def block(by: Phone, whom: Phone) -> httpx.Response:
        return await by.post(path, json={"party_id": await clinic.party(whom)})

    by_paul = await block(paul, kine)
    refused = [await block(anne, anne), await block(anne, paul)]
    own = await block(anne, kine)
    lifted = await anne.client.delete(f"{path}/{own.json()['record_id']}", headers=anne.headers)
    patients = await block(phone, kine)
    not_hers = await anne.client.delete(
        f"{path}/{patients.json()['record_id']}", headers=anne.headers
    )

    assert (by_paul.status_code, by_paul.json()["code"]) == (404, "space-not-found")
    assert {one.json()["code"] for one in refused} == {"block-refused"}
    assert (own.status_code, lifted.status_code) == (201, 204)
    unknown = await anne.client.delete(f"{path}/{uuid4()}", headers=anne.headers)
    assert not_hers.status_code == 404
    assert not_hers.content == unknown.content
    assert "notice-block-lifted" in [one["kind"] for one in clinic.counter.messages()]
    entries = [one["entry"] for one in await clinic.journal(phone, space_id)]
    by = [one["actor"]["kind"] for one in entries if one["action"] in ("block", "unblock")]
    assert by == ["professional", "professional", "patient"]


async def test_nobody_else_decides(clinic: Clinic) -> None:
    """A stranger's phone and a professional are told what they would be told of no space."""
    phone, space_id = await clinic.patient()
    stranger = await clinic.counter.newcomer("paul.petit")
    anne = await clinic.professional(ANNE)
    await clinic.given(phone, anne, space_id, **COPY)
    party_id = await clinic.party(anne)
    body = {
        "consents": {"party_id": party_id},
        "care-team": {"party_id": party_id, "role": "member"},
        "blocks": {"party_id": party_id},
    }

    for room, given in body.items():
        here = await stranger.post(f"/v1/spaces/{space_id}/{room}", json=given)
        nowhere = await stranger.post(f"/v1/spaces/{uuid4()}/{room}", json=given)
        assert (here.status_code, here.content) == (nowhere.status_code, nowhere.content)
        assert here.status_code == 404
    for room in ("consents", "care-team"):
        here = await stranger.get(f"/v1/spaces/{space_id}/{room}")
        assert here.status_code == 404
        of_professionals = await anne.get(f"/v1/spaces/{space_id}/{room}")
        assert of_professionals.status_code == 401
    blocked = await anne.post(f"/v1/spaces/{space_id}/blocks", json=body["blocks"])
    assert blocked.status_code == 404


async def test_a_secretary_asks_under_her_own_name_and_reads_nothing(clinic: Clinic) -> None:
    """What was left to her and nothing else; the journal names both."""
    phone, space_id = await clinic.patient()
    doctor = await clinic.professional(ANNE)
    asking = await clinic.assistant(doctor, "ask-consent")
    other = await clinic.assistant(doctor, "read-agenda")

    refused = [
        await clinic.ask(other),
        await other.get("/v1/professionals/me/consents"),
        await other.get("/v1/professionals/me/patients"),
        await asking.post(
            f"/v1/professionals/me/spaces/{space_id}/care-team",
            json={"rpps": PAUL, "ends_at": in_days(3)},
        ),
    ]
    record_id = await clinic.asked(asking, **COPY)
    shown = (await phone.whole(space_id)).bodies("consents")[record_id]
    await clinic.answer(phone, space_id, record_id)
    read = await asking.post(
        "/v1/sync", json={"ops": [], "spaces": [{"space_id": space_id, "checkpoint": None}]}
    )

    assert {one.json()["code"] for one in refused} == {"professional-only"}
    assert shown["asked_by"] == "Zoé ROUX"
    assert read.status_code == 401
    entries = [one["entry"] for one in await clinic.journal(phone, space_id)]
    line = next(one for one in entries if one["action"] == "consent-asked")
    assert (line["actor"]["kind"], line["actor"]["name"]) == ("assistant", "Zoé ROUX")
    assert line["on_behalf_of"]["name"] == "Anne FAURE 567"
    assert (await doctor.whole(space_id)).is_proved


async def test_a_representative_answers_for_a_child(clinic: Clinic) -> None:
    """Their evidence says that it was them."""
    ins = {**INS, "value": "219046322012345"}
    opened = await clinic.counter.open_space(person(ins, CHILD_BIRTH_DATE), parents=1)
    letter = opened["letters"][0]
    parent = await clinic.counter.enrol(letter, "mere", birth_date=CHILD_BIRTH_DATE)
    software = await clinic.professional()

    record_id = await clinic.asked(software, ins=ins, birth_date=CHILD_BIRTH_DATE, **COPY)
    consent = await clinic.answer(parent, opened["space_id"], record_id)

    assert consent["evidence"] == "representative"
    assert await state_of(software, opened["space_id"]) == "open"
