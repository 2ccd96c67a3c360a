"""Vaccinations, given or not."""

import re
from collections.abc import Iterator

from backend.documents.cda import limits
from backend.documents.cda.concepts import absence_of, coded, codes_of, label_of, named
from backend.documents.cda.entries.products import product_of
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
    site_text,
    statements_below,
)
from backend.documents.cda.model import Concept
from backend.documents.cda.narrative import denies
from backend.documents.cda.quantities import decimal_of
from backend.documents.cda.times import time_of
from backend.documents.cda.tree import attribute, child, children, one_line
from backend.documents.terminology import mapped

_MATERIAL = "consumable/manufacturedProduct/manufacturedMaterial"
_RANK = "30973-2"
_RANK_MAX = 99
_NOT_GIVEN = frozenset({"aborted", "suspended", "held"})
_LOT_LENGTH_MAX = 100
_PACK = re.compile(r"34009[0-9]{8}")


def read_immunization(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read one vaccination.

    Child certificates give no date: then there is none, and whoever confirms the
    draft adds it, unless a pharmacy's delivery tells the month. A vaccination not
    done was so on the day the document says it. A date later than the document
    is a doubt too.

    Source: CI-SIS FR-Vaccination; IHE PCC Immunizations.
    """
    product = product_of(statement.element, _MATERIAL, scope)
    absence = absence_of(product) or absence_of(concept_at(statement, "code", scope))
    if absence is not None:
        yield Noted(what=":".join(absence))
        return
    if not statement.is_event or _status(statement) == "new":
        yield Unread(reason="planned-immunization")
        return
    label = label_of(product, attribute_name(statement, scope))
    if label is None or denies(label, is_coded=product.display is not None):
        yield Unread(reason="unnamed-immunization")
        return

    is_refused = _refusal(statement, scope)
    is_done = not statement.is_negated and _status(statement) not in _NOT_GIVEN and not is_refused
    occurred_on, doubts = _date(statement, scope, is_done=is_done)
    if is_refused and not statement.is_negated and _status(statement) not in _NOT_GIVEN:
        doubts = (*doubts, "status")
    yield draft(
        "immunizations",
        statement,
        {
            **coded(product, label),
            "status": "completed" if is_done else "not-done",
            "occurred_on": occurred_on,
            "dose_number": _rank(statement),
            "lot_number": one_line(
                scope.narrative.words(child(statement.element, f"{_MATERIAL}/lotNumberText")),
                length_max=_LOT_LENGTH_MAX,
            ),
            "route_text": named(concept_at(statement, "routeCode", scope)),
            "site_text": site_text(statement, "approachSiteCode", scope),
            "performer": author_of(statement.element, "performer/assignedEntity"),
            "box_code": _pack_code(product),
            "reason_not_done": None if is_done else _reason(statement, scope),
            "comment": comment_of(statement, scope, _reactions(statement, scope)),
        },
        doubts,
    )


def attribute_name(statement: Statement, scope: Scope) -> str | None:
    """Return the name of the product of an administration, in words."""
    return scope.narrative.words(child(statement.element, f"{_MATERIAL}/name"))


def _status(statement: Statement) -> str | None:
    return attribute(child(statement.element, "statusCode"), "code")


def _date(
    statement: Statement, scope: Scope, *, is_done: bool
) -> tuple[str | None, tuple[str, ...]]:
    given = period_of_statement(statement, scope).start or statement.time
    if given is not None:
        is_later = scope.created is not None and given.on > scope.created.on
        return given.on, ("occurred_on",) if is_later else ()
    if not is_done:
        return (None if scope.created is None else scope.created.on), ()
    for supply in children(statement.element, "entryRelationship/supply"):
        delivered = time_of(child(supply, "performer/time"), scope.zone)
        if delivered is not None:
            return delivered.on[:7], ("occurred_on",)
    return None, ("occurred_on",)


def _refusal(statement: Statement, scope: Scope) -> bool:
    """Say whether a reason for not vaccinating stands beside the dose.

    Some software writes the refusal and forgets the negation.

    Source: HL7 v3 ActNoImmunizationReason.
    """
    return any(
        relation == "RSON"
        and any(
            mapped("no-vaccination", one.system, one.code) is not None
            for one in (concept_at(reason, "code", scope), concept_at(reason, "value", scope))
        )
        for relation, reason in statements_below(statement, scope)
    )


def _rank(statement: Statement) -> int | None:
    for observation in children(statement.element, "entryRelationship/observation"):
        if attribute(child(observation, "code"), "code") == _RANK:
            rank = decimal_of(child(observation, "value"))
            if rank is not None and rank == int(rank) and 1 <= rank <= _RANK_MAX:
                return int(rank)
    return None


def _pack_code(product: Concept) -> str | None:
    for one in codes_of(product):
        if mapped("pack-code", one.system, one.code) is not None or _PACK.fullmatch(one.code or ""):
            return one.code
    return None


def _reason(statement: Statement, scope: Scope) -> str | None:
    for relation, reason in statements_below(statement, scope):
        if relation == "RSON":
            words = named(concept_at(reason, "value", scope)) or named(
                concept_at(reason, "code", scope)
            )
            return one_line(words, length_max=limits.PARAGRAPH_LENGTH_MAX)
    return None


def _reactions(statement: Statement, scope: Scope) -> str | None:
    words = [
        named(concept_at(reaction, "value", scope))
        for relation, reaction in statements_below(statement, scope)
        if relation in ("CAUS", "MFST") and not reaction.is_negated
    ]
    found = ", ".join(word for word in words if word is not None)
    if not found:
        return None
    return f"Réaction : {found}" if scope.is_french else f"Reaction: {found}"
