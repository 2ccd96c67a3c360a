"""What every entry is read with, and what reading it yields."""

from collections.abc import Iterator
from datetime import tzinfo
from xml.etree.ElementTree import Element

from msgspec import Struct
from msgspec.structs import replace

from backend.documents.cda import limits
from backend.documents.cda.concepts import answer_of, concept_of, named
from backend.documents.cda.model import Concept, Draft, Json, Period, TimeStamp
from backend.documents.cda.narrative import Narrative, is_denial, is_placeholder
from backend.documents.cda.times import period_of, time_of
from backend.documents.cda.tree import (
    attribute,
    child,
    children,
    data_type,
    is_true,
    one_line,
    steps,
)

STATEMENTS = (
    "act",
    "encounter",
    "observation",
    "observationMedia",
    "organizer",
    "procedure",
    "regionOfInterest",
    "substanceAdministration",
    "supply",
)

_COMMENT = "48767-8"
_VOID = frozenset({"nullified", "cancelled"})
_VALUE_DENIED = "{urn:hl7-org:sdtc}valueNegationInd"
_NO_NARRATIVE = Narrative(Element("none"))
_SELF = frozenset({"SELF", "ONESELF"})


class Noted(Struct, frozen=True, kw_only=True):
    """Something understood that makes no record: an absence, another person, a detail."""

    what: str


class Unread(Struct, frozen=True, kw_only=True):
    """Something that no module reads."""

    reason: str


Finding = Draft | Noted | Unread


class Scope(Struct, frozen=True, kw_only=True):
    """What surrounds an entry: its document and its section."""

    narrative: Narrative
    zone: tzinfo
    created: TimeStamp | None
    today: str | None
    """The day on which the document is read, YYYY-MM-DD, when that matters."""
    birth: TimeStamp | None
    is_french: bool
    section_code: str | None
    section_kinds: frozenset[str]
    """The kinds of the section and of those around it."""
    section_text: str


class Statement(Struct, frozen=True, kw_only=True):
    """A clinical statement, with what it inherits from those around it.

    Source: HL7 CDA R2, context conduction and negation.
    """

    element: Element
    path: str
    is_negated: bool = False
    is_other_person: bool = False
    time: TimeStamp | None = None
    """When what holds it took place."""
    about: str | None = None
    """What it was measured on, such as a microbe."""

    @property
    def is_void(self) -> bool:
        """Whether it was withdrawn by its author."""
        return attribute(child(self.element, "statusCode"), "code") in _VOID

    @property
    def is_event(self) -> bool:
        """Whether it tells of something that happened, rather than of a plan."""
        return attribute(self.element, "moodCode") in (None, "EVN")


def statement_in(holder: Element, path: str, outer: Statement | None = None) -> Statement | None:
    """Return the statement that an entry, a component or a relationship holds."""
    for tag in STATEMENTS:
        element = holder.find(tag)
        if element is not None:
            return Statement(
                element=element,
                path=f"{path}/{tag}",
                is_negated=is_true(element, "negationInd")
                or is_true(element, _VALUE_DENIED)
                or is_true(holder, "negationInd")
                or (outer is not None and outer.is_negated),
                is_other_person=(outer is not None and outer.is_other_person)
                or names_other_person(element),
                time=None if outer is None else outer.time,
                about=None if outer is None else outer.about,
            )
    return None


def statements_below(statement: Statement, scope: Scope) -> Iterator[tuple[str, Statement]]:
    """Return each statement held by another, with the type of its relationship.

    They inherit its time unless they have their own.
    """
    own = time_of(child(statement.element, "effectiveTime"), scope.zone) or statement.time
    for tag in ("component", "entryRelationship"):
        for holder, path in steps(statement.element, tag, statement.path):
            inner = statement_in(holder, path, statement)
            if inner is not None:
                relation = attribute(holder, "typeCode") or "COMP"
                yield relation, replace(inner, time=own)


def passed_over(statement: Statement) -> Noted | None:
    """Say why a statement, alone or within a concern, tells nothing that is so of the patient.

    Returns:
        None for a statement that tells of something that happened to the patient.
    """
    if statement.is_void:
        return Noted(what="withdrawn")
    if statement.is_other_person:
        return Noted(what="other-person")
    return None if statement.is_event else Noted(what="plans")


def is_false(statement: Statement) -> bool:
    """Say whether the value of an observation answers no to its code."""
    value = child(statement.element, "value")
    if data_type(value) == "BL":
        return not is_true(value, "value")
    return answer_of(concept_of(value, _NO_NARRATIVE)) == "no"


def names_other_person(element: Element) -> bool:
    """Say whether the subject of a section or a statement is not the patient."""
    for subject in children(element, "subject/relatedSubject"):
        if attribute(child(subject, "code"), "code") not in _SELF:
            return True
    return False


def period_of_statement(statement: Statement, scope: Scope) -> Period:
    """Return when a statement took place: the first of its times that says so."""
    for element in children(statement.element, "effectiveTime"):
        found = period_of(element, scope.zone)
        if found != Period():
            return found
    return Period()


def period_in_concern(statement: Statement, concern: Statement | None, scope: Scope) -> Period:
    """Return when a statement took place, by its concern where it has no time of its own.

    One that says "unknown" keeps it: a concern says when it was noted.
    """
    if concern is None or child(statement.element, "effectiveTime") is not None:
        return period_of_statement(statement, scope)
    return period_of_statement(concern, scope)


def concept_at(statement: Statement, path: str, scope: Scope) -> Concept:
    """Read the coded thing at *path* of a statement."""
    return concept_of(child(statement.element, path), scope.narrative)


def comment_of(statement: Statement, scope: Scope, *others: str | None) -> str | None:
    """Join the comments of a statement, and what else is worth saying beside it."""
    words = [
        scope.narrative.words(child(act, "text"))
        for act in children(statement.element, "entryRelationship/act")
        if attribute(child(act, "code"), "code") == _COMMENT
    ]
    lines: list[str] = []
    for line in (one_line(text) for text in (*words, *others)):
        if line is None or line in lines or is_denial(line) or is_placeholder(line):
            continue
        lines.append(line)
    return "\n".join(lines)[: limits.COMMENT_LENGTH_MAX] or None


def author_of(element: Element | None, role: str) -> str | None:
    """Return name and organization of a participant, found under *role* of a statement."""
    person = child(element, f"{role}/assignedPerson/name")
    parts = [*children(person, "suffix"), *children(person, "given"), *children(person, "family")]
    name = one_line(" ".join(part.text or "" for part in parts))
    organization = one_line("".join(t.text or "" for t in _organizations(element, role)))
    found = [part for part in (name, organization) if part is not None]
    return one_line(", ".join(found), length_max=limits.LINE_LENGTH_MAX)


def organization_of(element: Element | None, role: str) -> str | None:
    """Return the name of the organization of a participant of a statement."""
    for name in _organizations(element, role):
        line = one_line(name.text, length_max=limits.LINE_LENGTH_MAX)
        if line is not None:
            return line
    return None


def site_text(statement: Statement, path: str, scope: Scope) -> str | None:
    """Return where on the body, with its side: "membre supérieur, gauche"."""
    places: list[str] = []
    for element in children(statement.element, path):
        concept = concept_of(element, scope.narrative)
        sides = [named(qualifier) for qualifier in concept.qualifiers]
        words = [part for part in (named(concept), *sides) if part is not None]
        if words:
            places.append(", ".join(words))
    return one_line(" ; ".join(places), length_max=limits.LINE_LENGTH_MAX)


def draft(collection: str, statement: Statement, body: Json, doubts: tuple[str, ...] = ()) -> Draft:
    """Make a draft of a body, without the fields that have nothing to say."""
    kept = {name: value for name, value in body.items() if value not in (None, [], ())}
    return Draft(
        collection=collection,
        body={**kept, "draft_state": "draft"},
        source=statement.path,
        doubts=doubts,
    )


def sound_dates(period: Period) -> tuple[str | None, str | None]:
    """Return the days of a period; without its end, should that come before its start."""
    start = None if period.start is None else period.start.on
    end = None if period.end is None else period.end.on
    if start is not None and end is not None:
        shared = min(len(start), len(end))
        if end[:shared] < start[:shared]:
            return start, None
    return start, end


def _organizations(element: Element | None, role: str) -> list[Element]:
    return children(element, f"{role}/representedOrganization/name")[:1]
