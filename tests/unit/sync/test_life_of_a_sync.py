"""The page for people who write a client says what the code does."""

import json
import re
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from sync import errors
from sync.core import digest, limits
from sync.exchange import SyncRequest
from sync.replica import limits as replica_limits
from sync.replica.wire import Answer, Change, ChangeKind, PageEnd, check_changes, read_line

PAGE = (Path(__file__).parents[3] / "docs" / "life-of-a-sync.md").read_text()


def blocks(kind: str) -> list[str]:
    """Return the code blocks of one kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def table_after(heading: str) -> list[list[str]]:
    """Return the cells of the first table after some words."""
    rows = PAGE.split(heading, 1)[1].split("\n| ", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip(" `*") for cell in row.strip("|").split("|")] for row in rows]


def proof_of(changes: list[Change]) -> tuple[int, str]:
    """Return count and digest of what these changes leave on an empty phone."""
    put = [change for change in changes if change.kind is ChangeKind.PUT]
    return len(put), digest.text(sum(digest.line(c.record_id, c.seq) for c in put))


def test_the_request_of_the_page_is_one():
    """The server decodes it, unknown fields refused."""
    [block] = blocks("json request")

    request = msgspec.json.decode(block, type=SyncRequest)

    assert len(request.ops) == 3


def test_the_answer_of_the_page_is_one_to_its_request():
    """The client decodes it, and it is about the same ops and spaces."""
    [request], [block] = blocks("json request"), blocks("json answer")
    asked = msgspec.json.decode(request, type=SyncRequest)

    answer = msgspec.json.decode(block, type=Answer)

    assert [o.op_id for o in answer.outcomes] == [op.op_id for op in asked.ops]
    assert [p.space_id for p in answer.spaces] == [ask.space_id for ask in asked.spaces]
    for page in answer.spaces:
        check_changes(page.changes)
    assert proof_of(answer.spaces[0].changes) == (answer.spaces[0].count, answer.spaces[0].digest)


def test_the_stream_of_the_page_is_one():
    """Changes, and the ends of two pages, the last one with the proof."""
    [block] = blocks("ndjson")

    read = [read_line(line.encode()) for line in block.splitlines()]

    ends = [line for line in read if isinstance(line, PageEnd)]
    changes = [line for line in read if isinstance(line, Change)]
    assert [end.more for end in ends] == [True, False]
    assert proof_of(changes) == (ends[1].count, ends[1].digest)


def test_the_worked_digest_is_right():
    """Each line and their sum, which is more than 128 bits hold."""
    *lines, (_, _, total) = table_after("leading zeros")

    numbers = [digest.line(UUID(record_id), int(seq)) for record_id, seq, _ in lines]

    assert [digest.text(number) for number in numbers] == [shown for _, _, shown in lines]
    assert digest.text(sum(numbers)) == total
    assert sum(numbers) >= digest.MODULUS
    assert digest.text(0) in PAGE


def test_every_refusal_of_an_op_is_in_the_page_with_its_status():
    """And none that does not exist."""
    refusals = {kind.code: kind.status for kind in errors.SyncRefused.__subclasses__()}
    of_requests = {"checkpoint-invalid", "request-invalid", "space-busy", "too-many-ops"}

    shown = {code: int(status) for code, status, _ in table_after("words for their author.")}

    assert shown == {c: s for c, s in refusals.items() if c not in of_requests}


@pytest.mark.parametrize(
    ("words", "limit"),
    [
        ("ops in a request", limits.OPS_PER_PUSH_MAX),
        ("spaces in a request", limits.SPACES_PER_SYNC_MAX),
        ("changes on a page", limits.PAGE_CHANGES_MAX),
        ("bytes on a page", limits.PAGE_BYTES_MAX),
        ("bytes of a request", limits.REQUEST_BYTES_MAX),
        ("bytes of a body", limits.BODY_BYTES_MAX),
        ("records that one person has of a space", limits.RECORDS_PER_SPACE_MAX),
        ("changes that one device sends in a day", limits.OPS_PER_DEVICE_AND_DAY_MAX),
        ("days an outcome is remembered", limits.OUTCOMES_KEPT_DAYS),
    ],
)
def test_the_limits_of_the_page_are_those_of_the_code(words: str, limit: int):
    """Both are read by people who set a constant."""
    shown = {row[0]: int(row[1]) for row in table_after("## 12. Limits")}

    assert shown[words] == limit


def test_the_patience_of_the_page_is_that_of_the_code():
    """Six attempts, a minute at most, five minutes of Retry-After, a day before starting again."""
    assert replica_limits.ATTEMPTS_MAX == 6
    assert "after six attempts" in PAGE
    assert replica_limits.BACKOFF_CAP_SECONDS == 60
    assert "min(60 s, 2^(n-1) s)" in PAGE
    assert replica_limits.RETRY_AFTER_SECONDS_MAX == 300
    assert "more\nthan five minutes" in PAGE
    assert replica_limits.RESTART_AGAIN_AFTER.days == 1


def test_every_block_of_json_parses():
    """People copy them."""
    found = re.findall(r"^```json.*?\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)

    assert len([json.loads(block) for block in found]) == 2
