"""Codes that people are handed and type: drawn, and found again by a keyed hash."""

import secrets

import msgspec

from backend.identity.rules.codes import ACTIVATION_CHARACTERS, ALPHABET, read_code, written_code
from backend.kernel.work import Work


class TypedCodes(msgspec.Struct, frozen=True):
    """One kind of codes. Its name keeps its hashes apart from those of every other kind."""

    name: str
    characters: int = ACTIVATION_CHARACTERS

    def draw(self, work: Work) -> tuple[str, bytes]:
        """Draw a code; return it as it is shown, and what is stored of it."""
        code = written_code(secrets.randbelow(len(ALPHABET) ** self.characters), self.characters)
        hashed = self.hash_of(work, code)
        assert hashed is not None
        return code, hashed

    def hash_of(self, work: Work, typed: str) -> bytes | None:
        """Return what is stored of a code as typed, or None when it cannot be one."""
        letters = read_code(typed, self.characters)
        return None if letters is None else work.keys.provider.index(self.name, letters)
