"""Diseases and health problems."""

from collections.abc import Iterator

from backend.documents.cda.concepts import absence_of, coded, codes_of, label_of
from backend.documents.cda.entries.scope import (
    Finding,
    Noted,
    Scope,
    Statement,
    Unread,
    comment_of,
    concept_at,
    draft,
    period_of_statement,
    site_text,
    sound_dates,
    statements_below,
)
from backend.documents.cda.entries.status import stated_status
from backend.documents.cda.model import Concept, Period
from backend.documents.cda.narrative import is_denial
from backend.documents.cda.tree import attribute, child, data_type
from backend.documents.terminology import mapped

_LOINC = "2.16.840.1.113883.6.1"
_PAST = "11348-0"
_FROM_CONCERN = {"active": "active", "suspended": "inactive", "aborted": "inactive"}


def read_problem_concern(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read every problem of a concern; its further observations are details.

    Source: CI-SIS FR-Liste-des-problemes; IHE PCC Problem Concern.
    """
    absence = absence_of(concept_at(statement, "code", scope))
    if absence is not None:
        yield Noted(what=":".join(absence))
        return
    for relation, inner in statements_below(statement, scope):
        if relation == "SUBJ" and inner.element.tag == "observation":
            yield from _read(inner, scope, concern=statement)


def read_problem(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read a problem that stands outside any concern, as reports of acts have them.

    Diagnoses, diseases and problems make records; symptoms and findings of one
    examination do not.
    """
    kind = concept_at(statement, "code", scope)
    if mapped("problem-type", kind.system, kind.code) == "condition":
        yield from _read(statement, scope, concern=None)
    else:
        yield Noted(what="findings")


def read_coded_observation(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read an observation of an imaging report: those on past illness make records.

    Source: CI-SIS FR-DICOM-Observation; DICOM PS3.20.
    """
    if concept_at(statement, "code", scope).code == _PAST:
        yield from _read(statement, scope, concern=None)
    else:
        yield Unread(reason="coded-observation")


def _read(statement: Statement, scope: Scope, concern: Statement | None) -> Iterator[Finding]:
    value = _what(statement, scope)
    absence = absence_of(value)
    if absence is not None:
        yield Noted(what=":".join(absence))
        return
    status, doubts = _status(statement, concern, scope)
    if statement.is_negated or status == "absent":
        yield Noted(what="absent:conditions")
        return
    label = label_of(value, scope.narrative.words(child(statement.element, "text")))
    if label is None:
        yield Unread(reason="unnamed-condition")
        return
    if not codes_of(value) and is_denial(label):
        yield Noted(what="none-known:conditions")
        return

    onset_on, abated_on = sound_dates(_period(statement, concern, scope))
    yield draft(
        "conditions",
        statement,
        {
            **coded(value, label),
            "clinical_status": status,
            "onset_on": onset_on,
            "abated_on": abated_on,
            "comment": comment_of(statement, scope, site_text(statement, "targetSiteCode", scope)),
        },
        doubts,
    )


def _what(statement: Statement, scope: Scope) -> Concept:
    value = concept_at(statement, "value", scope)
    if data_type(child(statement.element, "value")) in ("ST", "ED"):
        return Concept(original_text=scope.narrative.words(child(statement.element, "value")))
    if value.system == _LOINC and value.code == scope.section_code:
        # The code of the section in the place of a problem names none.
        return Concept(original_text=value.original_text)
    return value


def _status(
    statement: Statement, concern: Statement | None, scope: Scope
) -> tuple[str | None, tuple[str, ...]]:
    stated = stated_status(statement, scope)
    if stated is not None:
        return stated, ()
    if _period(statement, concern, scope).end is not None:
        return "resolved", ()
    code = None if concern is None else attribute(child(concern.element, "statusCode"), "code")
    if code in _FROM_CONCERN:
        return _FROM_CONCERN[code], ()
    if "past-problems" in scope.section_kinds or _is_past(statement, scope):
        return "resolved", () if code == "completed" else ("clinical_status",)
    # "completed" should mean over (IHE PCC), but is often written of what lasts.
    return "active", ("clinical_status",)


def _is_past(statement: Statement, scope: Scope) -> bool:
    return concept_at(statement, "code", scope).code == _PAST


def _period(statement: Statement, concern: Statement | None, scope: Scope) -> Period:
    # A problem that says "unknown" keeps it: the concern says when it was noted.
    if concern is None or child(statement.element, "effectiveTime") is not None:
        return period_of_statement(statement, scope)
    return period_of_statement(concern, scope)
