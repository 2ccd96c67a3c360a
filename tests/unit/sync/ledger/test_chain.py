"""Canonical texts, commitments and chains."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.ledger import canonical, chain

SPACE = UUID(int=1)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def test_the_example_of_the_rfc_is_ordered_as_it_says() -> None:
    """RFC 8785, 3.2.3: keys by their UTF-16 code units, so that an emoji precedes U+FB33."""
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }

    keys = list(json.loads(canonical.encode(value)))

    assert keys == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_the_literals_of_the_rfc_are_written_as_it_says() -> None:
    """RFC 8785, 3.2.2.2: the short escapes where there are some, no others than needed."""
    text = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/\u007f"

    written = canonical.encode({"string": text, "literals": [None, True, False], "n": -0})

    assert written.decode() == (
        '{"literals":[null,true,false],"n":0,"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u007f"}'
    )


@given(value=values)
def test_a_canonical_text_is_read_as_what_was_written_and_written_as_read(value: object) -> None:
    """One value, one text, whatever way it took."""
    try:
        written = canonical.encode(value)
    except canonical.NotCanonical:
        assert "\\ud" in json.dumps(value)
        return

    assert json.loads(written) == value
    assert canonical.encode(json.loads(written)) == written


@pytest.mark.parametrize("value", [1.5, 2**53, -(2**53), float("nan"), {1: 2}, b"x", "\ud800", {3}])
def test_what_readers_could_read_differently_has_no_text(value: object) -> None:
    """Fractions, large integers and half characters are refused, not rounded."""
    with pytest.raises(canonical.NotCanonical):
        canonical.encode(value)


def test_nesting_has_an_end() -> None:
    """A text that would exhaust a reader is refused."""
    value: object = 1
    for _ in range(canonical.DEPTH_MAX + 1):
        value = [value]

    with pytest.raises(canonical.NotCanonical):
        canonical.encode(value)


def test_a_chain_holds_all_that_came_before() -> None:
    """Another salt, entry, order or space gives another chain; the known values stay."""
    one, two = chain.commit(bytes(16), b"{}"), chain.commit(bytes(16), b"[]")
    begin = chain.begin(SPACE)

    ends = {
        chain.link(chain.link(begin, one), two),
        chain.link(chain.link(begin, two), one),
        chain.link(chain.link(chain.begin(UUID(int=2)), one), two),
        chain.link(chain.link(begin, chain.commit(b"\1" * 16, b"{}")), two),
    }

    assert len(ends) == 4
    # Written down so that phones in the field and this code agree for ever.
    assert one.hex() == "333b13ff02f57ae18049b82ca66f37592c5a3d8fd54e44e23ae5c7085c24fd2a"
