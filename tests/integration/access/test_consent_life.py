"""The life of a consent over HTTP, with a professional's software that keeps a copy."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import time_machine

from tests.clinic import ANNE, KINE, PAUL, Clinic, eventually, state_of
from tests.journeys import Phone, Replica, delete, put

COPY = {"keeps_copy": True}


async def holds(software: Phone, copy: Replica) -> set[str]:
    """Bring a copy up to date; return what is in it."""
    await software.pull(copy)
    assert copy.is_proved
    return set(copy.records)


async def test_a_copy_follows_every_turn_of_a_consent(clinic: Clinic) -> None:
    """Asked, given, masked, blocked, let in again: the copy is what the patient decided."""
    phone, space_id = await clinic.patient()
    written = await clinic.fill(phone, space_id)
    software = await clinic.professional()
    before = await state_of(software, space_id)

    record_id = await clinic.asked(software, **COPY)
    (waiting,) = await clinic.requests(software)
    while_waiting = await state_of(software, space_id)
    await clinic.answer(phone, space_id, record_id)
    copy = Replica(space_id)
    first = await holds(software, copy)

    assert (before, while_waiting) == ("wipe", "wipe")
    assert (waiting["status"], waiting["space_id"]) == ("waiting", None)
    # What the matrix lets a doctor read; never a note, nor an act of rights.
    assert first >= {written["allergies"], written["conditions"]}
    assert {one["collection"] for one in copy.records.values()} <= {
        "allergies",
        "conditions",
        "profile",
    }

    mask = put(space_id, "masks", {"record_id": written["allergies"]})
    (masked,) = await phone.push(mask)
    second = await holds(software, copy)
    assert masked["status"] == "applied"
    assert second == first - {written["allergies"]}

    party_id = await clinic.party(software)
    blocked = await phone.post(f"/v1/spaces/{space_id}/blocks", json={"party_id": party_id})
    assert blocked.status_code == 201, blocked.text
    assert await state_of(software, space_id) == "wipe"
    assert [one["status"] for one in await clinic.requests(software)] == ["ended"]
    assert await clinic.patients(software) == []

    lifted = await phone.client.delete(
        f"/v1/spaces/{space_id}/blocks/{blocked.json()['record_id']}", headers=phone.headers
    )
    assert lifted.status_code == 204
    assert await state_of(software, space_id) == "wipe"

    await clinic.given(phone, software, space_id, **COPY)
    again = Replica(space_id)
    assert await holds(software, again) == second


async def test_what_is_answered_may_be_less_and_never_more(clinic: Clinic) -> None:
    """Narrowed to a section, without a copy; wider, or longer, is refused."""
    phone, space_id = await clinic.patient()
    written = await clinic.fill(phone, space_id)
    software = await clinic.professional()
    record_id = await clinic.asked(software, sections=["allergies", "conditions"], days=30, **COPY)
    path = f"/v1/spaces/{space_id}/consents/{record_id}/answer"

    for wider in (
        {"sections": ["measures"]},
        {"sections": []},
        {"extends_to_team": True},
        {"ends_at": "2199-01-01T00:00:00Z"},
        {"ends_at": "2020-01-01T00:00:00Z"},
    ):
        answer = await phone.post(path, json={"answer": "give", **wider})
        assert (answer.status_code, answer.json()["code"]) == (422, "consent-too-wide"), wider

    consent = await clinic.answer(phone, space_id, record_id, sections=["allergies"])
    copy = Replica(space_id)

    assert await holds(software, copy) == {written["allergies"]}
    assert consent["sections"] == ["allergies"]
    assert consent["evidence"] == "phone"
    assert "code" not in consent
    again = await phone.post(path, json={"answer": "refuse"})
    assert (again.status_code, again.json()["code"]) == (409, "consent-over")


async def test_a_refusal_and_an_end_close_what_they_are_about(clinic: Clinic) -> None:
    """Refused is refused; given and ended is a wipe; ended twice is ended."""
    phone, space_id = await clinic.patient()
    software = await clinic.professional()
    refused = await clinic.asked(software, **COPY)
    await clinic.answer(phone, space_id, refused, answer="refuse")
    after_refusal = await state_of(software, space_id)

    given = await clinic.given(phone, software, space_id, **COPY)
    while_given = await state_of(software, space_id)
    ends = [await phone.post(f"/v1/spaces/{space_id}/consents/{given}/end") for _ in range(2)]

    assert (after_refusal, while_given) == ("wipe", "open")
    assert [one.status_code for one in ends] == [204, 204]
    assert await state_of(software, space_id) == "wipe"
    statuses = {one["request_id"]: one["status"] for one in await clinic.requests(software)}
    assert statuses == {refused: "refused", given: "ended"}
    lines = [one["entry"]["action"] for one in await clinic.journal(phone, space_id)]
    assert [one for one in lines if one.startswith("consent")] == [
        "consent-asked",
        "consent-refused",
        "consent-asked",
        "consent-given",
        "consent-ended",
    ]


async def test_a_code_said_aloud_is_a_consent(clinic: Clinic) -> None:
    """The patient hears of it; the journal says who typed it; the code is good once."""
    phone, space_id = await clinic.patient()
    software = await clinic.professional()
    record_id = await clinic.asked(software, **COPY)
    code = clinic.counter.code()
    shown = (await phone.whole(space_id)).bodies("consents")[record_id]
    path = f"/v1/professionals/me/consents/{record_id}/code"

    wrong = await software.post(path, json={"code": "x" + code[1:]})
    right = await software.post(path, json={"code": code})
    again = await software.post(path, json={"code": code})

    assert shown["code"] == code
    assert (wrong.status_code, wrong.json()["code"]) == (403, "code-refused")
    assert (right.status_code, right.json()["status"]) == (200, "given")
    assert right.json()["space_id"] == space_id
    assert again.json()["code"] == "code-refused"
    assert await state_of(software, space_id) == "open"
    kept = (await phone.whole(space_id)).bodies("consents")[record_id]
    assert (kept["status"], kept["evidence"]) == ("given", "code")
    assert "code" not in kept
    assert "notice-consent-by-code" in [one["kind"] for one in clinic.counter.messages()]
    lines = [one["entry"] for one in await clinic.journal(phone, space_id)]
    typed = next(one for one in lines if one["action"] == "consent-given")
    assert typed["actor"]["name"] == "Anne FAURE 567"


async def test_five_wrong_codes_are_the_end_of_a_code(clinic: Clinic) -> None:
    """The right one does not open any more; the phone still may."""
    phone, space_id = await clinic.patient()
    software = await clinic.professional()
    record_id = await clinic.asked(software)
    code = clinic.counter.code()
    path = f"/v1/professionals/me/consents/{record_id}/code"

    tries = [await software.post(path, json={"code": "000"}) for _ in range(5)]
    late = await software.post(path, json={"code": code})
    consent = await clinic.answer(phone, space_id, record_id)

    assert {one.json()["code"] for one in [*tries, late]} == {"code-refused"}
    assert consent["status"] == "given"


async def test_the_first_read_is_told_once_for_each_consent(clinic: Clinic) -> None:
    """A notice when it is used, none after, and one more under a new consent."""
    phone, space_id = await clinic.patient()
    await clinic.fill(phone, space_id)
    software = await clinic.professional()

    def told() -> int:
        kinds = [one["kind"] for one in clinic.counter.messages()]
        return kinds.count("notice-first-read")

    counts = []
    for _ in range(2):
        record_id = await clinic.given(phone, software, space_id, **COPY)
        counts.append(told())
        for _ in range(2):
            await software.whole(space_id)
            counts.append(told())
        await phone.post(f"/v1/spaces/{space_id}/consents/{record_id}/end")
    await phone.whole(space_id)

    assert counts == [0, 1, 1, 1, 2, 2]


async def test_a_professional_gives_up_what_waits_and_what_was_given(clinic: Clinic) -> None:
    """The phone sees that the request is over; nothing answers it; what was open is shut."""
    phone, space_id = await clinic.patient()
    software = await clinic.professional()
    waiting = await clinic.asked(software, **COPY)
    path = "/v1/professionals/me/consents"

    gone = await software.post(f"{path}/{waiting}/end")
    early = await phone.post(
        f"/v1/spaces/{space_id}/consents/{waiting}/answer", json={"answer": "give"}
    )
    await clinic.asked(software, **COPY)
    on_phone = (await phone.whole(space_id)).bodies("consents")[waiting]
    (newest, _) = await clinic.requests(software)
    await clinic.answer(phone, space_id, newest["request_id"])
    assert [one["space_id"] for one in await clinic.patients(software)] == [space_id]
    ended = await software.post(f"{path}/{newest['request_id']}/end")
    unknown = await software.post(f"{path}/{uuid4()}/end")

    assert (gone.status_code, ended.status_code, unknown.status_code) == (204, 204, 404)
    assert early.json()["code"] == "consent-over"
    assert on_phone["status"] == "ended"
    assert await state_of(software, space_id) == "wipe"
    assert await clinic.patients(software) == []


async def test_a_consultation_ends_by_itself(clinic: Clinic) -> None:
    """A day, nothing kept, nobody else; asked otherwise it is refused."""
    phone, space_id = await clinic.patient()
    software = await clinic.professional()
    for more in ({"keeps_copy": True}, {"extends_to_team": True}, {"days": 3}):
        answer = await clinic.ask(software, purpose="consultation", **more)
        assert answer.json()["code"] == "consent-invalid", more

    record_id = await clinic.asked(software, purpose="consultation")
    consent = await clinic.answer(phone, space_id, record_id)

    life = datetime.fromisoformat(consent["ends_at"]) - datetime.fromisoformat(consent["given_at"])
    assert life == timedelta(hours=24)
    assert await state_of(software, space_id) == "wipe", "It looks online, and keeps nothing."
    (listed,) = await clinic.patients(software)
    assert (listed["keeps_copy"], listed["role"]) == (False, "professional")
    assert listed["until"] == consent["ends_at"]


async def test_the_request_arrives_by_itself(clinic: Clinic) -> None:
    """Nobody has to wait for a tick: the courier is told."""
    phone, space_id = await clinic.patient()
    software = await clinic.professional()

    await clinic.ask(software)

    async def consents() -> object:
        return (await phone.whole(space_id)).bodies("consents")

    assert await eventually(consents)


async def test_the_person_gives_unasked_to_whom_they_have_met(clinic: Clinic) -> None:
    """Known by an act or by the journal; a stranger's identifier opens nothing."""
    phone, space_id = await clinic.patient()
    anne, paul = await clinic.professional(ANNE), await clinic.professional(PAUL)
    await clinic.answer(phone, space_id, await clinic.asked(anne), answer="refuse")
    path = f"/v1/spaces/{space_id}/consents"

    given = await phone.post(path, json={"party_id": await clinic.party(anne), **COPY})
    stranger = await phone.post(path, json={"party_id": await clinic.party(paul)})

    assert given.status_code == 201, given.text
    assert given.json()["consent"]["status"] == "given"
    assert await state_of(anne, space_id) == "open"
    assert {one["status"] for one in await clinic.requests(anne)} == {"refused", "given"}
    assert (stranger.status_code, stranger.json()["code"]) == (422, "professional-unknown")


async def test_a_profession_without_lines_in_the_matrix_holds_nothing(clinic: Clinic) -> None:
    """Consent opens what the matrix lets the profession read, and that may be nothing."""
    phone, space_id = await clinic.patient()
    await clinic.fill(phone, space_id)
    software = await clinic.professional(KINE, "70")
    await clinic.given(phone, software, space_id, **COPY)

    copy = Replica(space_id)

    assert await holds(software, copy) == set()


async def test_a_mask_lifted_brings_back_what_it_hid(clinic: Clinic) -> None:
    """Offline or not, the patient's own op decides."""
    phone, space_id = await clinic.patient()
    written = await clinic.fill(phone, space_id)
    software = await clinic.professional()
    await clinic.given(phone, software, space_id, **COPY)
    mask = put(space_id, "masks", {"record_id": written["allergies"]})
    (outcome,) = await phone.push(mask)
    hidden = set((await software.whole(space_id)).records)

    await phone.push(delete(space_id, "masks", mask["record_id"], outcome["seq"]))

    shown = set((await software.whole(space_id)).records)
    assert shown - hidden == {written["allergies"]}


async def test_a_request_that_was_not_answered_in_time_asks_for_no_answer(clinic: Clinic) -> None:
    """The list says so, to the person as to the professional, and an answer is refused."""
    phone, space_id = await clinic.patient()
    software = await clinic.professional()
    record_id = await clinic.asked(software)
    path = f"/v1/spaces/{space_id}/consents"
    before = (await phone.get(path)).json()

    with time_machine.travel(datetime.now(UTC) + timedelta(days=8), tick=True):
        phone = await clinic.counter.sign_in("lea.martin")
        after = (await phone.get(path)).json()
        late = await phone.post(f"{path}/{record_id}/answer", json={"answer": "give"})

    assert [one["status"] for one in before] == ["asked"]
    assert [one["status"] for one in after] == ["expired"]
    assert late.json()["code"] == "consent-over"
