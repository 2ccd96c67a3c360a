"""Which language a terminal speaks."""

import os
from collections.abc import Mapping

LANGUAGES = ("fr", "en")


def language_of(environment: Mapping[str, str] = os.environ) -> str:
    """Return the language that the terminal asks for."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "fr" if environment[name].lower().startswith("fr") else "en"
    return "en"
