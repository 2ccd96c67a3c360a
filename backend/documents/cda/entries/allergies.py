"""Allergies and intolerances."""

from collections.abc import Iterator

from backend.documents.cda import limits
from backend.documents.cda.concepts import (
    absence_of,
    coded,
    codes_of,
    concept_of,
    label_of,
    mapped_any,
    named,
)
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
    passed_over,
    period_in_concern,
    sound_dates,
    statements_below,
)
from backend.documents.cda.entries.status import stated_status
from backend.documents.cda.model import Concept, Json
from backend.documents.cda.narrative import denies, is_denial
from backend.documents.cda.tree import attribute, child, children
from backend.documents.terminology import mapped, system_uri

_SEVERITY = "SEV"
_CRITICALITY = "82606-5"
_STATUSES = frozenset({"active", "inactive", "resolved"})


def read_allergy_concern(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read every allergy of a concern.

    Source: CI-SIS FR-Liste-des-allergies-et-hypersensibilites; IHE PCC.
    """
    absence = absence_of(concept_at(statement, "code", scope))
    if absence is not None:
        yield Noted(what=":".join(absence))
        return
    is_empty = True
    for _, inner in statements_below(statement, scope):
        if inner.element.tag == "observation":
            is_empty = False
            yield from _read(inner, scope, concern=statement)
    if is_empty:
        yield _nothing_named(None, scope)


def read_allergy(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read an allergy that stands outside any concern."""
    yield from _read(statement, scope, concern=None)


def _read(statement: Statement, scope: Scope, concern: Statement | None) -> Iterator[Finding]:
    if (passed := passed_over(statement)) is not None:
        yield passed
        return
    kind = concept_at(statement, "code", scope)
    value = concept_at(statement, "value", scope)
    agent, agent_name = _agent(statement, scope)
    absence = absence_of(value) or absence_of(kind) or absence_of(agent)
    if absence is not None:
        yield Noted(what=":".join(absence))
        return
    status, status_doubt = _status(statement, concern, scope)
    if statement.is_negated or status == "absent" or is_false(statement):
        yield Noted(what="absent:allergies")
        return
    subject, label = _subject(statement, scope, (agent, agent_name, value, kind))
    if label is None or denies(label, is_coded=bool(codes_of(subject))):
        yield _nothing_named(label, scope)
        return

    period = period_in_concern(statement, concern, scope)
    onset_on, resolved_on = sound_dates(period)
    yield draft(
        "allergies",
        statement,
        {
            **coded(subject, label),
            # IHE says what kind it is in the code, HL7 in the value.
            "kind": _of_either("allergy-kind", kind, value),
            "category": _of_either("allergy-category", kind, value)
            or mapped("agent-category", agent.system, agent.code),
            "criticality": _criticality(statement, scope),
            "clinical_status": status,
            "reactions": _reactions(statement, scope),
            "onset_on": onset_on,
            "resolved_on": resolved_on,
            "comment": comment_of(statement, scope, named(value) if subject is not value else None),
        },
        status_doubt,
    )


def _of_either(name: str, kind: Concept, value: Concept) -> str | None:
    return mapped_any(name, kind) or mapped_any(name, value)


def _agent(statement: Statement, scope: Scope) -> tuple[Concept, str | None]:
    for participant in children(statement.element, "participant"):
        entity = child(participant, "participantRole/playingEntity")
        if attribute(participant, "typeCode") == "CSM" and entity is not None:
            code = concept_of(child(entity, "code"), scope.narrative)
            return code, scope.narrative.words(child(entity, "name"))
    return Concept(), None


def _subject(
    statement: Statement, scope: Scope, said: tuple[Concept, str | None, Concept, Concept]
) -> tuple[Concept, str | None]:
    # The substance is best; then what the author says of the allergy; at worst
    # "food allergy: yes", of which only the kind is known.
    agent, agent_name, value, kind = said
    if label := label_of(agent, agent_name):
        return agent, label
    if label := label_of(value, scope.narrative.words(child(statement.element, "text"))):
        return value, label
    has_word = value.original_text is not None
    return kind, label_of(kind) if has_word else None


def _nothing_named(label: str | None, scope: Scope) -> Finding:
    if label is not None or is_denial(scope.section_text):
        return Noted(what="none-known:allergies")
    return Unread(reason="unnamed-allergy")


def _status(
    statement: Statement, concern: Statement | None, scope: Scope
) -> tuple[str | None, tuple[str, ...]]:
    stated = stated_status(statement, scope)
    if stated == "absent":
        return stated, ()
    if stated in _STATUSES:
        return stated, ()
    if period_in_concern(statement, concern, scope).end is not None:
        return "resolved", ()
    code = None if concern is None else attribute(child(concern.element, "statusCode"), "code")
    if code == "active":
        return "active", ()
    if code in ("suspended", "aborted"):
        return "inactive", ()
    # "completed" should mean over (IHE PCC), but is often written on allergies
    # that last: to hide one would be worse than to ask.
    return "active", ("clinical_status",)


def _criticality(statement: Statement, scope: Scope) -> str | None:
    for _, inner in statements_below(statement, scope):
        if concept_at(inner, "code", scope).code == _CRITICALITY:
            value = concept_at(inner, "value", scope)
            return mapped("criticality", value.system, value.code)
    return None


def _reactions(statement: Statement, scope: Scope) -> list[Json]:
    common = _severity(statement, scope)
    reactions: list[Json] = []
    for relation, inner in statements_below(statement, scope):
        value = concept_at(inner, "value", scope)
        label = label_of(value)
        is_so = not inner.is_negated and not is_false(inner) and passed_over(inner) is None
        if relation != "MFST" or label is None or not is_so:
            continue
        if denies(label, is_coded=bool(codes_of(value))):
            continue
        reaction: Json = {"label": label}
        if codes := codes_of(value):
            reaction |= {"code": codes[0].code, "code_system": system_uri(codes[0].system)}
        if severity := _severity(inner, scope) or common:
            reaction["severity"] = severity
        reactions.append(reaction)
    return reactions[: limits.REACTIONS_MAX]


def _severity(statement: Statement, scope: Scope) -> str | None:
    for _, inner in statements_below(statement, scope):
        if concept_at(inner, "code", scope).code == _SEVERITY:
            value = concept_at(inner, "value", scope)
            return mapped("severity", value.system, value.code)
    return None
