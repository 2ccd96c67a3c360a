"""Medicines that a pharmacy delivered."""

from collections.abc import Iterator

from backend.documents.cda.concepts import coded, codes_of
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
    draft,
    sound_dates,
    statements_below,
)
from backend.documents.cda.entries.treatments import status_by_period
from backend.documents.cda.model import Period
from backend.documents.cda.narrative import denies
from backend.documents.cda.times import time_of
from backend.documents.cda.tree import child

_MATERIAL = "product/manufacturedProduct/manufacturedMaterial"
_VACCINES = "J07"


def read_delivery(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read a medicine as delivered, with the dose that stands beside it.

    A vaccine that left the pharmacy was not given there, and is told only.

    Source: IHE PHARM Dispense Item; HL7 C-CDA 2.1 Medication Dispense.
    """
    if statement.is_negated:
        yield Noted(what="absent:treatments")
        return
    product = product_of(statement.element, _MATERIAL, scope)
    words = scope.narrative.words(child(statement.element, f"{_MATERIAL}/name"))
    label = name_of_product(product, words)
    if label is None or denies(label, is_coded=bool(codes_of(product))):
        yield Unread(reason="unnamed-treatment")
        return
    if any((one.code or "").startswith(_VACCINES) for one in codes_of(product)):
        yield Unread(reason="delivered-vaccine")
        return
    intake = _intake(statement, scope)
    period = Period() if intake is None else period_of_treatment(intake.element, scope)
    started_on, ended_on = sound_dates(period)
    yield draft(
        "treatments",
        statement,
        {
            **coded(product, label),
            "status": status_by_period(period, scope),
            "dose_text": None if intake is None else dose_text(intake, scope),
            "started_on": started_on,
            "ended_on": ended_on,
            "prescriber": author_of(statement.element, "author/assignedAuthor"),
            "comment": comment_of(statement, scope, _when(statement, scope)),
        },
        () if period.end is not None else ("status",),
    )


def _intake(statement: Statement, scope: Scope) -> Statement | None:
    for relation, inner in statements_below(statement, scope):
        if relation == "COMP" and inner.element.tag == "substanceAdministration":
            return inner
    return None


def _when(statement: Statement, scope: Scope) -> str | None:
    for place in ("effectiveTime", "performer/time"):
        delivered = time_of(child(statement.element, place), scope.zone)
        if delivered is not None:
            return f"Délivré : {delivered.on}" if scope.is_french else f"Delivered: {delivered.on}"
    return None
