"""Medicines: taken, given, prescribed or delivered."""

from collections.abc import Iterator

from backend.documents.cda import limits
from backend.documents.cda.concepts import absence_of, coded, codes_of, label_of, named
from backend.documents.cda.entries.doses import dose_text
from backend.documents.cda.entries.scope import (
    Finding,
    Noted,
    Scope,
    Statement,
    Unread,
    author_of,
    comment_of,
    concept_at,
    draft,
    period_of_statement,
    sound_dates,
    statements_below,
)
from backend.documents.cda.model import Period, TimeStamp
from backend.documents.cda.narrative import is_denial
from backend.documents.cda.times import time_of
from backend.documents.cda.tree import attribute, child, children, one_line

_MATERIAL = "consumable/manufacturedProduct/manufacturedMaterial"
_INSTRUCTION = "PINSTRUCT"
_ENDED = {"aborted": "stopped", "suspended": "on-hold"}


def read_treatment(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read one medicine.

    IHE has every administration "completed", also those that go on: the period
    and the kind of section say more than that code.

    Source: CI-SIS FR-Traitement, FR-Traitement-prescrit; IHE PCC, PHARM.
    """
    product = concept_at(statement, f"{_MATERIAL}/code", scope)
    absence = absence_of(concept_at(statement, "code", scope)) or absence_of(product)
    if absence is not None or statement.is_negated:
        yield Noted(what="absent:treatments" if absence is None else ":".join(absence))
        return
    words = scope.narrative.words(child(statement.element, f"{_MATERIAL}/name"))
    label = label_of(product, words, product.original_text, _text(statement, scope))
    if label is None:
        yield Unread(reason="unnamed-treatment")
        return
    if not codes_of(product) and is_denial(label):
        yield Noted(what="none-known:treatments")
        return

    period = period_of_statement(statement, scope)
    started_on, ended_on = sound_dates(period)
    status, doubts = _status(statement, period, scope)
    yield draft(
        "treatments",
        statement,
        {
            **coded(product, label),
            "status": status,
            "dose_text": dose_text(statement, scope),
            "route_text": named(concept_at(statement, "routeCode", scope)),
            "started_on": started_on,
            "ended_on": ended_on,
            "reason": _reason(statement, scope),
            "prescriber": author_of(statement.element, "author/assignedAuthor"),
            "comment": comment_of(
                statement, scope, _instructions(statement, scope), _delivery(statement, scope)
            ),
        },
        doubts,
    )


def _text(statement: Statement, scope: Scope) -> str | None:
    return scope.narrative.words(child(statement.element, "text"))


def _status(statement: Statement, period: Period, scope: Scope) -> tuple[str, tuple[str, ...]]:
    code = attribute(child(statement.element, "statusCode"), "code")
    if code in _ENDED:
        return _ENDED[code], ()
    if _is_before(period.end, scope.created):
        return "completed", ()
    if not statement.is_event and not _is_before(period.start, scope.created, or_same=True):
        return "intended", ()
    if "given-treatments" in scope.section_kinds:
        return "completed", ()
    return "active", () if period != Period() else ("status",)


def _is_before(
    stamp: TimeStamp | None, created: TimeStamp | None, *, or_same: bool = False
) -> bool:
    if stamp is None or created is None:
        return False
    shared = min(len(stamp.on), len(created.on))
    early, late = stamp.on[:shared], created.on[:shared]
    return early < late or (or_same and early == late)


def _reason(statement: Statement, scope: Scope) -> str | None:
    for relation, inner in statements_below(statement, scope):
        if relation == "RSON" and not inner.is_negated:
            for path in ("value", "code", "text"):
                words = named(concept_at(inner, path, scope))
                if words is not None:
                    return one_line(words, length_max=limits.PARAGRAPH_LENGTH_MAX)
    return None


def _instructions(statement: Statement, scope: Scope) -> str | None:
    for act in children(statement.element, "entryRelationship/act"):
        if attribute(child(act, "code"), "code") == _INSTRUCTION:
            return scope.narrative.words(child(act, "text"))
    return None


def _delivery(statement: Statement, scope: Scope) -> str | None:
    for supply in children(statement.element, "entryRelationship/supply"):
        delivered = time_of(child(supply, "performer/time"), scope.zone)
        if delivered is not None:
            return f"Délivré : {delivered.on}" if scope.is_french else f"Delivered: {delivered.on}"
    return None
