"""Results of laboratories and examinations, and vital signs."""

from collections.abc import Iterator

from backend.documents.cda import limits
from backend.documents.cda.concepts import coded, codes_of, coding, concept_of, label_of, named
from backend.documents.cda.entries.scope import (
    Finding,
    Noted,
    Scope,
    Statement,
    Unread,
    comment_of,
    concept_at,
    draft,
    passed_over,
    period_of_statement,
    site_text,
    statements_below,
)
from backend.documents.cda.model import Concept, Json
from backend.documents.cda.narrative import is_denial
from backend.documents.cda.quantities import Range, Value, converted, range_of, value_of
from backend.documents.cda.times import instant_text
from backend.documents.cda.tree import attribute, child, one_line
from backend.documents.terminology import Key, measure_kinds, plausible_measures, vital_signs

_LOINC = "2.16.840.1.113883.6.1"
_LOINC_URI = "http://loinc.org"
_SYSTOLIC, _DIASTOLIC = "8480-6", "8462-4"
_PRESSURE_CODE = "85354-9"
_PANELS = frozenset({_PRESSURE_CODE, "55284-4", "96607-7"})
_PRESSURE = ("blood-pressure", "systolic", "mm[Hg]")
# An examination that was not brought to its end: its value is no result.
_UNFINISHED = frozenset({"aborted", "suspended", "held"})
_INTERPRETATIONS = "2.16.840.1.113883.5.83"


def read_vital_signs(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read a set of vital signs taken together: two pressures make one measure.

    Source: CI-SIS FR-Signes-vitaux; IHE PCC Vital Signs Organizer.
    """
    signs = [inner for _, inner in statements_below(statement, scope)]
    pressures = {_loinc(sign, scope): sign for sign in signs if _is_so(sign)}
    systolic, diastolic = pressures.get(_SYSTOLIC), pressures.get(_DIASTOLIC)
    pair = None
    if systolic is not None and diastolic is not None:
        pair = _pressure(systolic, diastolic, scope)
        if pair is not None:
            yield pair
    for sign in signs:
        if pair is not None and sign in (systolic, diastolic):
            continue
        if sign.element.tag == "organizer":
            yield from read_vital_signs(sign, scope)
        elif sign.element.tag == "observation":
            yield from read_result(sign, scope)


def _is_so(sign: Statement) -> bool:
    return not sign.is_negated and passed_over(sign) is None


def read_result(statement: Statement, scope: Scope) -> Iterator[Finding]:
    """Read one result. Its earlier values are left to the documents they came in.

    Source: CI-SIS laboratory modules; IHE PaLM XD-LAB Laboratory Observation.
    """
    code = concept_at(statement, "code", scope)
    value = value_of(child(statement.element, "value"), scope.narrative)
    if (passed := passed_over(statement)) is not None:
        yield passed
        return
    if statement.is_negated:
        yield Noted(what="absent:measures")
        return
    if attribute(child(statement.element, "statusCode"), "code") in _UNFINISHED:
        yield Unread(reason="unfinished-result")
        return
    label = _label(code)
    if label is None:
        yield Unread(reason="unnamed-result")
        return
    if value.is_empty and _loinc(statement, scope) in _PANELS:
        yield from read_vital_signs(statement, scope)
        return
    if value.is_empty:
        yield Noted(what="results-without-value")
        return
    found = _vital_sign(statement, scope, (code, value)) or _result(
        statement, scope, (code, label, value)
    )
    yield found
    if any(relation == "REFR" for relation, _ in statements_below(statement, scope)):
        yield Noted(what="previous-results")


def _vital_sign(statement: Statement, scope: Scope, said: tuple[Concept, Value]) -> Finding | None:
    code, value = said
    kind, part = vital_signs().get(_loinc(statement, scope) or "", (None, ""))
    if kind is None or value.number is None:
        return None
    number, unit = converted(kind, value.number, value.unit)
    bounds = measure_kinds().get((kind, part, unit or "1"))
    if bounds is None:
        return None
    if not _is_plausible((kind, part, unit or "1"), number, statement, scope):
        return Unread(reason=f"implausible:{code.code}")
    if part != "value":
        return None
    label = label_of(code) or kind
    body: Json = {
        "label": label,
        "code": bounds.code,
        "code_system": _LOINC_URI,
        "codings": [coding(one) for one in codes_of(code) if one.code != bounds.code],
        "kind": kind,
        "value": number,
        "unit": unit or "1",
    }
    if (number, unit) == (value.number, value.unit):
        body |= _range_fields(range_of(statement.element, value.unit, scope.narrative))
    return _measure(statement, scope, body)


def _is_plausible(key: Key, number: float, statement: Statement, scope: Scope) -> bool:
    """Say whether a number is one that a person of this age shows.

    A slip of the comma or of the unit gives a number that a record could hold and
    that no person would see coming: 590 kg for 59.
    """
    bounds = measure_kinds()[key]
    if not bounds.low <= number <= bounds.high:
        return False
    age = _age(statement, scope)
    known = [one for one in plausible_measures() if one.key == key]
    fitting = [one for one in known if age is None or age in one.ages]
    return not known or any(one.low <= number <= one.high for one in fitting)


def _age(statement: Statement, scope: Scope) -> int | None:
    """Return how old the patient was, in full years."""
    at = period_of_statement(statement, scope).start or statement.time or scope.created
    if at is None or scope.birth is None:
        return None
    before_birthday = at.on[5:] < scope.birth.on[5:] and len(at.on) == len(scope.birth.on)
    return max(int(at.on[:4]) - int(scope.birth.on[:4]) - before_birthday, 0)


def _pressure(systolic: Statement, diastolic: Statement, scope: Scope) -> Finding | None:
    numbers: list[float] = []
    for sign, part in ((systolic, "systolic"), (diastolic, "diastolic")):
        value = value_of(child(sign.element, "value"), scope.narrative)
        if value.number is None:
            return None
        number, unit = converted("blood-pressure", value.number, value.unit)
        key = ("blood-pressure", part, unit or "")
        if key not in measure_kinds():
            return None
        if not _is_plausible(key, number, sign, scope):
            return Unread(reason=f"implausible:{_PRESSURE_CODE}")
        numbers.append(number)
    if numbers[0] <= numbers[1]:
        return Unread(reason=f"implausible:{_PRESSURE_CODE}")
    body: Json = {
        "label": "Pression artérielle" if scope.is_french else "Blood pressure",
        "code": measure_kinds()[_PRESSURE].code,
        "code_system": _LOINC_URI,
        "kind": "blood-pressure",
        "systolic": numbers[0],
        "diastolic": numbers[1],
        "unit": "mm[Hg]",
    }
    return _measure(systolic, scope, body)


def _result(statement: Statement, scope: Scope, said: tuple[Concept, str, Value]) -> Finding:
    code, label, value = said
    bounds = range_of(statement.element, value.unit, scope.narrative)
    body: Json = {
        **coded(code, label),
        "kind": "result",
        "value": value.number,
        "value_text": value.text,
        "unit": value.unit,
        **_range_fields(bounds),
    }
    return _measure(statement, scope, body)


def _measure(statement: Statement, scope: Scope, body: Json) -> Finding:
    own = period_of_statement(statement, scope).start or statement.time
    time = own or scope.created
    # Nobody measures after having written down the measure.
    is_later = own is not None and scope.created is not None and own.on > scope.created.on
    is_sure = own is not None and own.precision not in ("year", "month") and not is_later
    if time is None:
        return Unread(reason="undated-result")
    return draft(
        "measures",
        statement,
        {
            **body,
            "measured_at": instant_text(time),
            "method_text": named(concept_at(statement, "methodCode", scope)),
            "site_text": site_text(statement, "targetSiteCode", scope),
            "interpretation": _interpretation(statement),
            "comment": comment_of(statement, scope, statement.about),
        },
        () if is_sure else ("measured_at",),
    )


def _range_fields(bounds: Range) -> Json:
    return {
        "reference_low": bounds.low,
        "reference_high": bounds.high,
        "reference_text": bounds.text,
    }


def _interpretation(statement: Statement) -> str | None:
    for element in statement.element.findall("interpretationCode"):
        if attribute(element, "codeSystem") in (_INTERPRETATIONS, None):
            code = attribute(element, "code")
            if code is not None and len(code) <= limits.CODE_LENGTH_MAX:
                return code
    return None


def _loinc(statement: Statement, scope: Scope) -> str | None:
    code = concept_of(child(statement.element, "code"), scope.narrative)
    found = next((one.code for one in codes_of(code) if one.system == _LOINC), None)
    if found is None and code.system is None and code.code in vital_signs():
        return code.code  # Nothing else has such codes.
    return found


def _label(code: Concept) -> str | None:
    # Laboratories name an analysis in the narrative; LOINC names are for machines.
    words = code.original_text
    if words is not None and any(mark.isalpha() for mark in words) and not is_denial(words):
        return one_line(words, length_max=limits.LINE_LENGTH_MAX)
    return label_of(code)
