"""Codes of letters, through any hand that types them."""

from hypothesis import given
from hypothesis import strategies as st

from backend.identity.rules.codes import (
    ACTIVATION_CHARACTERS,
    ALPHABET,
    read_code,
    written_code,
)

CODES = len(ALPHABET) ** ACTIVATION_CHARACTERS
noise = st.lists(
    st.sampled_from(["", " ", "-", "–", "\u00a0", "\u200b", "\n"]), min_size=14, max_size=14
)


@given(number=st.integers(0, CODES - 1), noise=noise, lower=st.booleans())
def test_a_code_is_read_as_it_was_written(number: int, noise: list[str], *, lower: bool) -> None:
    """Whatever spaces, dashes and case are put in on the way."""
    written = written_code(number, ACTIVATION_CHARACTERS)
    typed = "".join(letter + extra for letter, extra in zip(written, noise, strict=True))

    read = read_code(typed.lower() if lower else typed, ACTIVATION_CHARACTERS)

    assert read == written.replace("-", "")


@given(first=st.integers(0, CODES - 1), second=st.integers(0, CODES - 1))
def test_two_numbers_make_two_codes(first: int, second: int) -> None:
    """No code is lost to its spelling."""
    same = written_code(first, ACTIVATION_CHARACTERS) == written_code(second, ACTIVATION_CHARACTERS)

    assert same == (first == second)


@given(typed=st.text(max_size=60))
def test_what_is_read_is_a_code_or_nothing(typed: str) -> None:
    """Nothing else reaches the look-up."""
    read = read_code(typed, ACTIVATION_CHARACTERS)

    assert read is None or (len(read) == ACTIVATION_CHARACTERS and set(read) <= set(ALPHABET))
