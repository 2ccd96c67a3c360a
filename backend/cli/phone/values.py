"""From `field=value` to fields, and from what a person names to what they mean."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from sync.replica import Fields, Profile, ProfileState

# Fields of text in which digits alone mean no number.
_OF_TEXT = ("_on", "code", "lot_number")


class FieldUnreadable(ValueError):
    """Not of the form `field=value`."""


class ProfileNotFound(LookupError):
    """No profile answers to that name."""


class ProfileNotChosen(LookupError):
    """There are several, and none or more than one was named."""


def read_fields(texts: Iterable[str], now: datetime) -> Fields:
    """Read `field=value` pairs: JSON where it parses, else text.

    `now` is this instant in a field whose name ends in `_at`; a year alone is text in
    one whose name ends in `_on`, and so are digits in a code or the number of a lot.

    Raises:
        FieldUnreadable: One has no `=`, or no name.
    """
    fields: Fields = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise FieldUnreadable(text)
        is_instant = name.endswith("_at") and value == "now"
        fields[name] = now.isoformat(timespec="seconds") if is_instant else _value(name, value)
    return fields


def _value(name: str, text: str) -> Any:
    if text.isdecimal() and name.endswith(_OF_TEXT):
        return text
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text


def choose(profiles: Sequence[Profile], named: str | None) -> Profile:
    """Find the profile that a person means: by name, role or identifier.

    Raises:
        ProfileNotFound: None answers to that.
        ProfileNotChosen: Several do, or several are here and none was named.
    """
    here = [p for p in profiles if p.state is ProfileState.OPEN]
    if named is None:
        found = here
    else:
        word = named.casefold()
        found = [p for p in here if word in _names_of(p)] or [
            p for p in here if word in p.display_name.casefold().split()
        ]
    if not found:
        raise ProfileNotFound(named or "")
    if len(found) > 1:
        raise ProfileNotChosen(", ".join(p.display_name for p in found))
    return found[0]


def named_like(name: str, word: str) -> bool:
    """Say whether every word of a text is in a name."""
    words = set(word.casefold().split())
    return bool(words) and words <= set(name.casefold().split())


def _names_of(profile: Profile) -> set[str]:
    return {profile.display_name.casefold(), profile.role.casefold(), str(profile.space_id)}
