"""Diseases and health problems."""

from collections.abc import Iterator

from backend.documents.cda.concepts import (
    absence_of,
    answer_of,
    coded,
    codes_of,
    label_of,
    mapped_any,
)
from backend.documents.cda.entries.history import noted_as_problem
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
    site_text,
    sound_dates,
    statements_below,
)
from backend.documents.cda.entries.status import stated_status
from backend.documents.cda.model import Concept
from backend.documents.cda.narrative import denies, is_of_family
from backend.documents.cda.tree import attribute, child, data_type
from backend.documents.terminology import mapped

_LOINC = "2.16.840.1.113883.6.1"
_PAST = "11348-0"
_UNKNOWN = frozenset({"UNK", "ASKU", "NASK", "NI", "NAV", "NA", "NP", "MSK"})
_SNOMED = "2.16.840.1.113883.6.96"
_FORMS = "1.2.250.1.213.1.1.4.322"
_TAGS = {
    "(procedure)": "procedure",
    "(intervention)": "procedure",
    "(regime/therapy)": "procedure",
    "(observable entity)": "finding",
    "(entité observable)": "finding",
    "(qualifier value)": "finding",
}
_FROM_CONCERN = {"active": "active", "suspended": "inactive", "aborted": "inactive"}


def read_problem_concern(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read every problem of a concern; its further observations are details.

    Source: CI-SIS FR-Liste-des-problemes; IHE PCC Problem Concern.
    """
    absence = absence_of(concept_at(statement, "code", scope))
    if absence is not None:
        yield Noted(what=":".join(absence))
        return
    is_empty = True
    for relation, inner in statements_below(statement, scope):
        if relation == "SUBJ" and inner.element.tag == "observation":
            is_empty = False
            yield from _read(inner, scope, concern=statement)
    if is_empty:
        yield Unread(reason="unnamed-condition")


def read_problem(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read a problem that stands outside any concern, as reports of acts have them.

    Diagnoses, diseases and problems make records; symptoms and findings of one
    examination do not.
    """
    kind = concept_at(statement, "code", scope)
    if mapped_any("problem-type", kind) == "condition":
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
    status, doubts = _status(statement, concern, scope)
    if (nothing := passed_over(statement) or _absent(statement, value, status)) is not None:
        yield nothing
        return
    label = label_of(value, _words(statement, value, concern, scope))
    if label is None:
        yield Unread(reason="unnamed-condition")
        return
    if denies(label, is_coded=bool(codes_of(value))):
        yield Noted(what="none-known:conditions")
        return
    other = kind_of_value(value, label)
    if other in ("procedure", "family"):
        yield noted_as_problem(statement, scope, value, label, kind=other)
        return
    if other == "finding" or (concern is None and _is_answer(value)):
        yield Noted(what="findings")
        return

    onset_on, abated_on = sound_dates(period_in_concern(statement, concern, scope))
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


def kind_of_value(value: Concept, label: str) -> str | None:
    """Say what stands in the place of a problem, when it is none.

    Returns:
        finding (a trait, a heading, an answer of a form), procedure, family, or None.

    Source: `concept_maps.csv`, map `not-a-problem`; semantic tags of SNOMED CT.
    """
    code = value.code or ""
    # A code that forgot its system can only be one of the few that are known here.
    said = [(one.system, one.code or "") for one in codes_of(value)[:1]]
    for system, name in said or [(_FORMS, code), (_SNOMED, code)]:
        for known in (name, name.partition(".")[0], name[:3]):
            found = mapped("not-a-problem", system, known) if known else None
            if found is not None:
                return found
    tag = next((tag for tag in _TAGS if label.endswith(tag)), None)
    if tag is not None:
        return _TAGS[tag]
    return "family" if is_of_family(label) else None


def _words(
    statement: Statement, value: Concept, concern: Statement | None, scope: Scope
) -> str | None:
    """Return the words beside a problem, where they can be trusted to name it.

    Outside a concern, and for a value that is said to be unknown, they may as well
    be a line of a form, or the name of the question.
    """
    words = scope.narrative.words(child(statement.element, "text"))
    is_named = value.code is not None or value.original_text is not None
    if not is_named and (concern is None or value.null_flavor in _UNKNOWN):
        return None
    return None if words == concept_at(statement, "code", scope).display else words


def _absent(statement: Statement, value: Concept, status: str | None) -> Noted | None:
    absence = absence_of(value)
    if absence is not None:
        return Noted(what=":".join(absence))
    if statement.is_negated or status == "absent" or is_false(statement):
        return Noted(what="absent:conditions")
    return Noted(what="unknown:conditions") if answer_of(value) == "unknown" else None


def _is_answer(value: Concept) -> bool:
    """Say whether only a form has a code for this, not a list of diseases."""
    codes = codes_of(value)
    return bool(codes) and all(one.system == _FORMS for one in codes)


def _what(statement: Statement, scope: Scope) -> Concept:
    value = concept_at(statement, "value", scope)
    if data_type(child(statement.element, "value")) == "BL" or answer_of(value) == "yes":
        # The question names the problem, and the value only says yes.
        asked = concept_at(statement, "code", scope)
        return asked if mapped_any("problem-type", asked) is None else Concept()
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
    if period_in_concern(statement, concern, scope).end is not None:
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
