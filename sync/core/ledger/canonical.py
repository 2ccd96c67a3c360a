"""One value, one text: the canonical JSON that hashes and signatures are made of.

Source: RFC 8785 (JSON Canonicalization Scheme), without fractions: no entry has any.
"""

import json
from typing import Any

INTEGER_MAX = 2**53 - 1
DEPTH_MAX = 32


class NotCanonical(ValueError):
    """This value has no canonical text here."""


def encode(value: Any) -> bytes:
    """Return the canonical JSON of a value made of what JSON has, in UTF-8.

    Args:
        value: Objects, arrays, strings, integers up to 2^53 - 1 either way, true,
            false and null.

    Raises:
        NotCanonical: A fraction, a larger integer, a lone surrogate, a key that is
            not text, or nesting deeper than DEPTH_MAX.

    Source: RFC 8785, 3.2.
    """
    text = json.dumps(
        _ordered(value, DEPTH_MAX), ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise NotCanonical("A text holds half a character.") from None


def _ordered(value: Any, depth: int) -> Any:
    """Return the same value with every key in its place.

    Source: RFC 8785, 3.2.3: keys are sorted by their UTF-16 code units.
    """
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > INTEGER_MAX:
            raise NotCanonical("An integer is too large for every reader.")
        return value
    if depth == 0:
        raise NotCanonical("The value is nested too deep.")
    if isinstance(value, dict):
        return {key: _ordered(value[key], depth - 1) for key in _sorted_keys(value)}
    if isinstance(value, list | tuple):
        return [_ordered(item, depth - 1) for item in value]
    raise NotCanonical(f"A {type(value).__name__} has no canonical text.")


def _sorted_keys(value: dict[Any, Any]) -> list[str]:
    if not all(isinstance(key, str) for key in value):
        raise NotCanonical("A key is not text.")
    return sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
