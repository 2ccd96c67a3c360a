"""The key of an INS number catches every slip of one finger."""

from hypothesis import given
from hypothesis import strategies as st

from backend.identity.rules.ins import comparable_name, has_right_key

departments = st.integers(1, 99).map("{:02}".format) | st.sampled_from(["2A", "2B"])


@st.composite
def numbers(draw):
    """Draw a number with its key, worked out here and not by the code under test."""
    head = f"{draw(st.integers(1, 8))}{draw(st.integers(0, 9999)):04}"
    body = head + draw(departments) + f"{draw(st.integers(0, 999_999)):06}"
    digits = int(body.replace("2A", "19").replace("2B", "18"))
    return f"{body}{97 - digits % 97:02}"


@given(number=numbers())
def test_a_number_with_its_key_is_taken(number):
    """Whatever the month, the department and the order in the register."""
    assert has_right_key(number)


@given(number=numbers(), data=st.data())
def test_one_wrong_character_is_always_caught(number, data):
    """97 is a prime larger than any difference between two digits."""
    place = data.draw(st.integers(0, 14))
    other = data.draw(st.sampled_from("0123456789AB").filter(lambda sign: sign != number[place]))

    assert not has_right_key(number[:place] + other + number[place + 1 :])


@given(name=st.text(max_size=60))
def test_comparing_a_name_twice_changes_nothing(name):
    """The form for comparing is its own form for comparing."""
    once = comparable_name(name)

    assert comparable_name(once) == once
    assert comparable_name(name.upper()) == once or not name.isascii()
