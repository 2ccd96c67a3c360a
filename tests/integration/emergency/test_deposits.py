"""Professionals feed a record without reading it: they deposit, correct and withdraw."""

from uuid import uuid4

import httpx
import pytest

from tests.archive import DOMINIQUE, HYPERTENSION, cda
from tests.clinic import INS, NOBODY, Clinic, person
from tests.integration.emergency.depositing import (
    CONDITION,
    HEADERS,
    OTHER_PDF,
    PDF,
    add,
    block,
    bring,
    correct,
    held,
)
from tests.journeys import BIRTH_DATE, Json, Phone, put


async def test_a_professional_deposits_a_document_without_reading_anything(clinic: Clinic) -> None:
    """It reaches the phone, says who wrote it, and tells its depositor nothing of the rest."""
    doctor = await clinic.doctor()

    answer = await bring(doctor)

    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert "space_id" not in said
    body = (await held(clinic, "documents"))[said["record_id"]]
    assert body["authors"][0]["name"] == "Anne FAURE"
    assert (body["custodian"], body["type_code"]) == ("SAMU 46", "11488-4")
    assert (await doctor.get(f"/v1/spaces/{clinic.space_id}/entries")).status_code == 404
    assert clinic.notices("new-document")
    assert ("professional", "deposit") in await clinic.acts()


async def test_an_entry_says_who_wrote_it(clinic: Clinic) -> None:
    """Signed by the professional, filed as theirs."""
    doctor = await clinic.doctor()

    answer = await add(doctor)

    assert answer.status_code == 201, answer.text
    body = (await held(clinic, "conditions"))[answer.json()["record_id"]]
    assert body["written_by"]["name"] == "Anne FAURE"
    assert body["written_by"]["role"] == "professional"


async def test_a_cda_is_filed_for_whom_it_names(clinic: Clinic) -> None:
    """Without a header about the patient; its entries arrive as drafts."""
    assert DOMINIQUE.ins is not None
    number = {"value": DOMINIQUE.ins.value, "oid": DOMINIQUE.ins.oid.value}
    opened = await clinic.counter.open_space(
        person(number, "1979-03-28", birth_family_name="PAT-TROIS", birth_given_name="DOMINIQUE")
    )
    phone = await clinic.counter.enrol(opened["letters"][0], "dominique", birth_date="1979-03-28")
    doctor = await clinic.doctor()

    answer = await doctor.post(
        "/v1/deposits/documents",
        content=cda(entries=HYPERTENSION),
        headers={"Content-Type": "text/xml"},
    )
    elsewhere = await bring(doctor, cda(), Content_Type="text/xml")

    assert answer.status_code == 201, answer.text
    assert [draft["collection"] for draft in answer.json()["drafts"]] == ["conditions"]
    assert answer.json()["record_id"] in (await phone.whole(opened["space_id"])).records
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "document-other-patient")


async def test_unknown_closed_and_shut_out_are_one_answer(clinic: Clinic) -> None:
    """A number of nobody, another birth date, a person who blocked: the same bytes."""
    doctor, blocked = await clinic.doctor(), await clinic.doctor("PETIT")
    await block(clinic, blocked)

    documents = [
        await bring(doctor, Patient_INS=NOBODY["value"]),
        await bring(doctor, Patient_Birth_Date="1961-04-10"),
        await bring(blocked),
    ]
    entries = [await add(doctor, ins=NOBODY), await add(blocked)]

    found = {(one.status_code, one.content) for one in (*documents, *entries)}
    assert found == {(404, documents[0].content)}
    assert documents[0].json()["code"] == "deposit-not-possible"


async def test_trying_numbers_ends(clinic: Clinic) -> None:
    """After fifty deposits for nobody, no number is looked for."""
    doctor = await clinic.doctor()

    answers = [await add(doctor, ins=NOBODY) for _ in range(51)]

    assert [one.status_code for one in answers] == [404] * 50 + [429]
    assert (await add(doctor)).status_code == 429


@pytest.mark.parametrize(
    "refused",
    [{"collection": "notes"}, {"fields": {"label": 1}}, {"hidden_from_representatives": True}],
)
async def test_a_deposit_that_is_refused_does_not_ask_in_secret(
    clinic: Clinic, refused: Json
) -> None:
    """Nothing is filed and no journal says so: it counts like a deposit for nobody."""
    doctor = await clinic.doctor()

    answers = [await add(doctor, **refused) for _ in range(51)]

    assert [one.status_code for one in answers] == [answers[0].status_code] * 50 + [429]
    assert answers[0].status_code in (400, 422)


async def test_what_is_filed_is_not_counted(clinic: Clinic) -> None:
    """A laboratory deposits all day, and sends again what it sent."""
    doctor = await clinic.doctor()

    entries = [await add(doctor) for _ in range(51)]
    documents = [await bring(doctor) for _ in range(51)]

    assert {one.status_code for one in entries} == {201}
    assert [one.status_code for one in documents] == [201] + [200] * 50


async def test_who_was_shut_out_tries_no_more_often(clinic: Clinic) -> None:
    """A record that is shut counts like one that is not there."""
    doctor = await clinic.doctor()
    await block(clinic, doctor)

    answers = [await add(doctor) for _ in range(51)]

    assert [one.status_code for one in answers] == [404] * 50 + [429]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"collection": "notes"}, 422, "collection-unknown"),
        ({"collection": "consents"}, 422, "collection-unknown"),
        ({"collection": "dreams"}, 422, "collection-unknown"),
        ({"fields": {**CONDITION, "written_by": None}}, 422, "field-read-only"),
        ({"fields": {"label": 3}}, 422, "body-invalid"),
        ({"visible_to_patient": "soon"}, 422, "announcement-invalid"),
        ({"visible_to_patient": "2020-01-01T00:00:00Z"}, 422, "announcement-invalid"),
        ({"visible_to_patient": "2999-01-01T00:00:00Z"}, 422, "announcement-invalid"),
        ({"hidden_from_representatives": True}, 422, "not-a-minor"),
    ],
)
async def test_an_entry_that_does_not_fit_is_refused(
    clinic: Clinic, changes: Json, status: int, code: str
) -> None:
    """And nothing of it is filed."""
    answer = await add(await clinic.doctor(), **changes)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await held(clinic, "conditions") == {}


async def test_a_file_must_say_of_whom_and_of_which_type_it_is(clinic: Clinic) -> None:
    """A PDF without its patient, or under a type for people's own papers, is not taken."""
    doctor = await clinic.doctor()

    nobody = await doctor.post(
        "/v1/deposits/documents", content=PDF, headers={"Content-Type": "application/pdf"}
    )
    own = await bring(doctor, Document_Type="DOCPAT02")

    assert (nobody.status_code, nobody.json()["code"]) == (422, "document-without-identity")
    assert (own.status_code, own.json()["code"]) == (422, "document-type-not-offered")


async def test_a_depositor_sees_what_they_brought_and_nothing_else(clinic: Clinic) -> None:
    """Masked too; others' deposits, and the patient's own entries, are not there for them."""
    doctor, other = await clinic.doctor(), await clinic.doctor("PETIT")
    mine = (await add(doctor)).json()["record_id"]
    theirs = (await add(other, {**CONDITION, "label": "Autre"})).json()["record_id"]
    await clinic.phone.push(put(clinic.space_id, "masks", {"record_id": mine}))

    page = (await doctor.get("/v1/deposits")).json()
    seen = await doctor.get(f"/v1/deposits/{mine}")
    hidden = [
        await doctor.get(f"/v1/deposits/{one}") for one in (theirs, clinic.allergy_id, str(uuid4()))
    ]

    assert [one["record_id"] for one in page["deposits"]] == [mine]
    assert seen.json()["body"]["label"] == "Asthme"
    assert {(one.status_code, one.content) for one in hidden} == {(404, hidden[0].content)}
    assert ("professional", "read") in await clinic.acts()


async def test_an_entry_is_corrected_by_its_author_only(clinic: Clinic) -> None:
    """From what stands; the phone gets it, the journal says it, tags of the patient stay."""
    doctor, other = await clinic.doctor(), await clinic.doctor("PETIT")
    record_id = (await add(doctor)).json()["record_id"]
    tag = (await clinic.phone.whole(clinic.space_id)).records[record_id]
    tagged = put(
        clinic.space_id,
        "conditions",
        {"sensitive": ["mental-health"]},
        record_id=record_id,
        base=tag["seq"],
    )
    await clinic.phone.push(tagged)

    corrected = await correct(doctor, record_id, {**CONDITION, "label": "Asthme léger"})
    by_other = await correct(other, record_id, CONDITION, **{"If-Match": '"x"'})
    blind = await correct(doctor, record_id, CONDITION, **{"If-Match": '"old"'})
    silent = await correct(doctor, record_id, CONDITION, **{"If-None-Match": "x"})

    assert corrected.status_code == 200, corrected.text
    body = (await held(clinic, "conditions"))[record_id]
    assert (body["label"], body["sensitive"]) == ("Asthme léger", ["mental-health"])
    assert (by_other.status_code, by_other.json()["code"]) == (404, "deposit-not-found")
    assert (blind.status_code, silent.status_code) == (412, 428)
    assert ("professional", "change") in await clinic.acts()


async def test_a_document_is_corrected_by_a_new_version(clinic: Clinic) -> None:
    """The former one stays, superseded; a mask on it hides the new one too."""
    doctor, other = await clinic.doctor(), await clinic.doctor("PETIT")
    first = (await bring(doctor)).json()["record_id"]
    await clinic.phone.push(put(clinic.space_id, "masks", {"record_id": first}))
    path = f"/v1/deposits/documents/{first}"
    tag = (await doctor.get(f"/v1/deposits/{first}")).headers["etag"]

    async def replace(by: Phone) -> httpx.Response:
        headers = {**HEADERS, **by.headers, "If-Match": tag}
        return await clinic.client.put(path, content=OTHER_PDF, headers=headers)

    by_other = await replace(other)
    corrected = await replace(doctor)

    assert by_other.status_code == 404
    assert corrected.status_code == 201, corrected.text
    documents = await held(clinic, "documents")
    second = corrected.json()["record_id"]
    assert documents[first]["status"] == "superseded"
    assert documents[second]["replaces"] == first
    await clinic.declare(other)
    page = (await other.get(f"/v1/spaces/{clinic.space_id}/entries?collection=documents")).json()
    assert page["entries"] == []
    assert ("professional", "replace") in await clinic.acts()


async def test_a_version_of_somebody_elses_document_replaces_nothing(clinic: Clinic) -> None:
    """The same file by two professionals is two documents: neither learns of the other."""
    doctor, other = await clinic.doctor(), await clinic.doctor("PETIT")

    first, second = await bring(doctor), await bring(other)
    again = await bring(doctor)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json()["status"] == "created"
    assert (again.status_code, again.json()["status"]) == (200, "duplicate")
    assert {one["status"] for one in (await held(clinic, "documents")).values()} == {"current"}


async def test_a_deposit_is_withdrawn_by_its_author_only(clinic: Clinic) -> None:
    """A document stays as an error, an entry goes; both are in the journal, and come again."""
    doctor, other = await clinic.doctor(), await clinic.doctor("PETIT")
    document = (await bring(doctor)).json()["record_id"]
    entry = (await add(doctor)).json()["record_id"]

    async def withdraw(by: Phone, record_id: str) -> int:
        path = f"/v1/deposits/{record_id}"
        return (await clinic.client.delete(path, headers=by.headers)).status_code

    by_other = [await withdraw(other, one) for one in (document, entry)]
    by_author = [await withdraw(doctor, one) for one in (document, entry)]
    again = [await withdraw(doctor, one) for one in (document, entry)]
    tag = (await doctor.get(f"/v1/deposits/{document}")).headers["etag"]
    headers = {**HEADERS, **doctor.headers, "If-Match": tag}
    corrected = await clinic.client.put(
        f"/v1/deposits/documents/{document}", content=OTHER_PDF, headers=headers
    )
    anew = await bring(doctor)

    assert (by_other, by_author, again) == ([404, 404], [204, 204], [204, 404])
    assert (corrected.status_code, corrected.json()["code"]) == (409, "deposit-withdrawn")
    assert await held(clinic, "conditions") == {}
    documents = await held(clinic, "documents")
    assert documents[document]["status"] == "entered-in-error"
    assert anew.status_code == 201
    assert documents[anew.json()["record_id"]]["status"] == "current"
    assert (await clinic.acts()).count(("professional", "withdraw")) == 2


async def test_who_was_shut_out_may_still_withdraw(clinic: Clinic) -> None:
    """Read and correct nothing, and take back an error all the same."""
    doctor = await clinic.doctor()
    record_id = (await add(doctor)).json()["record_id"]
    await block(clinic, doctor)

    read = await doctor.get(f"/v1/deposits/{record_id}")
    corrected = await correct(doctor, record_id, CONDITION, **{"If-Match": '"x"'})
    gone = await clinic.client.delete(f"/v1/deposits/{record_id}", headers=doctor.headers)

    assert (read.status_code, corrected.status_code, gone.status_code) == (404, 404, 204)


async def test_a_secretary_deposits_under_their_own_name(clinic: Clinic) -> None:
    """The journal names both; correcting, reading and releasing stay the professional's."""
    doctor = await clinic.doctor()
    secretary = await clinic.assistant(doctor, "deposit")

    answer = await add(secretary)
    record_id = answer.json()["record_id"]
    refused = [
        await secretary.get(f"/v1/deposits/{record_id}"),
        await secretary.post(f"/v1/deposits/{record_id}/release"),
        await correct(secretary, record_id, CONDITION, **{"If-Match": '"x"'}),
    ]

    assert answer.status_code == 201, answer.text
    assert {(one.status_code, one.json()["code"]) for one in refused} == {
        (403, "professional-only")
    }
    (line,) = [one for one in await clinic.own_journal() if "ROUX" in one["text"]["fr"]]
    assert line["entry"]["actor"]["kind"] == "assistant"
    assert line["entry"]["on_behalf_of"]["name"] == "Anne FAURE"
    assert (await doctor.get(f"/v1/deposits/{record_id}")).status_code == 200


async def test_a_deposit_sent_twice_happens_once(clinic: Clinic) -> None:
    """Under one key, the same answer; and one notice an hour, however many deposits."""
    doctor = await clinic.doctor()
    key = {"Idempotency-Key": str(uuid4())}
    body = {"ins": INS, "birth_date": BIRTH_DATE, "collection": "conditions", "fields": CONDITION}

    first, again = [
        await doctor.post("/v1/deposits/entries", json=body, headers=key) for _ in range(2)
    ]
    await add(doctor)

    assert first.json() == again.json()
    assert len(await held(clinic, "conditions")) == 2
    assert len(clinic.notices("new-document")) == 1


async def test_one_professional_fills_no_record(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Theirs count together, withdrawn ones too; others, and the person, have room left."""
    monkeypatch.setattr("backend.documents.service.DEPOSITOR_BYTES_MAX", len(PDF) + 5)
    doctor, other = await clinic.doctor(), await clinic.doctor("PETIT")

    first = await bring(doctor)
    full = await bring(doctor, OTHER_PDF)
    again = await bring(doctor)
    withdrawn = await doctor.client.delete(
        f"/v1/deposits/{first.json()['record_id']}", headers=doctor.headers
    )
    still = await bring(doctor, OTHER_PDF)
    theirs = await bring(other, OTHER_PDF)
    own = await clinic.phone.post(
        f"/v1/spaces/{clinic.space_id}/documents",
        content=PDF + OTHER_PDF,
        headers={"Content-Type": "application/pdf", "Document-Title": "Mon%20papier"},
    )

    assert first.status_code == 201
    assert [(one.status_code, one.json()["code"]) for one in (full, still)] == [
        (409, "deposits-full")
    ] * 2
    assert (again.status_code, withdrawn.status_code) == (200, 204)
    assert (theirs.status_code, own.status_code) == (201, 201)


async def test_a_record_that_is_full_tells_a_professional_no_more(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same words as where only theirs count: how much others brought is not theirs to know."""
    doctor = await clinic.doctor()
    monkeypatch.setattr("backend.documents.service.SPACE_BYTES_MAX", 5)
    by_others = await bring(doctor)
    monkeypatch.setattr("backend.documents.service.SPACE_BYTES_MAX", 2**31)
    monkeypatch.setattr("backend.documents.service.DEPOSITOR_BYTES_MAX", 5)
    by_own = await bring(doctor)

    assert (by_others.status_code, by_others.content) == (409, by_own.content)
