"""Medicines: taken, given, prescribed or delivered."""

from collections.abc import Iterator

from backend.documents.cda import limits
from backend.documents.cda.concepts import absence_of, coded, codes_of, named
from backend.documents.cda.entries.doses import dose_text, period_of_treatment
from backend.documents.cda.entries.products import name_of_product, product_of
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
    sound_dates,
    statements_below,
)
from backend.documents.cda.model import Period, TimeStamp
from backend.documents.cda.narrative import denies
from backend.documents.cda.times import parse_time, time_of
from backend.documents.cda.tree import attribute, child, children, one_line, template_ids

_MATERIAL = "consumable/manufacturedProduct/manufacturedMaterial"
_INSTRUCTION = "PINSTRUCT"
_ENDED = {"aborted": "stopped", "suspended": "on-hold", "held": "on-hold"}
_PROPOSALS = frozenset({"PRP", "PRMS"})
_NEVER_TAKEN = frozenset({"DEF", "EVN.CRT", "GOL", "RSK", "OPT", "CRT"})
# IHE writes "completed" of every administration; these mean it.
_SAYS_COMPLETED = frozenset({"2.16.840.1.113883.10.20.22.4.16", "2.16.840.1.113883.10.22.4.4"})


def read_treatment(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read one medicine.

    IHE has every administration "completed", also those that go on: the period
    and the kind of section say more than that code.

    Source: CI-SIS FR-Traitement, FR-Traitement-prescrit; IHE PCC, PHARM.
    """
    product = product_of(statement.element, _MATERIAL, scope)
    absence = absence_of(concept_at(statement, "code", scope)) or absence_of(product)
    if absence is not None or statement.is_negated:
        yield Noted(what="absent:treatments" if absence is None else ":".join(absence))
        return
    if attribute(statement.element, "moodCode") in _NEVER_TAKEN:
        yield Noted(what="plans")
        return
    words = scope.narrative.words(child(statement.element, f"{_MATERIAL}/name"))
    label = name_of_product(product, words, product.original_text, _text(statement, scope))
    if label is None:
        yield Unread(reason="unnamed-treatment")
        return
    if denies(label, is_coded=bool(codes_of(product))):
        yield Noted(what="none-known:treatments")
        return

    period = period_of_treatment(statement.element, scope)
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
    if _is_over(period.end, scope):
        return "completed", ()
    mood = attribute(statement.element, "moodCode")
    if mood in _PROPOSALS or code == "new":
        return "intended", ()
    if not statement.is_event and not _has_begun(period.start, scope):
        return "intended", ()
    if "given-treatments" in scope.section_kinds:
        return "completed", ()
    means_it = bool(_SAYS_COMPLETED.intersection(template_ids(statement.element)))
    is_once = _is_one_intake(statement, period, scope)
    if means_it and (is_once or code == "completed"):
        return "completed", () if is_once else ("status",)
    return "active", () if period != Period() and not is_once else ("status",)


def status_by_period(period: Period, scope: Scope) -> str:
    """Say whether a treatment of which only the period is known goes on."""
    return "completed" if _is_over(period.end, scope) else "active"


def _is_over(end: TimeStamp | None, scope: Scope) -> bool:
    """Say whether an end lies before the document, or before the day it is read."""
    if end is None:
        return False
    created = "" if scope.created is None else scope.created.on
    shared = min(len(end.on), len(created))
    return end.on[:shared] < created[:shared] or (
        scope.today is not None and end.on < scope.today[: len(end.on)]
    )


def _has_begun(start: TimeStamp | None, scope: Scope) -> bool:
    if start is None:
        return False
    days = (None if scope.created is None else scope.created.on, scope.today)
    return any(day is not None and start.on[: len(day)] <= day[: len(start.on)] for day in days)


def _is_one_intake(statement: Statement, period: Period, scope: Scope) -> bool:
    """Say whether a medicine was taken once: at one time, without a rhythm.

    Source: HL7 C-CDA 2.1 Medication Activity: a time without bounds is one administration.
    """
    times = children(statement.element, "effectiveTime")
    is_point = len(times) == 1 and parse_time(attribute(times[0], "value"), scope.zone) is not None
    return is_point and statement.is_event and _has_begun(period.start, scope)


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
