"""What identity writes to people, in both languages."""

import re

import pytest

from backend.identity.messages import LANGUAGES, catalogue

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
        text = words[language].text.format(
            code="123456", minutes="10", agent="M. Bernadette", organization="Ville de Cahors"
        )
        assert "Carnet" in text
        assert not set(text) - GSM
        assert len(text) <= SMS_CHARACTERS_MAX
        assert not HEALTH_WORDS.search(text + words[language].subject)
        assert ("{code}" in words[language].text) == kind.startswith("code-")
