"""Two who represent one child and do not get on: neither undoes what the other reports."""

from uuid import UUID, uuid4

import msgspec
from sqlalchemy import bindparam, select, update

from backend.access.journal.tables import trace_answers
from backend.kernel.work import Work
from tests.integration.access.house import House, write_line
from tests.journeys import CHILD_BIRTH_DATE, Json, Phone, patient
from tests.reviews import reviews_of

ANSWERED = "journal-answered"
_OF_SPACE = trace_answers.c.space_id == bindparam("in_space")
_SEALED = select(trace_answers.c.sealed).where(_OF_SPACE)
_RESEAL = update(trace_answers).where(_OF_SPACE).values(sealed=bindparam("new"))


async def parents(house: House) -> tuple[str, Phone, Phone]:
    """Open the space of a child, with its parents in it and a line that may be answered."""
    opened = await house.counter.open_space(patient(CHILD_BIRTH_DATE), parents=2)
    mother, father = [
        await house.counter.enrol(letter, f"parent.{i}{i}", birth_date=CHILD_BIRTH_DATE)
        for i, letter in enumerate(opened["letters"])
    ]
    space_id = opened["space_id"]
    await house.office.write(lambda work: write_line(work, space_id, [uuid4()]))
    return space_id, mother, father


async def lines(phone: Phone, space_id: str) -> list[Json]:
    """Return a journal, as somebody reads it."""
    found: list[Json] = (await phone.get(f"/v1/spaces/{space_id}/journal")).json()["entries"]
    return found


async def first_line(phone: Phone, space_id: str) -> Json:
    """Return its first line."""
    return (await lines(phone, space_id))[0]


async def as_before(work: Work, space_id: UUID) -> None:
    """Store the answer to the first line as it was stored while it had no author."""
    (sealed,) = (await work.db.rows(_SEALED, in_space=space_id))[0]
    cipher = await work.keys.cipher(work.db, space_id)
    place = b"trace_answer/sealed/" + (1).to_bytes(8)
    (given,) = msgspec.json.decode(cipher.open(place, sealed))
    without = cipher.seal(place, msgspec.json.encode(given["said"]))
    await work.db.run(_RESEAL, in_space=space_id, new=without)


async def say(phone: Phone, space_id: str, **answer: str) -> Json:
    """Answer the first line."""
    answered = await phone.post(f"/v1/spaces/{space_id}/journal/1/answer", json=answer)
    assert answered.status_code == 200, answered.text
    found: Json = answered.json()
    return found


async def test_what_one_parent_reports_the_other_does_not_take_back(house: House) -> None:
    """Whoever is reported may be the other one: only its author ends a report."""
    space_id, mother, father = await parents(house)

    await say(mother, space_id, answer="report", comment="C'est lui.")
    said = await say(father, space_id, answer="expected")
    while_reported = await reviews_of(house.office, space_id)
    await say(mother, space_id, answer="expected")

    assert said["answer"] == "expected"
    assert while_reported == [("journal-report", "open")]
    assert await reviews_of(house.office, space_id) == [("journal-report", "withdrawn")]


async def test_what_one_parent_says_of_a_line_the_other_does_not_read(house: House) -> None:
    """Neither that they answered, nor what they told whoever looks into it."""
    space_id, mother, father = await parents(house)
    before = await first_line(father, space_id)

    await say(mother, space_id, answer="report", comment="C'est lui.")

    assert (await first_line(mother, space_id))["answer"]["comment"] == "C'est lui."
    assert await first_line(father, space_id) == before
    assert "answer" not in before
    assert [line["entry"]["action"] for line in await lines(mother, space_id)].count(ANSWERED) == 1
    assert ANSWERED not in [line["entry"]["action"] for line in await lines(father, space_id)]


async def test_a_parents_place_in_the_list_leads_to_the_line_that_they_read(house: House) -> None:
    """However many answers of the other one lie between, in the whole journal."""
    space_id, mother, father = await parents(house)
    await say(mother, space_id, answer="unknown")
    await say(father, space_id, answer="expected")
    await house.office.write(lambda work: write_line(work, space_id, [uuid4()]))
    added = [line for line in await lines(father, space_id) if line["entry"]["action"] == "add"]
    place = added[-1]["seq"]

    path = f"/v1/spaces/{space_id}/journal/{place}/answer"
    answer = await father.post(path, json={"answer": "report", "comment": "Qui est-ce ?"})

    assert answer.status_code == 200, answer.text
    answered = [line for line in await lines(father, space_id) if "answer" in line]
    assert [(line["seq"], line["entry"]["action"]) for line in answered[1:]] == [(place, "add")]


async def test_that_a_report_is_looked_into_its_author_alone_reads(house: House) -> None:
    """Else the other one would know that there is one, and whose it is."""
    space_id, mother, father = await parents(house)
    await say(mother, space_id, answer="report")
    path = "/v1/operator/reviews"
    headers = house.counter.headers
    (waiting,) = (await house.client.get(path, headers=headers)).json()["reviews"]

    read = await house.client.get(f"{path}/{space_id}/{waiting['review_id']}", headers=headers)

    assert read.json()["content"]["asked_by"]["kind"] == "representative"
    seen = [
        [line["entry"]["action"] for line in await lines(phone, space_id)].count("journal-read")
        for phone in (mother, father)
    ]
    assert seen == [1, 0]


async def test_what_was_answered_before_answers_had_authors_still_counts(house: House) -> None:
    """It is the reader's, and they may take it back."""
    phone, space_id = await house.patient()
    await say(phone, space_id, answer="report")
    await house.office.write(lambda work: as_before(work, UUID(space_id)))

    shown = await first_line(phone, space_id)
    await say(phone, space_id, answer="expected")

    assert shown["answer"]["answer"] == "report"
    assert await reviews_of(house.office, space_id) == [("journal-report", "withdrawn")]
