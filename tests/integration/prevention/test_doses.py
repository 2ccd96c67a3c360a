"""Doses that phones and software send: on which days they may be, and what their boxes say."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from backend.kernel.problems import catalogue
from tests.clinic import INS, Clinic
from tests.journeys import BIRTH_DATE, Phone, put

Json = dict[str, Any]

NUVA = "https://smt.esante.gouv.fr/terminologie-nuva"
HEXYON = "3400927349997"
DOSE = {"label": "ROR", "status": "completed", "occurred_on": "1995-02-01"}


def in_days(days: int) -> str:
    """Write a day to come, as the server counts days."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


async def held(phone: Phone, space_id: str) -> list[Json]:
    """Return the doses of a record as a new phone gets them."""
    return [*(await phone.whole(space_id)).bodies("immunizations").values()]


async def test_a_dose_is_of_a_day_that_the_person_has_lived(clinic: Clinic) -> None:
    """Refused alone, each with its code and where it is wrong; what is sound is kept."""
    phone, space_id = await clinic.patient()
    days = {
        in_days(2): "date-in-future",
        in_days(400)[:7]: "date-in-future",
        "2199": "date-in-future",
        "1961-04-08": "date-before-birth",
        "1961-03": "date-before-birth",
        "1960": "date-before-birth",
        "2026-02-30": "impossible-date",
        in_days(1): None,
        in_days(0)[:4]: None,
        BIRTH_DATE: None,
        "1961": None,
    }

    outcomes = await phone.push(
        *(put(space_id, "immunizations", {**DOSE, "occurred_on": day}) for day in days)
    )

    assert [one.get("code") for one in outcomes] == [*days.values()]
    refused = [one for one in outcomes if one.get("code")]
    assert {one["pointer"] for one in refused} == {"/set/occurred_on"}
    assert all(catalogue()[one["code"]].next_step.fr for one in refused)
    kept = {one["occurred_on"] for one in await held(phone, space_id)}
    assert kept == {day for day, code in days.items() if code is None}


async def test_a_dose_is_not_moved_to_a_day_that_cannot_be(clinic: Clinic) -> None:
    """An edit is judged like a new record; one that changes nothing is not judged at all."""
    phone, space_id = await clinic.patient()
    op = put(space_id, "immunizations", DOSE)
    (made,) = await phone.push(op)

    def edit(**fields: Any) -> Json:
        given = {"record_id": op["record_id"], "base": made["seq"], "was": DOSE}
        return put(space_id, "immunizations", fields, **given)

    (moved,) = await phone.push(edit(occurred_on=in_days(30)))
    (voided,) = await phone.push(edit(occurred_on=in_days(30), status="entered-in-error"))

    assert moved["code"] == "date-in-future"
    assert voided["status"] == "applied"


async def test_an_identifier_that_is_taken_tells_nothing_to_who_sends_a_wrong_day(
    clinic: Clinic,
) -> None:
    """What would be refused if there were no such record is refused for that."""
    phone, space_id = await clinic.patient()
    software = await clinic.professional()
    await clinic.given(phone, software, space_id, keeps_copy=True)
    theirs = put(space_id, "notes", {"title": "À moi"})
    await phone.push(theirs)
    wrong = {**DOSE, "occurred_on": in_days(30)}

    taken = put(space_id, "immunizations", wrong, record_id=theirs["record_id"])
    free = put(space_id, "immunizations", wrong, record_id=str(uuid4()))

    assert [o["code"] for o in await software.push(taken, free)] == ["date-in-future"] * 2


async def test_a_scanned_box_says_what_is_in_it(clinic: Clinic) -> None:
    """The phone sends the code and the day; the record has a name, a code, diseases, a lot."""
    phone, space_id = await clinic.patient()
    dose = {
        "status": "completed",
        "occurred_on": "2026-01-02",
        "box_code": f"]d2010{HEXYON}1727073110AB12\x1d21SN7",
    }

    (outcome,) = await phone.push(put(space_id, "immunizations", dose))

    (body,) = await held(phone, space_id)
    assert outcome["status"] == "applied"
    assert body["label"] == "HEXYON"
    assert body["codings"] == [{"code": "VAC0510", "system": NUVA, "display": "HEXYON"}]
    assert {one["display"] for one in body["target_diseases"]} >= {"Tétanos", "Hépatite B"}
    assert body["lot_number"] == "AB12"
    assert body["box_code"] == dose["box_code"]


async def test_what_a_person_wrote_stands_beside_what_the_box_says(clinic: Clinic) -> None:
    """Only what is missing is filled in."""
    phone, space_id = await clinic.patient()
    wrote = {"label": "Vaccin de Léo", "lot_number": "mon lot", "box_code": HEXYON}

    await phone.push(put(space_id, "immunizations", {**DOSE, **wrote}))

    (body,) = await held(phone, space_id)
    assert body["label"] == "Vaccin de Léo"
    assert body["lot_number"] == "mon lot"
    assert body["codings"][0]["code"] == "VAC0510"


async def test_a_corrected_box_takes_its_words_along_and_leaves_those_of_people(
    clinic: Clinic,
) -> None:
    """What followed from the first code follows from the second; a name that was typed stays."""
    phone, space_id = await clinic.patient()
    fields = {**DOSE, "box_code": HEXYON}
    del fields["label"]
    scanned = put(space_id, "immunizations", fields)
    named = put(space_id, "immunizations", {**fields, "label": "Le premier"})
    seqs = [one["seq"] for one in await phone.push(scanned, named)]

    for op, seq in zip((scanned, named), seqs, strict=True):
        again = {"record_id": op["record_id"], "base": seq, "was": {"box_code": HEXYON}}
        await phone.push(put(space_id, "immunizations", {"box_code": "3400933472016"}, **again))

    found = (await phone.whole(space_id)).bodies("immunizations")
    assert found[scanned["record_id"]]["label"] == "ACT-HIB"
    assert found[named["record_id"]]["label"] == "Le premier"
    assert {one["codings"][0]["code"] for one in found.values()} == {"VAC0001"}


@pytest.mark.parametrize(
    ("box_code", "code"), [("3400930000007", "vaccine-unknown"), ("???", "box-code-invalid")]
)
async def test_a_box_that_says_nothing_is_refused_alone_and_kept_with_a_name(
    clinic: Clinic, box_code: str, code: str
) -> None:
    """A dose is never lost: the person is asked for the name, and with one it is taken."""
    phone, space_id = await clinic.patient()
    bare = {"status": "completed", "occurred_on": "2026-01-02", "box_code": box_code}

    (refused,) = await phone.push(put(space_id, "immunizations", bare))
    (taken,) = await phone.push(put(space_id, "immunizations", {**bare, "label": "Vaccin"}))

    assert (refused["code"], refused["pointer"]) == (code, "/set/box_code")
    assert taken["status"] == "applied"
    (body,) = await held(phone, space_id)
    assert (body["label"], body["box_code"]) == ("Vaccin", box_code)


async def test_a_professional_deposits_no_dose_of_a_day_to_come(clinic: Clinic) -> None:
    """By the door of deposits as by the feed, new or corrected."""
    phone, space_id = await clinic.patient()
    software = await clinic.professional()
    late = {**DOSE, "occurred_on": in_days(30)}
    asked = {"ins": INS, "birth_date": BIRTH_DATE}

    async def deposit(fields: Json) -> httpx.Response:
        body = {**asked, "collection": "immunizations", "fields": fields}
        return await software.post("/v1/deposits/entries", json=body)

    refused, made = await deposit(late), await deposit(DOSE)
    path = f"/v1/deposits/entries/{made.json()['record_id']}"
    tag = (await software.get(path.replace("/entries", ""))).headers["etag"]
    corrected = await clinic.client.put(
        path, json={"fields": late}, headers={**software.headers, "If-Match": tag}
    )

    assert [one.status_code for one in (refused, made, corrected)] == [422, 201, 422]
    assert refused.json()["code"] == corrected.json()["code"] == "date-in-future"
    (body,) = await held(phone, space_id)
    assert body["occurred_on"] == DOSE["occurred_on"]
