"""From entries to drafts: which module reads which entry."""

from collections.abc import Callable, Iterator, Mapping
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from backend.documents.cda.concepts import concept_of, named
from backend.documents.cda.entries.allergies import read_allergy, read_allergy_concern
from backend.documents.cda.entries.deliveries import read_delivery
from backend.documents.cda.entries.history import (
    read_encounter,
    read_family,
    read_family_observation,
    read_procedure,
    read_social,
)
from backend.documents.cda.entries.immunizations import read_immunization
from backend.documents.cda.entries.problems import (
    read_coded_observation,
    read_problem,
    read_problem_concern,
)
from backend.documents.cda.entries.results import read_result, read_vital_signs
from backend.documents.cda.entries.scope import (
    Finding,
    Noted,
    Scope,
    Statement,
    Unread,
    statement_in,
    statements_below,
)
from backend.documents.cda.entries.treatments import read_treatment
from backend.documents.cda.tree import attribute, child, template_ids
from backend.documents.terminology import mapped, template_kinds, vital_signs

Handler = Callable[[Statement, Scope], Iterator[Finding]]

_ORDER = (
    "attachment",
    "comment",
    "detail",
    "immunization",
    "treatment",
    "delivery",
    "allergy-concern",
    "problem-concern",
    "allergy",
    "family",
    "family-observation",
    "vital-organizer",
    "vital-sign",
    "isolate",
    "container",
    "result",
    "social",
    "problem",
    "procedure",
    "encounter",
    "coded-observation",
    "plan",
    "simple-observation",
)
"""A statement follows several templates at once: the first of these kinds holds."""

_BY_SECTION = {
    ("substanceAdministration", "immunizations"): "immunization",
    ("substanceAdministration", "treatments"): "treatment",
    ("substanceAdministration", "given-treatments"): "treatment",
    ("procedure", "procedures"): "procedure",
    ("encounter", "encounters"): "encounter",
    ("observation", "results"): "result",
    ("observation", "vital-signs"): "vital-sign",
    ("observation", "social"): "social",
}
_BY_SECTION_ALONE = {
    ("act", "problems"): "problem-concern",
    ("act", "past-problems"): "problem-concern",
    ("observation", "problems"): "problem",
    ("observation", "past-problems"): "problem",
    ("act", "allergies"): "allergy-concern",
    ("observation", "allergies"): "allergy",
    ("act", "procedures"): "procedure",
    ("organizer", "family"): "family",
    ("observation", "family"): "family-observation",
    ("organizer", "vital-signs"): "vital-organizer",
    ("organizer", "results"): "container",
    ("supply", "treatments"): "delivery",
}
"""For statements that follow no template that is known here."""

_OF_A_FAMILY = frozenset({"family", "family-observation"})
_OF_A_PERSON = frozenset(
    {"problem-concern", "problem", "coded-observation", "procedure", "result", "family-observation"}
)


def read_entry(holder: Element, path: str, scope: Scope) -> Iterator[Finding]:
    """Read one entry of a section.

    Args:
        holder: The entry.
        path: Where the entry stands in the document.
        scope: Its section and its document.
    """
    statement = statement_in(holder, path)
    if statement is None:
        yield Unread(reason="empty-entry")
    else:
        yield from _read(statement, scope)


def _read(statement: Statement, scope: Scope) -> Iterator[Finding]:
    kind = _kind_of(statement, scope)
    if statement.is_void:
        yield Noted(what="withdrawn")
    elif statement.is_other_person and kind not in _OF_A_FAMILY:
        yield Noted(what="other-person")
    elif kind is not None and kind in _HANDLERS:
        yield from _HANDLERS[kind](statement, scope)
    else:
        yield Unread(reason=_last_template(statement.element) or statement.element.tag)


def _kind_of(statement: Statement, scope: Scope) -> str | None:
    element = statement.element
    kinds = {template_kinds().get(template) for template in template_ids(element)}
    by_template = next((kind for kind in _ORDER if kind in kinds), None)
    if element.tag == "observationMedia":
        return "attachment"
    kind = by_template
    if by_template == "simple-observation" or by_template is None:
        kind = _kind_by_section(statement, scope, has_template=bool(kinds - {None})) or by_template
    is_planned = by_template == "plan" or not statement.is_event
    if is_planned and kind not in ("treatment", "immunization"):
        return "plan"
    if "family" in scope.section_kinds and kind in _OF_A_PERSON:
        # Whatever stands among the illnesses of a family is none of the patient's.
        return "family-observation"
    return kind


def _kind_by_section(statement: Statement, scope: Scope, *, has_template: bool) -> str | None:
    element = statement.element
    for (tag, section), kind in _BY_SECTION.items():
        if element.tag == tag and section in scope.section_kinds:
            return kind
    # Documents of other countries follow templates that nobody knows here: the
    # section says what its entries are, where no known template says otherwise.
    for (tag, section), kind in () if has_template else _BY_SECTION_ALONE.items():
        is_here = element.tag == tag and section in scope.section_kinds
        if is_here and (kind != "allergy" or _is_allergy(statement, scope)):
            return kind
    if element.tag in ("act", "organizer") and not template_ids(element):
        return "container"
    return None


def _is_allergy(statement: Statement, scope: Scope) -> bool:
    kind = concept_of(child(statement.element, "code"), scope.narrative)
    return (
        child(statement.element, "participant") is not None
        or mapped("allergy-kind", kind.system, kind.code) is not None
        or mapped("allergy-category", kind.system, kind.code) is not None
    )


def _read_container(statement: Statement, scope: Scope) -> Iterator[Finding]:
    for _, inner in statements_below(statement, scope):
        yield from _read(inner, scope)


def _read_isolate(statement: Statement, scope: Scope) -> Iterator[Finding]:
    code = child(statement.element, "specimen/specimenRole/specimenPlayingEntity/code")
    microbe = named(concept_of(code, scope.narrative))
    about = None
    if microbe is not None:
        about = f"Isolat : {microbe}" if scope.is_french else f"Isolate: {microbe}"
    yield from _read_container(replace(statement, about=about), scope)


def _with_vital_signs(handler: Handler) -> Handler:
    # Reports of acts hang measures on problems: a temperature on a hypothermia.
    def read(statement: Statement, scope: Scope) -> Iterator[Finding]:
        yield from handler(statement, scope)
        for _, inner in statements_below(statement, scope):
            code = attribute(child(inner.element, "code"), "code")
            if _kind_of(inner, scope) == "vital-sign" and code in vital_signs():
                yield from read_result(inner, scope)

    return read


def _noted(what: str) -> Handler:
    def read(statement: Statement, scope: Scope) -> Iterator[Finding]:
        del statement, scope
        yield Noted(what=what)

    return read


def _ignored(statement: Statement, scope: Scope) -> Iterator[Finding]:
    del statement, scope
    return iter(())


_HANDLERS: Mapping[str, Handler] = {
    "attachment": _noted("attachments"),
    "comment": _noted("comments"),
    "detail": _ignored,
    "immunization": read_immunization,
    "treatment": read_treatment,
    "allergy-concern": read_allergy_concern,
    "allergy": read_allergy,
    "problem-concern": _with_vital_signs(read_problem_concern),
    "problem": _with_vital_signs(read_problem),
    "coded-observation": read_coded_observation,
    "procedure": read_procedure,
    "encounter": read_encounter,
    "delivery": read_delivery,
    "family": read_family,
    "family-observation": read_family_observation,
    "social": read_social,
    "vital-organizer": read_vital_signs,
    "vital-sign": read_result,
    "result": read_result,
    "container": _read_container,
    "isolate": _read_isolate,
}


def _last_template(element: Element) -> str | None:
    found = template_ids(element)
    return f"template:{found[-1]}" if found else None
