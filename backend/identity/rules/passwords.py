"""Which passwords and sign-in names may be chosen.

Length and a list of known passwords, nothing about kinds of characters.
Source: NIST SP 800-63B, 3.1.1.2; OWASP ASVS 6.2.
"""

import unicodedata
from collections.abc import Container

from backend.identity.errors import LoginUnsuitable, PasswordUnsuitable
from backend.identity.limits import (
    LOGIN_CHARACTERS_MAX,
    PASSWORD_CHARACTERS_MAX,
    PASSWORD_CHARACTERS_MIN,
)

LOGIN_CHARACTERS_MIN = 3
_LOGIN_MARKS = frozenset("._-@+")
_UNIT_MAX = 4
_RUNS = ("0123456789" * 3, "abcdefghijklmnopqrstuvwxyz" * 2, "azertyuiopqsdfghjklmwxcvbn")
# What people write for a letter, undone before looking in the list.
_LEET = str.maketrans("013457@$€!", "oieastasei")


def comparable_login(login: str) -> str:
    """Write a sign-in name as it is looked up: one form, no case."""
    return unicodedata.normalize("NFKC", login).casefold().strip()


def check_login(login: str) -> None:
    """Refuse a sign-in name that cannot be typed everywhere.

    Raises:
        LoginUnsuitable: Too short, too long, or with a character that is no
            letter, digit or one of `._-@+`.
    """
    comparable = comparable_login(login)
    if not LOGIN_CHARACTERS_MIN <= len(comparable) <= LOGIN_CHARACTERS_MAX:
        raise LoginUnsuitable(
            f"A sign-in name has {LOGIN_CHARACTERS_MIN} to {LOGIN_CHARACTERS_MAX} characters.",
            pointer="/login",
        )
    if not all(letter.isalnum() or letter in _LOGIN_MARKS for letter in comparable):
        raise LoginUnsuitable("Letters, digits and . _ - @ + are allowed.", pointer="/login")


def comparable_password(password: str) -> str:
    """Write a password as it is hashed: one form, so that every keyboard gives the same."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *, login: str, known: Container[str]) -> None:
    """Refuse a password that guessers try first; *known* ones are in lower case.

    Raises:
        PasswordUnsuitable: Too short, too long, known, a pattern, or it
            contains the sign-in name.
    """
    password = comparable_password(password)
    if not PASSWORD_CHARACTERS_MIN <= len(password) <= PASSWORD_CHARACTERS_MAX:
        raise PasswordUnsuitable(
            f"A password has {PASSWORD_CHARACTERS_MIN} to {PASSWORD_CHARACTERS_MAX} characters.",
            pointer="/password",
        )
    folded = password.casefold()
    name = comparable_login(login)
    if len(name) > _UNIT_MAX and name in folded:
        raise PasswordUnsuitable(
            "A password does not contain the sign-in name.", pointer="/password"
        )
    if _is_pattern(folded) or any(form in known for form in _forms(folded)):
        raise PasswordUnsuitable(
            "This password is among the first that are tried.", pointer="/password"
        )


def _forms(folded: str) -> set[str]:
    """Give the password, and what is left of it without the usual trimmings."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFD", folded)
        if unicodedata.category(letter) != "Mn"
    )
    bare = plain.strip("0123456789 !?.*#@$&+-_/=€")
    forms = {folded, plain, bare}
    return forms | {form.translate(_LEET) for form in forms}


def _is_pattern(folded: str) -> bool:
    """Say whether a few characters are repeated, or follow each other on a keyboard."""
    for size in range(1, _UNIT_MAX + 1):
        repeated = folded[:size] * (len(folded) // size + 1)
        if repeated.startswith(folded):
            return True
    return any(folded in run or folded in run[::-1] for run in _RUNS)
