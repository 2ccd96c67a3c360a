"""Acts, stays, illness in the family, and habits."""

from collections.abc import Iterator

from backend.documents.cda.concepts import absence_of, coded, codes_of, label_of, mapped_any, named
from backend.documents.cda.entries.scope import (
    Finding,
    Noted,
    Scope,
    Statement,
    Unread,
    comment_of,
    concept_at,
    draft,
    is_false,
    organization_of,
    period_of_statement,
    site_text,
    sound_dates,
    statements_below,
)
from backend.documents.cda.model import Concept, Draft, Header, Json
from backend.documents.cda.narrative import denies, is_denial
from backend.documents.cda.quantities import Value, value_of
from backend.documents.cda.tree import attribute, child, one_line
from backend.documents.terminology import mapped

_LOINC = "2.16.840.1.113883.6.1"
_ROLE_CODES = "2.16.840.1.113883.5.111"
_NOT_DONE = frozenset({"aborted", "suspended", "held", "new"})
_UNITS = {
    "{pack}/d": ("paquets par jour", "packs a day"),
    "{pack}/a": ("paquets-années", "pack-years"),
    "{cig}/d": ("cigarettes par jour", "cigarettes a day"),
    "{drink}/d": ("verres par jour", "drinks a day"),
    "{drink}/wk": ("verres par semaine", "drinks a week"),
}
_ROLES = ("performer/assignedEntity", "author/assignedAuthor", "participant/participantRole")


def read_procedure(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read an act that was done. Lines of a bill are no history.

    Source: CI-SIS FR-Acte; IHE PCC Procedure Entry.
    """
    code = concept_at(statement, "code", scope)
    absence = absence_of(code)
    if absence is not None:
        yield Noted(what=":".join(absence))
        return
    status = attribute(child(statement.element, "statusCode"), "code")
    if statement.is_negated or status in _NOT_DONE:
        yield Noted(what="absent:history")
        return
    if any(mapped("billing", one.system, None) is not None for one in codes_of(code)):
        yield Noted(what="billing-lines")
        return
    label = label_of(code, scope.narrative.words(child(statement.element, "text")))
    is_heading = code.system == _LOINC and code.code == scope.section_code
    if label is None or is_heading or denies(label, is_coded=bool(codes_of(code))):
        yield Unread(reason="unnamed-procedure")
        return
    started_on, ended_on = sound_dates(period_of_statement(statement, scope))
    yield draft(
        "history",
        statement,
        {
            **coded(code, label),
            "kind": "procedure",
            "started_on": started_on,
            "ended_on": ended_on,
            "facility": _facility(statement),
            "comment": comment_of(statement, scope, site_text(statement, "targetSiteCode", scope)),
        },
    )


def read_encounter(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read a visit: a stay in hospital makes a record, a consultation does not.

    Source: CI-SIS FR-Rencontre; IHE PCC Encounters.
    """
    code = concept_at(statement, "code", scope)
    label = label_of(code)
    status = attribute(child(statement.element, "statusCode"), "code")
    if statement.is_negated or status in _NOT_DONE:
        yield Noted(what="absent:history")
        return
    if label is None or mapped_any("hospital-stay", code) is None:
        yield Noted(what="visits")
        return
    started_on, ended_on = sound_dates(period_of_statement(statement, scope))
    words = [named(qualifier) for qualifier in code.qualifiers]
    yield draft(
        "history",
        statement,
        {
            **coded(code, label),
            "kind": "hospital-stay",
            "started_on": started_on,
            "ended_on": ended_on,
            "facility": _facility(statement),
            "comment": comment_of(statement, scope, *words),
        },
    )


def read_family(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read what one relative has or had.

    Source: CI-SIS FR-Antecedents-familiaux; IHE PCC Family History Organizer.
    """
    relative = concept_at(statement, "subject/relatedSubject/code", scope)
    relation = _relation(relative)
    for _, inner in statements_below(statement, scope):
        if inner.element.tag != "observation":
            continue
        yield _illness(inner, scope, (relative, relation))


def read_family_observation(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read an illness in the family that stands alone, or in a concern.

    Source: IHE PCC Family History Observation; HL7 CDA R2, subject of a statement.
    """
    if statement.element.tag == "observation":
        relative = concept_at(statement, "subject/relatedSubject/code", scope)
        relation = _relation(relative)
        yield _illness(statement, scope, (relative, relation))
        return
    found = [inner for _, inner in statements_below(statement, scope)]
    for inner in found:
        if inner.element.tag == "observation":
            yield from read_family_observation(inner, scope)
    if not found:
        yield Unread(reason="family-history")


def read_social(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read a habit: tobacco, alcohol, food and the like. A zero is an absence.

    Source: CI-SIS FR-Habitus-Mode-de-vie; IHE PCC Social History Observation.
    """
    code = concept_at(statement, "code", scope)
    about = next((one for one in code.qualifiers if one.code is not None), code)
    topic = mapped_any("lifestyle-topic", about)
    if statement.is_negated:
        yield Noted(what="absent:history")
        return
    if topic is None:
        yield Unread(reason="habit")
        return
    value = value_of(child(statement.element, "value"), scope.narrative)
    is_untrue = is_false(statement)
    if is_untrue or value.number == 0 or (value.text is not None and is_denial(value.text)):
        yield Noted(what="absent:history")
        return
    name = label_of(about) or label_of(code)
    if name is None:
        yield Unread(reason="habit")
        return
    amount = value.text or _amount(value, scope)
    started_on, ended_on = sound_dates(period_of_statement(statement, scope))
    if attribute(child(statement.element, "effectiveTime"), "value") is not None:
        started_on = None  # When somebody asked, not when the habit began.
    yield draft(
        "history",
        statement,
        {
            **coded(about, name if amount is None else f"{name} : {amount}"),
            "kind": "lifestyle",
            "topic": topic,
            "started_on": started_on,
            "ended_on": ended_on,
            "comment": comment_of(statement, scope),
        },
    )


def stay_of_header(header: Header, *, is_french: bool) -> Draft | None:
    """Make a record of the hospital stay that a document was written in.

    Only when the header says that it is one, and when it began.
    """
    encounter = header.encounter
    coded_as = [] if encounter is None or encounter.code is None else [encounter.code]
    coded_as += [event.code for event in header.events if event.code is not None]
    stays = [one for one in coded_as if mapped_any("hospital-stay", one) is not None]
    if encounter is None or not stays or encounter.period.start is None:
        return None
    started_on, ended_on = sound_dates(encounter.period)
    label = label_of(stays[0]) or ("Hospitalisation" if is_french else "Hospital stay")
    body = {
        **coded(stays[0], label),
        "kind": "hospital-stay",
        "started_on": started_on,
        "ended_on": ended_on,
        "facility": encounter.facility,
        "draft_state": "draft",
    }
    return Draft(
        collection="history",
        body={name: value for name, value in body.items() if value is not None},
        source="/ClinicalDocument/componentOf/encompassingEncounter",
    )


def noted_as_problem(
    statement: Statement, scope: Scope, value: Concept, label: str, *, kind: str
) -> Finding:
    """Make a record of an act, or of an illness in the family, that stands among problems.

    Args:
        statement: The observation.
        scope: What surrounds it.
        value: What stands where the problem should.
        label: Its name.
        kind: procedure or family.
    """
    body: Json = {**coded(value, label), "kind": kind}
    if kind == "family":
        body["relation"] = "FAMMEMB"
    else:
        body["started_on"], body["ended_on"] = sound_dates(period_of_statement(statement, scope))
    body["comment"] = comment_of(statement, scope, site_text(statement, "targetSiteCode", scope))
    return draft("history", statement, body)


def _illness(statement: Statement, scope: Scope, whose: tuple[Concept, str]) -> Finding:
    relative, relation = whose
    value = concept_at(statement, "value", scope)
    if statement.is_void or not statement.is_event:
        return Noted(what="withdrawn" if statement.is_void else "plans")
    # The organizer is about a relative; its own negation is not inherited twice.
    if statement.is_negated or absence_of(value) is not None or is_false(statement):
        return Noted(what="absent:history")
    label = label_of(value, scope.narrative.words(child(statement.element, "text")))
    if label is None:
        return Unread(reason="unnamed-family-history")
    if denies(label, is_coded=bool(codes_of(value))):
        return Noted(what="absent:history")
    words = [named(qualifier) for qualifier in value.qualifiers]
    shown = named(relative) if relation == "FAMMEMB" or relation != relative.code else None
    return draft(
        "history",
        statement,
        {
            **coded(value, label),
            "kind": "family",
            "relation": relation,
            "comment": comment_of(statement, scope, shown, *words),
        },
    )


def _relation(relative: Concept) -> str:
    found = mapped("relation", relative.system or _ROLE_CODES, relative.code)
    return found or "FAMMEMB"


def _facility(statement: Statement) -> str | None:
    for role in _ROLES:
        name = organization_of(statement.element, role)
        if name is not None:
            return name
    place = child(statement.element, "participant/participantRole/playingEntity/name")
    return one_line(None if place is None else place.text, length_max=200)


def _amount(value: Value, scope: Scope) -> str | None:
    if value.number is None:
        return None
    unit = value.unit or ""
    if unit in _UNITS:
        unit = _UNITS[unit][0 if scope.is_french else 1]
    return f"{value.number:g} {unit}".strip()
