"""Who has the names of a person, however they are written."""

import pytest

from backend.access.rules.namesakes import is_namesake


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("Léa MARTIN", True),
        ("LEA ANNE martin-petit", True),
        ("Anne PETIT", True),
        ("Léa", False),
        ("MARTIN PETIT", False),
        ("Léa MOREL", False),
        ("Jeanne MARTIN", False),
        ("Léa Jeanne MARTIN", False),
        ("", False),
    ],
)
def test_a_namesake_has_a_given_name_and_a_family_name_and_no_others(
    name: str, *, answer: bool
) -> None:
    """Case, accents and hyphens say nothing; a family name alone is many people's."""
    found = is_namesake(name, family_names=("MARTIN", None, "PETIT"), given_names=("LEA", "ANNE"))

    assert found is answer
