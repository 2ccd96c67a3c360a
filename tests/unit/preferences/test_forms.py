"""Small forms: what browsers and mail programs send, and what nobody should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.preferences.forms import fields_of

URLENCODED = "application/x-www-form-urlencoded"
PARTS = 'multipart/form-data; boundary="x"'
ONE_CLICK = (
    b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
)


@pytest.mark.parametrize(
    ("content_type", "body", "fields"),
    [
        (URLENCODED, b"scope=kind", {"scope": ["kind"]}),
        (URLENCODED, b"scope=kind&scope=all", {"scope": ["kind", "all"]}),
        ("", b"List-Unsubscribe=One-Click", {"List-Unsubscribe": ["One-Click"]}),
        (PARTS, ONE_CLICK, {"List-Unsubscribe": ["One-Click"]}),
        (PARTS, b"", {}),
        ("multipart/form-data", ONE_CLICK, {}),
        ("multipart/form-data; boundary=\r\nX: y", ONE_CLICK, {}),
        (URLENCODED, b"scope=all" + b"&" * 5_000, {}),
    ],
)
def test_a_form_is_read_or_it_is_empty(
    content_type: str, body: bytes, fields: dict[str, list[str]]
) -> None:
    """In either form; too large a one is none."""
    assert fields_of(content_type, body) == fields


@given(content_type=st.text(max_size=60), body=st.binary(max_size=200))
def test_no_form_is_a_bug(content_type: str, body: bytes) -> None:
    """Whatever comes: fields, or none, and nothing in them that was not sent."""
    for kind in (content_type, PARTS, f"multipart/form-data; boundary={content_type}"):
        found = fields_of(kind, body)
        assert sum(len(value) for values in found.values() for value in values) <= len(body)
