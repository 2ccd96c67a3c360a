"""What a person's values are to a replica: JSON that can travel, compared by what it means."""

import math
from datetime import datetime
from typing import Any

import msgspec

from sync.core.change import OpKind
from sync.core.limits import BODY_BYTES_MAX
from sync.core.merge import SEPARATOR
from sync.replica.errors import FieldsInvalid
from sync.replica.limits import INTEGER_MAX, JSON_DEPTH_MAX
from sync.replica.model import Fields, Lost


def checked(fields: Fields) -> Fields:
    """Return fields as JSON values: instants and identifiers become text.

    Raises:
        FieldsInvalid: A value has no JSON form, or they are more than a record may hold.
    """
    try:
        plain = msgspec.to_builtins(fields, str_keys=True)
        _check(plain, JSON_DEPTH_MAX)
        encoded = msgspec.json.encode(plain)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise FieldsInvalid("A value here cannot be written as JSON.") from error
    if len(encoded) > BODY_BYTES_MAX:
        raise FieldsInvalid(f"These fields take more than {BODY_BYTES_MAX // 1024} KiB.")
    decoded: Fields = msgspec.json.decode(encoded)
    return decoded


def _check(value: Any, depth: int) -> None:
    if depth == 0:
        raise ValueError("Too deep.")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("Not a number in JSON.")
    if isinstance(value, int) and abs(value) > INTEGER_MAX:
        raise ValueError("An integer that not every client reads alike.")
    inner = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list):
        for item in inner:
            _check(item, depth - 1)


def same(one: Any, other: Any) -> bool:
    """Say whether two values are the same JSON: 1 is not true, and order of keys is nothing."""
    return _canonical(one) == _canonical(other)


def _canonical(value: Any) -> bytes:
    return msgspec.json.encode(value, order="deterministic")


def overlay(shown: Fields | None, wanted: Fields) -> Fields:
    """Write fields over a body; null removes one."""
    written = {**(shown or {}), **wanted}
    return {name: value for name, value in written.items() if value is not None}


def losing(wanted: Fields, *, was: Fields, standing: Fields | None) -> Fields:
    """Say which values of an op in conflict do not stand.

    A value that stands in another form (an instant with another offset), or that
    was joined to another version of the same text, was not lost. If that leaves
    nothing, all that differs is reported, and else everything: rather too much
    than a word dropped unseen.
    """
    if standing is None:
        return wanted
    differing = {name: v for name, v in wanted.items() if not same(standing.get(name), v)}
    lost = {
        name: value
        for name, value in differing.items()
        if not _survives(value, was.get(name), standing.get(name))
    }
    return lost or differing or wanted


def still_lost(lost: Lost, standing: Fields | None) -> Lost | None:
    """Return what of a loss does not stand by now, None if all of it does."""
    if lost.kind is OpKind.DELETE:
        return lost if standing is not None else None
    left = {n: v for n, v in lost.fields.items() if not same((standing or {}).get(n), v)}
    return msgspec.structs.replace(lost, fields=left) if left else None


def _survives(value: Any, was: Any, standing: Any) -> bool:
    if not isinstance(value, str) or not isinstance(standing, str):
        return isinstance(value, int | float) and value == standing
    versions = standing.split(SEPARATOR)
    if len(versions) > 1:
        added = value.removeprefix(was).strip() if isinstance(was, str) else ""
        return value in versions or (bool(added) and added == versions[-1])
    return _same_instant(value, standing)


def _same_instant(one: str, other: str) -> bool:
    try:
        first, second = datetime.fromisoformat(one), datetime.fromisoformat(other)
    except ValueError:
        return False
    return first.tzinfo is not None and second.tzinfo is not None and first == second
