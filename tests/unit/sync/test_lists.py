"""Lists in a merge: each device adds its own, and an equal list is no conflict."""

import msgspec
import pytest

from sync.bodies import canonical
from sync.core.merge import merge
from tests.hosts import make_host

UNION = {"phones": "union"}


@pytest.mark.parametrize(
    ("standing", "was", "wanted", "expected"),
    [
        (["a"], [], ["b"], ["a", "b"]),
        (["a"], ["a"], ["a", "b"], ["a", "b"]),
        (["a", "c"], ["a"], ["a", "b"], ["a", "c", "b"]),
        (["a", "c"], ["a"], [], ["c"]),
        (["a", "b"], ["a", "b"], ["b"], ["b"]),
        (["a", "b"], [], ["a", "b"], ["a", "b"]),
        (None, None, ["b"], ["b"]),
    ],
)
def test_what_a_device_adds_or_takes_is_its_own(standing, was, wanted, expected):
    """What it did not touch stays, whoever put it there."""
    fields = {} if standing is None else {"phones": standing}
    seen = {} if was is None else {"phones": was}

    merged = merge(fields, was=seen, wanted={"phones": wanted}, rules=UNION)

    assert merged.fields["phones"] == expected
    assert not merged.lost


def test_what_is_no_list_follows_the_server():
    """Nothing is made of it."""
    merged = merge({"phones": ["a"]}, was={}, wanted={"phones": "b"}, rules=UNION)

    assert merged.fields["phones"] == ["a"]
    assert merged.lost == {"phones": "b"}


def test_an_equal_list_is_no_conflict():
    """A body that keeps it as a tuple writes it as a list."""

    class Tagged(msgspec.Struct, frozen=True):
        tags: tuple[str, ...] = ()

    collection = msgspec.structs.replace(make_host().collections["notes"], body=Tagged)

    assert canonical(collection, {}, {"tags": ["a"]}) == {"tags": ["a"]}
