"""The journal over HTTP: its holder reads, proves and answers it; nobody else learns a thing."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from backend.access.journal import log, store
from sync.core.ledger import canonical, chain
from sync.core.ledger.heads import Leaf
from sync.core.ledger.tree import leaf_hash, proves_consistency, proves_inclusion
from tests.integration.journal.house import House, holder
from tests.journeys import CHILD_BIRTH_DATE, Phone, patient
from tests.reviews import reviews_of

Json = dict[str, Any]


async def lines_of(phone: Phone, space_id: str, **params: Any) -> Json:
    """Read a page of the journal."""
    answer = await phone.get(f"/v1/spaces/{space_id}/journal", params=params)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_a_holder_reads_lines_that_prove_themselves(house: House) -> None:
    """Salt, commitment and chain fit, from the first line to the head."""
    phone, space_id = await holder(house)
    await house.write(space_id, 3)

    page = await lines_of(phone, space_id)

    link = chain.begin(UUID(space_id))
    for number, line in enumerate(page["entries"], start=1):
        plain = canonical.encode(line["entry"])
        commitment = hashlib.sha256(bytes.fromhex(line["salt"]) + plain).digest()
        link = chain.link(link, commitment)
        assert (line["seq"], line["entry"]["seq"]) == (number, number)
        assert (line["commitment"], line["chain"]) == (commitment.hex(), link.hex())
        assert line["entry"]["space_id"] == space_id
    # The activation, the three of the doctor, and this reading itself.
    assert page["head"] == {"seq": 5, "chain": link.hex()}
    assert page["more"] is False
    year = datetime.now(UTC).year
    texts = [line["text"] for line in page["entries"]]
    assert texts[0]["fr"].endswith(", vous avez activé l'accès au carnet.")
    assert texts[1]["fr"].startswith("Le ")
    assert "le docteur Anne Martin (médecin) a ouvert un document." in texts[1]["fr"]
    assert texts[4]["en"].endswith(", you opened the record.")
    assert str(year) not in texts[1]["fr"]


async def test_reading_ones_journal_is_one_line_a_day(house: House) -> None:
    """A journal that grew with each reading would never be read to its end."""
    phone, space_id = await holder(house)

    for _ in range(3):
        page = await lines_of(phone, space_id)

    assert page["head"]["seq"] == 2  # After the activation.


async def test_pages_follow_each_other(house: House) -> None:
    """Each goes on after the last number, and says whether there is more."""
    phone, space_id = await holder(house)
    await house.write(space_id, 5)
    await lines_of(phone, space_id)

    seen, after, more = [], 0, True
    while more:
        page = await lines_of(phone, space_id, after=after, limit=2)
        assert len(page["entries"]) <= 2
        seen += [line["seq"] for line in page["entries"]]
        after, more = seen[-1], page["more"]
    beyond = await lines_of(phone, space_id, after=after)
    far_beyond = await lines_of(phone, space_id, after=10**30)

    assert seen == [1, 2, 3, 4, 5, 6, 7]
    assert (beyond["entries"], beyond["more"]) == ([], False)
    assert far_beyond == beyond


async def test_lines_can_be_grouped_by_visit(house: House) -> None:
    """Consecutive lines of one doctor are one visit."""
    phone, space_id = await holder(house)
    await house.write(space_id, 3)

    grouped = await lines_of(phone, space_id, grouped="visits")
    plain = await lines_of(phone, space_id)

    assert [(v["from_seq"], v["to_seq"], v["lines"]) for v in grouped["visits"]] == [
        (1, 1, 1),
        (2, 4, 3),
        (5, 5, 1),
    ]
    assert grouped["visits"][1]["actor"]["name"] == "Anne Martin"
    assert "visits" not in plain


async def test_an_erased_line_keeps_its_place(house: House) -> None:
    """It says that it was erased, and still proves its place."""
    phone, space_id = await holder(house)
    await house.write(space_id, 2)

    await house.office.write(lambda work: store.erase(work.db, UUID(space_id), 1))
    page = await lines_of(phone, space_id)

    first = page["entries"][0]
    assert set(first) == {"seq", "commitment", "chain", "text"}
    assert first["text"]["en"].startswith("This line was erased.")


async def test_the_proof_holds_against_the_signed_head(house: House) -> None:
    """Inclusion of the chain, and consistency between two heads, over HTTP."""
    phone, space_id = await holder(house)
    await house.write(space_id, 2)
    await log.merge_all(house.office)
    before = (await phone.get("/v1/log/head")).json()["head"]
    await house.write(space_id, 1)
    await log.merge_all(house.office)

    proof = (await phone.get(f"/v1/spaces/{space_id}/journal/proof")).json()
    after = (await phone.get("/v1/log/head")).json()["head"]
    grown = (await phone.get("/v1/log/consistency", params={"from": before["size"]})).json()

    leaf = Leaf(space_id=UUID(space_id), seq=proof["leaf"]["seq"], chain=proof["leaf"]["chain"])
    page = await lines_of(phone, space_id)
    assert proof["head"]["head"] == after
    assert page["entries"][leaf.seq - 1]["chain"] == leaf.chain
    assert proves_inclusion(
        leaf_hash(leaf.data()),
        proof["leaf_index"],
        after["size"],
        proof=[bytes.fromhex(one) for one in proof["hashes"]],
        root=bytes.fromhex(after["root"]),
    )
    assert grown["second"] == after["size"]
    assert proves_consistency(
        (before["size"], bytes.fromhex(before["root"])),
        (after["size"], bytes.fromhex(after["root"])),
        [bytes.fromhex(one) for one in grown["hashes"]],
    )
    (key,) = (await phone.get("/v1/log/keys")).json()
    assert proof["head"]["signature"]["key_id"] == key["key_id"]


async def test_sizes_that_never_were_are_refused_in_words(house: House) -> None:
    """With a code of their own, and a next step."""
    phone, _ = await holder(house)

    answer = await phone.get("/v1/log/consistency", params={"from": 0, "to": 10**9})

    assert (answer.status_code, answer.json()["code"]) == (422, "log-size-unknown")


async def test_nobody_else_learns_that_there_is_a_journal(house: House) -> None:
    """Another account, a space of nobody: the same answer to the byte, at every door."""
    _, space_id = await holder(house)
    await house.write(space_id, 1)
    stranger = await house.counter.newcomer("another.person")
    nowhere = str(uuid4())

    for method, path, body in (
        ("get", "", None),
        ("get", "/proof", None),
        ("post", "/1/answer", {"answer": "report"}),
    ):
        answers = []
        for one in (space_id, nowhere):
            call = getattr(stranger, method)
            given = {} if body is None else {"json": body}
            answer = await call(f"/v1/spaces/{one}/journal{path}", **given)
            kept = {k: v for k, v in answer.headers.items() if k not in ("x-request-id", "date")}
            answers.append((answer.status_code, answer.content, kept))
        assert answers[0] == answers[1]
        assert answers[0][0] == 404
        assert b'"space-not-found"' in answers[0][1]


async def test_a_parent_reads_the_journal_of_a_child(house: House) -> None:
    """In the place of the child, who has no account; the line says who read."""
    parent = await house.counter.newcomer()
    opened = await house.counter.open_space(patient(CHILD_BIRTH_DATE), parents=1)
    code = opened["letters"][0]["code"]
    added = await parent.post(
        "/v1/spaces/activate", json={"code": code, "birth_date": CHILD_BIRTH_DATE}
    )
    assert added.status_code == 201, added.text

    page = await lines_of(parent, opened["space_id"])

    assert [line["entry"]["action"] for line in page["entries"]] == ["activation", "open"]
    assert {line["entry"]["actor"]["kind"] for line in page["entries"]} == {"representative"}


async def test_who_represents_an_adult_does_not_read_their_journal(house: House) -> None:
    """A protected adult's journal is their own."""
    helper = await house.counter.newcomer()
    opened = await house.counter.open_space(patient(), parents=1)
    code = opened["letters"][-1]["code"]
    added = await helper.post(
        "/v1/spaces/activate", json={"code": code, "birth_date": "1961-04-09"}
    )
    assert added.status_code == 201, added.text

    answer = await helper.get(f"/v1/spaces/{opened['space_id']}/journal")

    assert answer.status_code == 404


async def answered(phone: Phone, space_id: str, seq: int, **body: str) -> Json:
    """Answer a line."""
    answer = await phone.post(f"/v1/spaces/{space_id}/journal/{seq}/answer", json=body)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_a_line_is_answered_and_looked_into(house: House) -> None:
    """The answer is shown with the line; what was not expected waits for somebody."""
    phone, space_id = await holder(house)
    await house.write(space_id, 2)

    said = await answered(phone, space_id, 2, answer="report", comment="Jamais vue.")
    again = await answered(phone, space_id, 2, answer="report", comment="Jamais vue.")
    other = await answered(phone, space_id, 3, answer="expected")

    page = await lines_of(phone, space_id)
    assert said["next"]["fr"].startswith("Votre signalement est enregistré.")
    assert again == said
    assert other["next"]["en"].startswith("Noted.")
    assert page["entries"][1]["answer"]["comment"] == "Jamais vue."
    assert page["entries"][2]["answer"]["answer"] == "expected"
    assert await reviews_of(house.office, space_id) == [("journal-report", "open")]
    # After the activation: two doctor's lines, two answers, one reading.
    actions = [line["entry"]["action"] for line in page["entries"][1:]]
    assert actions == ["open", "open", "journal-answered", "journal-answered", "open"]


async def test_an_answer_taken_back_ends_its_review(house: House) -> None:
    """The last answer stands, and its review alone is open."""
    phone, space_id = await holder(house)
    await house.write(space_id, 1)

    await answered(phone, space_id, 1, answer="unknown")
    await answered(phone, space_id, 1, answer="report")
    both = await reviews_of(house.office, space_id)
    await answered(phone, space_id, 1, answer="expected")

    assert sorted(both) == [("journal-report", "open"), ("journal-unknown", "withdrawn")]
    assert {state for _, state in await reviews_of(house.office, space_id)} == {"withdrawn"}


async def test_a_line_that_is_not_there_has_no_answer(house: House) -> None:
    """The holder is told so in words."""
    phone, space_id = await holder(house)

    answer = await phone.post(
        f"/v1/spaces/{space_id}/journal/9/answer", json={"answer": "expected"}
    )

    assert (answer.status_code, answer.json()["code"]) == (404, "journal-entry-not-found")
