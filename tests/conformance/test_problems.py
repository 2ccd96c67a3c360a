"""Every "no" of the product has its words, and no words are left over."""

import re
import tomllib
from pathlib import Path

import pytest

from backend.kernel.errors import Refusal
from backend.kernel.problems import _BY_STATUS, _PLACES, catalogue
from sync.errors import SyncRefused
from tests.product import modules, subclasses

ROOT = Path(__file__).resolve().parents[2]
TITLE_WORDS_MAX = 12
# Rendered without a class: by the framework's status, or for a bug.
BY_HAND = {*_BY_STATUS.values(), "internal-error"}


def refusals() -> list[type[Refusal] | type[SyncRefused]]:
    """Return every class of refusal that has a code."""
    found = [*subclasses(Refusal), *subclasses(SyncRefused)]
    return [one for one in found if hasattr(one, "code")]


@pytest.mark.parametrize("refusal", refusals(), ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_a_refusal_has_its_words(refusal: type[Refusal] | type[SyncRefused]) -> None:
    """Its code is in the catalogue, with the status that it is answered with."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", refusal.code)
    assert refusal.code in catalogue(), "openapi/problems.json has no words for it."
    assert catalogue()[refusal.code].status == refusal.status


def test_every_refusal_says_which_it_is() -> None:
    """A class between two others may have no code; whatever is raised has one."""
    nameless = [one for one in subclasses(Refusal) if not hasattr(one, "code")]

    assert [one for one in nameless if not one.__subclasses__()] == []


def test_a_code_means_one_thing() -> None:
    """Two classes share a code only where one is the other's kind."""
    by_code: dict[str, set[type]] = {}
    for refusal in refusals():
        by_code.setdefault(refusal.code, set()).add(_owner(refusal))

    # Both packages refuse what is not theirs to give, without knowing of each other.
    shared = {code for code, owners in by_code.items() if len(owners) > 1}
    assert shared <= {"record-not-found", "space-not-found", "not-allowed", "request-invalid"}


def test_an_installed_package_brings_the_words() -> None:
    """Without a checkout the catalogue is found where the package puts it."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())

    included = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    places = [str(place.relative_to(ROOT)) for place in _PLACES]
    assert included == {places[0]: places[1]}


def test_the_catalogue_has_no_orphan() -> None:
    """Words that nothing can answer with are words that nobody checks."""
    used = {refusal.code for refusal in refusals()} | BY_HAND | _named_in_code()

    assert sorted(set(catalogue()) - used) == []


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_words_are_short_plain_and_in_two_languages(code: str) -> None:
    """A title of twelve words at most, a next step, and no word of ours for a person to read."""
    problem = catalogue()[code]

    for words in (problem.title, problem.next_step):
        for text in (words.fr, words.en):
            assert text == text.strip()
            assert text[0].isupper()
            assert not re.search(r"https?://|\b(JSON|UUID|HTTP|null|payload|token)\b", text)
        assert words.fr != words.en
    for title in (problem.title.fr, problem.title.en):
        assert 1 <= len(title.split()) <= TITLE_WORDS_MAX
        assert not title.endswith(".")
    assert problem.status in range(400, 600)


def _owner(refusal: type) -> type:
    """Return the class, of those that it descends from, that gave the code."""
    return next(one for one in reversed(refusal.__mro__) if getattr(one, "code", None))


def _named_in_code() -> set[str]:
    """Return the codes that stand in the source as words, for answers made by hand."""
    sources = "\n".join(
        Path(module.__file__).read_text() for module in modules() if module.__file__
    )
    return {code for code in catalogue() if f'"{code}"' in sources}
