"""Whether a professional may be the person whose record they open."""

from collections.abc import Iterable

from backend.identity.rules.ins import comparable_name


def is_namesake(
    name: str, *, family_names: Iterable[str | None], given_names: Iterable[str]
) -> bool:
    """Say whether a professional has a given name and a family name of a person, and no others.

    Nothing links the two accounts of somebody who is both. Names are compared, since
    to take one of the same names for the person costs little: they read all but what
    is to be announced.

    Source: docs/decisions/0035-rights-by-hand.md.
    """
    family, given = _words(family_names), _words(given_names)
    theirs = _words([name])
    return bool(theirs & family) and bool(theirs & given) and theirs <= family | given


def _words(names: Iterable[str | None]) -> frozenset[str]:
    return frozenset(word for name in names if name for word in comparable_name(name).split())
