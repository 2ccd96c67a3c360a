"""What is to be told in person first waits: for its release, or for its instant."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.archive import DIABETES, DOMINIQUE, cda
from tests.clinic import Clinic, person
from tests.integration.emergency.depositing import (
    CHILD,
    CONDITION,
    HEADERS,
    OTHER_PDF,
    add,
    bring,
    correct,
)
from tests.journeys import CHILD_BIRTH_DATE


@pytest.mark.parametrize("kind", ["document", "entry"])
async def test_what_is_to_be_told_first_waits_for_its_release(clinic: Clinic, kind: str) -> None:
    """Nothing on the phone, no notice; released by its author, it is there and told."""
    doctor = await clinic.doctor()
    answer = await (
        bring(doctor, Visible_To_Patient="when-released")
        if kind == "document"
        else add(doctor, visible_to_patient="when-released")
    )
    record_id = answer.json()["record_id"]

    before = (await clinic.phone.whole(clinic.space_id)).records
    told = clinic.notices("new-document")
    released = await doctor.post(f"/v1/deposits/{record_id}/release")
    again = await doctor.post(f"/v1/deposits/{record_id}/release")

    assert answer.status_code == 201, answer.text
    assert (record_id in before, told) == (False, [])
    assert (released.status_code, again.status_code) == (204, 204)
    assert record_id in (await clinic.phone.whole(clinic.space_id)).records
    assert len(clinic.notices("new-document")) == 1
    assert (await clinic.acts()).count(("professional", "released")) == 1


async def test_what_is_to_be_told_first_opens_at_its_time(clinic: Clinic) -> None:
    """At the instant that was said, with no other act."""
    doctor = await clinic.doctor()
    at = (datetime.now(UTC) + timedelta(minutes=10)).isoformat()
    record_id = (await add(doctor, visible_to_patient=at)).json()["record_id"]

    before = (await clinic.phone.whole(clinic.space_id)).records
    with clinic.later(minutes=11):
        after = (await clinic.phone.whole(clinic.space_id)).records

    assert (record_id in before, record_id in after) == (False, True)


async def test_a_correction_shows_nothing_earlier(clinic: Clinic) -> None:
    """A new version of what is to be told first waits too, and so does a corrected entry."""
    doctor = await clinic.doctor()
    entry = (await add(doctor, visible_to_patient="when-released")).json()["record_id"]
    first = (await bring(doctor, Visible_To_Patient="when-released")).json()["record_id"]
    tag = (await doctor.get(f"/v1/deposits/{first}")).headers["etag"]

    await correct(doctor, entry, {**CONDITION, "label": "Corrigé"})
    headers = {**HEADERS, **doctor.headers, "If-Match": tag}
    second = await clinic.client.put(
        f"/v1/deposits/documents/{first}", content=OTHER_PDF, headers=headers
    )
    hidden = (await clinic.phone.whole(clinic.space_id)).records
    await doctor.post(f"/v1/deposits/{second.json()['record_id']}/release")
    shown = (await clinic.phone.whole(clinic.space_id)).records

    ids = {first, second.json()["record_id"]}
    assert second.status_code == 201, second.text
    assert hidden.keys() & (ids | {entry}) == set()
    assert shown.keys() & (ids | {entry}) == ids


async def test_a_minors_secret_is_kept_from_the_parents(clinic: Clinic) -> None:
    """It is filed, its author sees it, and the parent's phone never hears of it."""
    opened = await clinic.counter.open_space(person(CHILD, CHILD_BIRTH_DATE), parents=1)
    parent = await clinic.counter.enrol(opened["letters"][0], "parent", birth_date=CHILD_BIRTH_DATE)
    doctor = await clinic.doctor()
    whom = {"ins": CHILD, "birth_date": CHILD_BIRTH_DATE}

    secret = await add(doctor, **whom, hidden_from_representatives=True)
    plain = await add(doctor, **whom)

    records = (await parent.whole(opened["space_id"])).records
    assert secret.status_code == 201, secret.text
    assert secret.json()["record_id"] not in records
    assert plain.json()["record_id"] in records
    seen = await doctor.get(f"/v1/deposits/{secret.json()['record_id']}")
    assert seen.json()["body"]["label"] == "Asthme"


@pytest.mark.parametrize("again", [2, 0])
async def test_another_version_shows_nothing_that_the_first_one_hides(
    clinic: Clinic, again: int
) -> None:
    """Sent by software that did not say again from whom, whichever came first."""
    assert DOMINIQUE.ins is not None
    number = {"value": DOMINIQUE.ins.value, "oid": DOMINIQUE.ins.oid.value}
    born, names = "1979-03-28", {"birth_family_name": "PAT-TROIS", "birth_given_name": "DOMINIQUE"}
    opened = await clinic.counter.open_space(person(number, born, **names))
    phone = await clinic.counter.enrol(opened["letters"][0], "dominique", birth_date=born)
    doctor = await clinic.doctor()
    path, headers = "/v1/deposits/documents", {"Content-Type": "text/xml"}
    orders = {"Visible-To-Patient": "when-released"}
    first = await doctor.post(
        path, content=cda(unique="1", version=1), headers={**headers, **orders}
    )

    other = await doctor.post(
        path, content=cda(unique="2", version=again, entries=DIABETES), headers=headers
    )
    hidden = (await phone.whole(opened["space_id"])).bodies("documents")
    drafts = (await phone.whole(opened["space_id"])).bodies("conditions")
    await doctor.post(f"/v1/deposits/{first.json()['record_id']}/release")
    shown = (await phone.whole(opened["space_id"])).bodies("documents")

    ids = {first.json()["record_id"], other.json()["record_id"]}
    assert (first.status_code, other.status_code) == (201, 201)
    assert (hidden, drafts) == ({}, {})
    assert shown.keys() == ids


async def test_any_professional_with_a_consent_releases_and_an_emergency_does_not(
    clinic: Clinic,
) -> None:
    """Whoever told the patient may say so; who only reads may not."""
    author, attending, urgent = [await clinic.doctor(n) for n in ("FAURE", "PETIT", "ROY")]
    me = (await attending.get("/v1/professionals/me")).json()
    now = datetime.now(UTC).isoformat()
    consent = {
        "party_id": me["professional_id"],
        "name": "Anne PETIT",
        "profession": "10",
        "status": "given",
        "asked_at": now,
        "given_at": now,
    }
    await clinic.act("consents", consent)
    await clinic.declare(urgent)
    record_id = (await add(author, visible_to_patient="when-released")).json()["record_id"]
    path = f"/v1/spaces/{clinic.space_id}/entries/{record_id}/release"

    by_urgent = await urgent.post(path)
    seen = await attending.get(f"/v1/spaces/{clinic.space_id}/entries/{record_id}")
    before = (await clinic.phone.whole(clinic.space_id)).records
    by_attending = await attending.post(path)

    assert (by_urgent.status_code, by_attending.status_code) == (404, 204)
    assert seen.status_code == 200, seen.text
    assert record_id not in before
    assert record_id in (await clinic.phone.whole(clinic.space_id)).records
