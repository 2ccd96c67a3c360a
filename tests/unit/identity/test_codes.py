"""Codes that people read and type."""

import pytest

from backend.identity.rules.codes import (
    ACTIVATION_CHARACTERS,
    ALPHABET,
    one_time_code,
    read_code,
    read_one_time_code,
    written_code,
)


def test_a_one_time_code_keeps_its_zeros() -> None:
    """Every code has six digits."""
    assert one_time_code(42, 6) == "000042"


def test_no_letter_of_a_letter_looks_like_another() -> None:
    """What people confuse on paper is left out."""
    assert not set("0O1IL") & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET)


def test_a_code_is_written_in_groups_of_four() -> None:
    """It is easier to copy in small steps."""
    written = written_code(len(ALPHABET) ** ACTIVATION_CHARACTERS - 1, ACTIVATION_CHARACTERS)

    assert written == "ZZZZ-ZZZZ-ZZZZ"


@pytest.mark.parametrize(
    "typed", ["7kqm2xwp9hdt", " 7KQM 2XWP 9HDT ", "7kqm–2xwp—9hdt", "7ＫQM-2XWP-9HDT\n"]
)
def test_case_spaces_and_dashes_count_for_nothing(typed: str) -> None:
    """People type codes as they like."""
    assert read_code(typed, ACTIVATION_CHARACTERS) == "7KQM2XWP9HDT"


@pytest.mark.parametrize(
    "typed", ["", "7KQM-2XWP-9HD", "7KQM-2XWP-9HDTT", "0KQM-2XWP-9HDT", "é" * 12, "7" * 5000]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    """It is not even looked up."""
    assert read_code(typed, ACTIVATION_CHARACTERS) is None


def test_a_one_time_code_may_be_typed_with_spaces() -> None:
    """Phones paste it that way."""
    assert read_one_time_code(" 123 456\n") == "123456"
