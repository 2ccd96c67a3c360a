"""An outcome as it is written and read."""

from uuid import uuid4

import msgspec
import pytest

from sync.core.change import Outcome, Status


@pytest.mark.parametrize("current", [msgspec.UNSET, msgspec.Raw(b'{"title":"Courses"}')])
def test_what_was_encoded_is_decoded(current: msgspec.Raw | msgspec.UnsetType) -> None:
    """With the body that stands, and without one."""
    outcome = Outcome(op_id=uuid4(), status=Status.MERGED, seq=3, current=current)

    read = msgspec.json.decode(msgspec.json.encode(outcome), type=Outcome)

    assert (read.op_id, read.status, read.seq) == (outcome.op_id, Status.MERGED, 3)
    if current is msgspec.UNSET:
        assert read.current is msgspec.UNSET
        assert b"current" not in msgspec.json.encode(outcome)
    else:
        assert bytes(memoryview(read.current)) == b'{"title":"Courses"}'
