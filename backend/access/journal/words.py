"""Lines of the journal in plain French and English, and how they are grouped by visit.

The words are data, for people who are not programmers to review.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import msgspec

from backend.access.journal.model import Actor, ActorKind, Entry, Object, Result
from backend.access.reference import rows
from backend.kernel.ids import PartyId

VISIT_PAUSE = timedelta(minutes=30)
KINDS_NAMED_MAX = 3
LANGUAGES = ("fr", "en")
_DECIDERS = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE})


class Text(msgspec.Struct, frozen=True):
    """The same words in each language."""

    fr: str
    en: str


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to say an action in one language: done, and tried."""

    done: str
    tried: str


class Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An action in one language: done, tried, and what stands for no item.

    `to` is said where the line names to whom it was done, `own` where that is who did it.
    """

    done: str
    tried: str
    nothing: str
    to: Form | None = None
    own: Form | None = None


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of record in one language: one of it with its article, and many of it."""

    one: str
    many: str


class Profession(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A profession in one language: what it is, and what goes before a name, if anything."""

    label: str
    title: str


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of actor in one language: in the place of a name, and beside one."""

    alone: str
    beside: str


class Frame(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    rename={"for_": "for", "and_": "and"},
):
    """How a sentence is put together in one language."""

    done: str
    tried: str
    when: str
    when_year: str
    for_: str
    urgent: str
    reason: str
    has: str
    you: str
    you_have: str
    and_: str
    section: str
    joins: list[tuple[str, str, str]]
    months: list[str]
    first_day: str


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every word of the journal."""

    frame: dict[str, Frame]
    next: dict[str, Text]
    erased: Text
    actions: dict[str, dict[str, Act]]
    objects: dict[str, dict[str, Item]]
    kinds: dict[str, dict[str, Kind]]
    professions: dict[str, dict[str, Profession]]


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """For whom lines are written: "you" is this party, and times are of this zone."""

    party_id: PartyId
    zone: ZoneInfo
    now: datetime


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """Consecutive lines of one actor, none long after the one before."""

    from_seq: int
    to_seq: int
    from_at: datetime
    to_at: datetime
    actor: Actor
    lines: int


@cache
def catalogue() -> Catalogue:
    """Read the words."""
    text = files("backend.access").joinpath("data", "journal_texts.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Catalogue)


@cache
def sections() -> dict[str, Text]:
    """Return what a mask may be on, by its published label: a type of document, or a section."""
    return {
        row[column]: Text(fr=row["label_fr"], en=row["label_en"])
        for file, column in (("document_types.csv", "code"), ("mandate_sections.csv", "section"))
        for row in rows(file)
    }


def text_of(entry: Entry, reader: Reader) -> Text:
    """Write a line of the journal for a person, in both languages."""
    return Text(fr=sentence(entry, reader, "fr"), en=sentence(entry, reader, "en"))


def sentence(entry: Entry, reader: Reader, language: str) -> str:
    """Write a line of the journal in one language."""
    frame = catalogue().frame[language]
    is_done = entry.result is Result.DONE
    is_you = _is_reader(entry.actor, reader)
    whom = entry.on_behalf_of
    said = (frame.done if is_done else frame.tried).format_map(
        {
            "when": _when(entry.at, reader, frame),
            "who": _who(entry.actor, reader, language),
            "for": "" if whom is None else frame.for_.format(whom=_who(whom, reader, language)),
            "has": frame.you_have if is_you else frame.has,
            "act": _act(entry, reader, language),
            "urgent": frame.urgent if entry.emergency else "",
        }
    )
    if entry.purpose:
        said += frame.reason.format(reason=entry.purpose.strip().rstrip("."))
    return said


def _act(entry: Entry, reader: Reader, language: str) -> str:
    act = catalogue().actions[entry.action.value][language]
    form, whom = _form(act, entry), ""
    if entry.whom is not None:
        whom = _who(entry.whom, reader, language)
    said = form.done if entry.result is Result.DONE else form.tried
    for before, after, together in catalogue().frame[language].joins:
        if f"{before}{{whom}}" in said and whom.startswith(after):
            said, whom = said.replace(before + "{whom}", together + "{whom}"), whom[len(after) :]
    return said.format(what=_what(entry.objects, language) or act.nothing, whom=whom)


def _form(act: Act, entry: Entry) -> Act | Form:
    """Choose how an action is said: a line that names nobody reads as it always did."""
    if entry.whom is None:
        return act
    if entry.actor.kind in _DECIDERS:
        return act.to or act
    by = entry.on_behalf_of if entry.actor.kind is ActorKind.ASSISTANT else entry.actor
    is_own = by is not None and by.party_id is not None and by.party_id == entry.whom.party_id
    return (act.own if is_own else act.to) or act


def visits(entries: Iterable[Entry]) -> list[Visit]:
    """Group consecutive lines of one actor, each at most VISIT_PAUSE after the one before.

    Args:
        entries: In the order of the journal.
    """
    found: list[Visit] = []
    for entry in entries:
        last = found[-1] if found else None
        if last is not None and _goes_on(last, entry):
            found[-1] = msgspec.structs.replace(
                last,
                to_seq=entry.seq,
                to_at=max(entry.at, last.to_at),
                from_at=min(entry.at, last.from_at),
                lines=last.lines + 1,
            )
            continue
        found.append(
            Visit(
                from_seq=entry.seq,
                to_seq=entry.seq,
                from_at=entry.at,
                to_at=entry.at,
                actor=entry.actor,
                lines=1,
            )
        )
    return found


def _goes_on(visit: Visit, entry: Entry) -> bool:
    # A clock that was set back between two lines does not end a visit.
    return visit.actor == entry.actor and entry.at - visit.to_at <= VISIT_PAUSE


def _is_reader(actor: Actor, reader: Reader) -> bool:
    return actor.party_id is not None and actor.party_id == reader.party_id


def _when(at: datetime, reader: Reader, frame: Frame) -> str:
    local, today = at.astimezone(reader.zone), reader.now.astimezone(reader.zone)
    form = frame.when if local.year == today.year else frame.when_year
    return form.format(
        day=frame.first_day if local.day == 1 else local.day,
        month=frame.months[local.month - 1],
        year=local.year,
        hour=local.hour,
        minute=f"{local.minute:02d}",
    )


def _who(actor: Actor, reader: Reader, language: str) -> str:
    if _is_reader(actor, reader):
        return catalogue().frame[language].you
    return name_of(actor, language)


def name_of(actor: Actor, language: str) -> str:
    """Name somebody: a title only where it suits everybody, the profession beside the name."""
    known = catalogue().professions.get(actor.profession or "")
    profession = None if known is None else known[language]
    kind = catalogue().kinds[actor.kind.value][language]
    name, beside = kind.alone, []
    if actor.name is not None:
        title = "" if profession is None else profession.title
        name = f"{title} {actor.name}".strip()
        is_told = profession is not None and profession.label in title
        if not is_told and actor.kind not in (ActorKind.PATIENT, ActorKind.SYSTEM):
            beside.append(kind.beside if profession is None else profession.label)
    elif profession is not None:
        beside.append(profession.label)
    if actor.organization:
        beside.append(actor.organization)
    return f"{name} ({', '.join(beside)})" if beside else name


def _what(objects: Sequence[Object], language: str) -> str:
    """Count what it was done to, kind by kind; empty when nothing is named."""
    known, frame = catalogue().objects, catalogue().frame[language]
    label = sections().get(objects[0].section or "") if len(objects) == 1 else None
    if label is not None:
        return frame.section.format(section=getattr(label, language))
    counts = Counter(one.collection if one.collection in known else "other" for one in objects)
    if len(counts) > KINDS_NAMED_MAX:
        counts = Counter({"other": len(objects)})
    parts = [
        known[kind][language].one if count == 1 else f"{count} {known[kind][language].many}"
        for kind, count in counts.items()
    ]
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {frame.and_} {parts[-1]}"
