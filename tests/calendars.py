"""A reader of calendars that owes nothing to the library that writes ours.

Source: RFC 5545, 3.1 (lines), 3.3.11 (escaping), 3.6 (components).
"""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from dateutil.tz import tzical
from msgspec import Struct

OCTETS_MAX = 75
_NAME = re.compile(r"[A-Z0-9-]+")
_ESCAPED = re.compile(r"\\(.)")
_MEANT = {"n": "\n", "N": "\n", ",": ",", ";": ";", "\\": "\\"}


class Property(Struct, frozen=True):
    """One line of a calendar: its name, its parameters, its value as written."""

    name: str
    parameters: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        """The value of a text, as people read it."""
        return _ESCAPED.sub(lambda match: _MEANT[match[1]], self.value)


class Component(Struct, frozen=True):
    """A component, with its own lines and what is inside it."""

    kind: str
    lines: list[Property]
    inside: "list[Component]"

    def one(self, name: str) -> Property:
        """Return the one line of a name."""
        (found,) = [line for line in self.lines if line.name == name]
        return found

    def has(self, name: str) -> bool:
        """Say whether there is a line of a name."""
        return any(line.name == name for line in self.lines)


class Calendar(Struct, frozen=True):
    """A calendar as it was read."""

    whole: Component
    zones: dict[str, tzinfo]

    @property
    def events(self) -> list[Component]:
        """Every event."""
        return [one for one in self.whole.inside if one.kind == "VEVENT"]

    def event(self, summary: str) -> Component:
        """Return the one event of a summary."""
        (found,) = [one for one in self.events if one.one("SUMMARY").text == summary]
        return found

    def instant(self, line: Property) -> datetime:
        """Say when a moment is, by the zones that the calendar itself describes."""
        if line.value.endswith("Z"):
            return datetime.strptime(line.value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        local = datetime.strptime(line.value, "%Y%m%dT%H%M%S")  # noqa: DTZ007  # Its zone follows.
        return local.replace(tzinfo=self.zones[line.parameters["TZID"]]).astimezone(UTC)


def read(written: bytes) -> Calendar:
    """Read a calendar; fail on whatever no reader has to put up with."""
    text = written.decode()
    assert text.endswith("\r\n")
    raw = text.split("\r\n")[:-1]
    for line in raw:
        assert len(line.encode()) <= OCTETS_MAX, line
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line), line
    lines = text.replace("\r\n ", "").split("\r\n")[:-1]
    properties = iter([_property(line) for line in lines])
    first = next(properties)
    assert (first.name, first.value) == ("BEGIN", "VCALENDAR")
    whole = _component("VCALENDAR", properties)
    assert next(properties, None) is None
    return Calendar(whole=whole, zones=_zones(lines))


def _property(line: str) -> Property:
    head, colon, value = line.partition(":")
    assert colon, line
    name, *parameters = head.split(";")
    assert _NAME.fullmatch(name), line
    return Property(name, dict(one.split("=", 1) for one in parameters), value)


def _component(kind: str, rest: Iterator[Property]) -> Component:
    found = Component(kind, [], [])
    for line in rest:
        if line.name == "BEGIN":
            found.inside.append(_component(line.value, rest))
        elif line.name == "END":
            assert line.value == kind
            return found
        else:
            found.lines.append(line)
    raise AssertionError(f"{kind} never ends.")


def _zones(lines: list[str]) -> dict[str, tzinfo]:
    if "BEGIN:VTIMEZONE" not in lines:
        return {}
    first = lines.index("BEGIN:VTIMEZONE")
    last = len(lines) - lines[::-1].index("END:VTIMEZONE")
    read_by_others = tzical(io.StringIO("\n".join(lines[first:last])))
    zones: dict[str, tzinfo] = {}
    for name in read_by_others.keys():  # noqa: SIM118  # Not a mapping.
        zone = read_by_others.get(name)
        assert zone is not None
        zones[name] = zone
    return zones
