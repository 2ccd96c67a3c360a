"""From entries to drafts: which module reads which entry."""

from collections.abc import Callable, Iterator, Mapping
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from backend.documents.cda.concepts import concept_of, named
from backend.documents.cda.entries.allergies import read_allergy, read_allergy_concern
from backend.documents.cda.entries.history import (
    read_encounter,
    read_family,
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
from backend.documents.terminology import template_kinds, vital_signs

Handler = Callable[[Statement, Scope], Iterator[Finding]]

_ORDER = (
    "attachment",
    "comment",
    "detail",
    "immunization",
    "treatment",
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
_PLANS = frozenset({"INT", "RQO", "PRP", "PRMS", "ARQ", "APT", "GOL", "DEF"})


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
    elif statement.is_other_person and kind != "family":
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
    if by_template not in ("treatment", "immunization") and (
        attribute(element, "moodCode") in _PLANS or by_template == "plan"
    ):
        return "plan"
    if by_template == "simple-observation" or by_template is None:
        return _kind_by_section(element, scope) or by_template
    return by_template


def _kind_by_section(element: Element, scope: Scope) -> str | None:
    for (tag, section), kind in _BY_SECTION.items():
        if element.tag == tag and section in scope.section_kinds:
            return kind
    if element.tag in ("act", "organizer") and not template_ids(element):
        return "container"
    return None


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
    "family": read_family,
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
