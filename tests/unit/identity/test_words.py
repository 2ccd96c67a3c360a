"""What identity writes to people, in both languages."""

import re

import pytest

from backend.identity.messages import LANGUAGES, catalogue, letters

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


FILLED = {
    "code": "7KQM-2XWP-9HDT",
    "minutes": "10",
    "days": "7",
    "agent": "M. Bernadette",
    "organization": "Ville de Cahors",
}


@pytest.mark.parametrize("kind", sorted(letters()))
def test_a_letter_has_its_code_and_no_matter(kind: str) -> None:
    """What is printed says what to do next, and nothing of health."""
    for language in LANGUAGES:
        words = letters()[kind][language]
        text = words.text.format(code="7KQM-2XWP-9HDT", until="2026-12-31")
        # To where somebody grew up goes no code: a parent would open it.
        fields = set() if kind == "letter-of-age" else {"{code}", "{until}"}
        assert set(re.findall(r"\{\w+\}", words.text)) == fields
        assert not HEALTH_WORDS.search(text + words.subject)


@pytest.mark.parametrize("kind", sorted(catalogue()))
def test_a_message_is_short_neutral_and_in_both_languages(kind: str) -> None:
    """It fits one SMS, and tells who reads over a shoulder nothing of health."""
    words = catalogue()[kind]

    assert set(words) == set(LANGUAGES)
    for language in LANGUAGES:
        text = words[language].text.format(**FILLED)
        assert "Carnet" in text
        assert not set(text) - GSM
        assert len(text) <= SMS_CHARACTERS_MAX
        assert not HEALTH_WORDS.search(text + words[language].subject)
        assert ("{code}" in words[language].text) == kind.startswith(("code-", "invitation"))
