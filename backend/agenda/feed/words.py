"""What the agenda says by itself in a calendar elsewhere. The words are data, to be reviewed."""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from backend.access.journal.words import Text
from backend.agenda.feed.model import Words


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every word of the agenda's link."""

    calendar: dict[str, Words]
    titles_warning: Text
    link_warning: Text


@cache
def catalogue() -> Catalogue:
    """Read the words."""
    text = files("backend.agenda").joinpath("data", "feed_texts.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Catalogue)
