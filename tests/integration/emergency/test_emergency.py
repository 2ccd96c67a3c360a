"""An emergency: declared, read, told, limited, looked into, and over."""

import asyncio

import httpx
import pytest

from tests.clinic import INS, NOBODY, REASON, TEST_NUMBERS, Clinic
from tests.integration.emergency.depositing import PDF, bring
from tests.journeys import Json, Phone, put


def numbered(n: int) -> Json:
    """Make a number that is given to nobody else."""
    return {"value": f"2610463220{n:05d}", "oid": TEST_NUMBERS}


async def read(doctor: Phone, space_id: str) -> httpx.Response:
    """Read all that there is to see."""
    return await doctor.get(f"/v1/spaces/{space_id}/entries")


def seen(answer: httpx.Response) -> set[str]:
    """Name the collections that left."""
    assert answer.status_code == 200, answer.text
    return {entry["collection"] for entry in answer.json()["entries"]}


async def mask(clinic: Clinic) -> None:
    """Hide the allergy from professionals."""
    outcomes = await clinic.phone.push(
        put(clinic.space_id, "masks", {"record_id": clinic.allergy_id})
    )
    assert outcomes[0]["status"] == "applied", outcomes


async def settings(clinic: Clinic, **switches: bool) -> httpx.Response:
    """Turn switches, from what stands now."""
    path = f"/v1/spaces/{clinic.space_id}/access-settings"
    standing = await clinic.phone.get(path)
    return await clinic.client.put(
        path,
        json={**standing.json(), **switches},
        headers={**clinic.phone.headers, "If-Match": standing.headers["etag"]},
    )


async def test_an_emergency_doctor_without_consent(clinic: Clinic) -> None:
    """Refused; with reason: reads, 4 hours, notice at once; the fourth in a day: refused."""
    doctor = await clinic.doctor(is_regulator=True)
    others = [(await clinic.patient(f"person.{n}", numbered(n)))[1] for n in (1, 2, 3)]

    refused = await read(doctor, clinic.space_id)
    without_reason = await clinic.declare(doctor, reason="urgence")
    opened = await clinic.declare(doctor)
    told = clinic.notices("emergency-access")
    page = await read(doctor, clinic.space_id)
    written = (await doctor.push(put(clinic.space_id, "conditions", {"label": "Ajout"})))[0]
    copied = await doctor.get(f"/v1/spaces/{clinic.space_id}/changes")
    more = [await clinic.declare(doctor, numbered(n)) for n in (1, 2, 3)]
    waiting = (await clinic.operator("GET", "/v1/operator/reviews")).json()["reviews"]
    with clinic.later(hours=3, minutes=55):
        rpps = f"1{clinic.made:010d}"
        still = await read(await clinic.sign_in(rpps), clinic.space_id)
    with clinic.later(hours=4, seconds=5):
        over = await read(await clinic.sign_in(rpps), clinic.space_id)

    assert (refused.status_code, refused.json()["code"]) == (404, "space-not-found")
    assert (without_reason.status_code, without_reason.json()["code"]) == (
        422,
        "emergency-reason-invalid",
    )
    assert opened.status_code == 201, opened.text
    assert opened.json()["space_id"] == clinic.space_id
    assert len(told) == 1
    assert seen(page) >= {"profile", "allergies"}
    assert "notes" not in seen(page)
    assert written["status"] == "refused"
    assert copied.status_code == 404
    assert [one.status_code for one in more] == [201, 201, 403]
    assert more[2].json()["code"] == "emergency-limit"
    assert [one["space_id"] for one in waiting] == [clinic.space_id, *others]
    assert {one["kind"] for one in waiting} == {"emergency"}
    assert seen(still) == seen(page)
    assert over.content == refused.content


async def test_the_journal_tells_an_emergency_and_what_was_read(clinic: Clinic) -> None:
    """Who, why, which entries, and that it was an emergency; in words too."""
    doctor = await clinic.doctor()

    await clinic.declare(doctor)
    await read(doctor, clinic.space_id)
    await doctor.post(f"/v1/spaces/{clinic.space_id}/emergency/end")

    lines = [one for one in await clinic.own_journal() if "FAURE" in one["text"]["fr"]]
    declared, opened, ended = lines
    assert declared["text"]["fr"].endswith(
        "le docteur Anne FAURE (médecin, SAMU 46) a déclaré un accès d'urgence. "
        "Motif : Trouvée inconsciente chez elle."
    )
    assert opened["entry"]["emergency"] is True
    assert {one["collection"] for one in opened["entry"]["objects"]} == {"profile", "allergies"}
    assert ended["entry"]["action"] == "emergency-ended"


async def test_the_phone_holds_who_opened_it_and_why(clinic: Clinic) -> None:
    """The act itself reaches the patient's phone."""
    await clinic.declare(await clinic.doctor())

    held = (await clinic.phone.whole(clinic.space_id)).bodies("emergencies")

    (body,) = held.values()
    assert body["name"] == "Anne FAURE"
    assert body["reason"] == REASON["reason"]


async def test_an_emergency_ends_when_its_professional_says_so(clinic: Clinic) -> None:
    """From the next request on; and nobody ends what is not open."""
    doctor, other = await clinic.doctor(), await clinic.doctor("PETIT")
    path = f"/v1/spaces/{clinic.space_id}/emergency/end"
    await clinic.declare(doctor)

    by_other = await other.post(path)
    before = await read(doctor, clinic.space_id)
    ended = await doctor.post(path)
    after = await read(doctor, clinic.space_id)
    again = await doctor.post(path)

    assert (before.status_code, ended.status_code, after.status_code) == (200, 204, 404)
    assert by_other.content == again.content == after.content


async def test_an_emergency_reads_the_bytes_of_documents(clinic: Clinic) -> None:
    """While it lasts, and not before; the journal says that the content was opened."""
    doctor, author = await clinic.doctor(), await clinic.doctor("PETIT")
    record_id = (await bring(author)).json()["record_id"]
    path = f"/v1/spaces/{clinic.space_id}/documents/{record_id}/content"

    before = await doctor.get(path)
    await clinic.declare(doctor)
    content = await doctor.get(path)

    assert before.status_code == 404
    assert content.content == PDF
    assert ("professional", "read-content") in await clinic.acts()


async def test_unknown_and_refused_are_one_answer(clinic: Clinic) -> None:
    """A number of nobody, another birth date, and a person who refuses: the same bytes."""
    doctor = await clinic.doctor()
    await settings(clinic, emergency_professionals=False)

    answers = [
        await clinic.declare(doctor),
        await clinic.declare(doctor, NOBODY),
        await clinic.declare(doctor, birth_date="1961-04-10"),
    ]

    assert {(one.status_code, one.content) for one in answers} == {(404, answers[0].content)}
    assert answers[0].json()["code"] == "emergency-not-open"
    tried = [line for line in await clinic.own_journal() if "FAURE" in line["text"]["fr"]]
    assert [line["entry"]["result"] for line in tried] == ["refused"]


@pytest.mark.parametrize(
    ("switch", "is_regulator"),
    [("emergency_regulation", True), ("emergency_professionals", False)],
)
async def test_each_switch_is_for_its_own_kind(
    clinic: Clinic, switch: str, *, is_regulator: bool
) -> None:
    """Shut to one kind of professional, open to the other."""
    shut_out = await clinic.doctor(is_regulator=is_regulator)
    let_in = await clinic.doctor("PETIT", is_regulator=not is_regulator)

    await settings(clinic, **{switch: False})

    assert (await clinic.declare(shut_out)).status_code == 404
    assert (await clinic.declare(let_in)).status_code == 201


async def test_masked_entries_stay_hidden_unless_the_person_opens_them(clinic: Clinic) -> None:
    """The third switch, off by default; turned while the emergency lasts, it holds at once."""
    doctor = await clinic.doctor()
    await mask(clinic)
    opened = await clinic.declare(doctor)

    hidden = await read(doctor, clinic.space_id)
    one = await doctor.get(f"/v1/spaces/{clinic.space_id}/entries/{clinic.allergy_id}")
    await clinic.step_up()
    turned = await settings(clinic, emergency_masked=True)
    shown = await read(doctor, clinic.space_id)

    assert opened.json()["reads_masked"] is False
    assert "allergies" not in seen(hidden)
    assert (one.status_code, one.json()["code"]) == (404, "record-not-found")
    assert turned.status_code == 200, turned.text
    assert "allergies" in seen(shown)


async def test_opening_a_switch_asks_who_is_there_and_shutting_does_not(clinic: Clinic) -> None:
    """A stolen phone may shut, and not open."""
    loosened = await settings(clinic, emergency_masked=True)
    tightened = await settings(clinic, emergency_regulation=False)
    back = await settings(clinic, emergency_regulation=True)

    assert (loosened.status_code, loosened.json()["code"]) == (403, "step-up-needed")
    assert tightened.status_code == 200
    assert back.status_code == 403
    assert "settings-changed" in [line["entry"]["action"] for line in await clinic.own_journal()]


async def test_settings_change_from_what_was_read_only(clinic: Clinic) -> None:
    """Without the tag, or with an old one, nothing changes; a stranger finds nothing."""
    path = f"/v1/spaces/{clinic.space_id}/access-settings"
    stranger = await clinic.counter.newcomer("nour.stranger")
    wanted = {
        "emergency_regulation": False,
        "emergency_professionals": False,
        "emergency_masked": False,
    }
    old = (await clinic.phone.get(path)).headers["etag"]
    await settings(clinic, emergency_regulation=False)

    async def ask(**headers: str) -> httpx.Response:
        return await clinic.client.put(
            path, json=wanted, headers={**clinic.phone.headers, **headers}
        )

    missing, failed = await ask(), await ask(**{"If-Match": old})
    foreign = await stranger.get(path)
    unknown = await stranger.get(path.replace(clinic.space_id, clinic.allergy_id))

    assert (missing.status_code, missing.json()["code"]) == (428, "if-match-missing")
    assert (failed.status_code, failed.json()["code"]) == (412, "if-match-failed")
    assert foreign.status_code == 404
    assert foreign.content == unknown.content
    assert (await clinic.phone.get(path)).json()["emergency_professionals"] is True


async def test_an_emergency_asks_for_a_fresh_sign_in(clinic: Clinic) -> None:
    """Five minutes after, one signs in again; the list of reasons is there for all."""
    doctor = await clinic.doctor()

    with clinic.later(minutes=5):
        late = await clinic.declare(doctor)
    in_time = await clinic.declare(doctor)
    reasons = await doctor.get("/v1/spaces/emergency/reasons")

    assert (late.status_code, late.json()["code"]) == (403, "sign-in-too-old")
    assert in_time.status_code == 201
    assert all(one["label"]["fr"] and one["label"]["en"] for one in reasons.json())


async def test_an_assistant_declares_no_emergency(clinic: Clinic) -> None:
    """It cannot be left to anybody."""
    secretary = await clinic.assistant(await clinic.doctor(), "deposit", "message")

    answer = await clinic.declare(secretary)

    assert (answer.status_code, answer.json()["code"]) == (403, "professional-only")


async def test_four_at_once_open_three(clinic: Clinic) -> None:
    """Whoever asks four times in one moment gets three, on any database."""
    doctor = await clinic.doctor()
    for n in range(3):
        await clinic.patient(f"person.{n}", numbered(n))

    answers = await asyncio.gather(
        *(clinic.declare(doctor, ins) for ins in (INS, *map(numbered, range(3))))
    )

    assert sorted(one.status_code for one in answers) == [201, 201, 201, 403]


async def test_a_place_is_free_again_after_a_day(clinic: Clinic) -> None:
    """The first of three counts for 24 hours, and no longer."""
    doctor = await clinic.doctor()
    for n in range(4):
        await clinic.patient(f"person.{n}", numbered(n))
    for n in range(3):
        await clinic.declare(doctor, numbered(n))

    with clinic.later(hours=23, minutes=59):
        early = await clinic.declare(await clinic.sign_in("10000000001"), numbered(3))
    with clinic.later(hours=24, minutes=1):
        later = await clinic.declare(await clinic.sign_in("10000000001"), numbered(3))

    assert (early.status_code, later.status_code) == (403, 201)


async def test_asking_again_while_it_is_open_counts_once(clinic: Clinic) -> None:
    """The same answer, no second notice, and two other places left."""
    doctor = await clinic.doctor()

    first, again = await clinic.declare(doctor), await clinic.declare(doctor)

    assert first.json() == again.json()
    assert len(clinic.notices("emergency-access")) == 1


async def test_guessing_numbers_ends(clinic: Clinic) -> None:
    """After ten numbers of nobody, no number is looked for."""
    doctor = await clinic.doctor()

    answers = [await clinic.declare(doctor, NOBODY) for _ in range(10)]
    refused = await clinic.declare(doctor)

    assert {one.status_code for one in answers} == {404}
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0


async def test_a_review_is_read_and_closed(clinic: Clinic) -> None:
    """Its content says what a reviewer needs; reading it is in the person's journal."""
    doctor = await clinic.doctor("MARTIN")
    await clinic.declare(doctor)
    (waiting,) = (await clinic.operator("GET", "/v1/operator/reviews")).json()["reviews"]
    path = f"/v1/operator/reviews/{waiting['space_id']}/{waiting['review_id']}"

    opened = (await clinic.operator("GET", path)).json()
    await clinic.operator("POST", f"{path}/close", json={"note": "Fondé"})
    again = await clinic.client.post(
        f"{path}/close", json={"note": "Encore"}, headers=clinic.counter.headers
    )
    closed = (await clinic.operator("GET", path)).json()
    left = (await clinic.operator("GET", "/v1/operator/reviews")).json()["reviews"]

    content = opened["content"]
    assert content["has_family_name_of_patient"] is True
    assert (content["people_told"], content["attending_doctor"]) == (1, "nobody")
    assert content["reason"] == REASON["reason"]
    assert (again.status_code, again.json()["code"]) == (404, "review-not-found")
    assert (closed["note"], closed["content"]) == ("Fondé", content)
    assert left == []
    assert ("operator", "journal-read") in await clinic.acts()


async def test_reviews_come_page_by_page(clinic: Clinic) -> None:
    """None is left out and none comes twice."""
    doctor = await clinic.doctor()
    for n in range(2):
        await clinic.patient(f"person.{n}", numbered(n))
    for ins in (INS, numbered(0), numbered(1)):
        await clinic.declare(doctor, ins)

    found, after = [], None
    for _ in range(3):
        params = {"limit": 1} | ({"after": after} if after else {})
        page = (await clinic.operator("GET", "/v1/operator/reviews", params=params)).json()
        found += [one["review_id"] for one in page["reviews"]]
        after = page["next"]

    assert len(set(found)) == 3
    assert after is None
