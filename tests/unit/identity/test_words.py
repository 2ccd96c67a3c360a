"""What identity writes to people: messages and problems, in both languages."""

import json
import re
from pathlib import Path

import pytest

import backend.identity.errors
from backend.identity.messages import LANGUAGES, catalogue
from backend.kernel.errors import Refusal

PROBLEMS = Path(__file__).parents[3] / "openapi" / "problems.d"
SMS_CHARACTERS_MAX = 160
# GSM 03.38: one letter outside it, and an SMS holds 70 characters instead of 160.
GSM = set(
    "@£$¥èéùìòÇØøÅå_ÆæßÉ !\"#%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)
HEALTH_WORDS = re.compile(
    r"sant[ée]|health|m[ée]dic|medic|dossier|record|patient|docteur|doctor|vaccin|h[ôo]pital",
    re.IGNORECASE,
)


@pytest.mark.parametrize("kind", sorted(catalogue()))
def test_a_message_is_short_neutral_and_in_both_languages(kind: str) -> None:
    """It fits one SMS, and tells who reads over a shoulder nothing of health."""
    words = catalogue()[kind]

    assert set(words) == set(LANGUAGES)
    for language in LANGUAGES:
        text = words[language].text.format(code="123456", minutes="10")
        assert "Carnet" in text
        assert not set(text) - GSM
        assert len(text) <= SMS_CHARACTERS_MAX
        assert not HEALTH_WORDS.search(text + words[language].subject)
        assert ("{code}" in words[language].text) == kind.startswith("code-")


def test_every_refusal_has_words_and_every_word_a_refusal() -> None:
    """A code that a phone meets is explained, with the status that it comes with."""
    catalogued = {}
    for path in PROBLEMS.glob("*.json"):
        catalogued.update(json.loads(path.read_text("utf-8")))
    own = json.loads((PROBLEMS / "identity.json").read_text("utf-8"))
    refusals = {
        one.code: one
        for one in vars(backend.identity.errors).values()
        if isinstance(one, type)
        and issubclass(one, Refusal)
        and one.__module__ == backend.identity.errors.__name__
    }

    assert set(refusals) <= set(catalogued)
    assert set(own) <= set(refusals)
    for code, refusal in refusals.items():
        assert catalogued[code]["status"] == refusal.status
    for problem in own.values():
        for language in LANGUAGES:
            assert 1 <= len(problem["title"][language].split()) <= 12
            assert problem["next_step"][language]
