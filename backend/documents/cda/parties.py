"""People, devices and organizations, in whatever role they take part."""

from datetime import tzinfo
from xml.etree.ElementTree import Element

from msgspec import Struct

from backend.documents.cda import limits
from backend.documents.cda.concepts import concept_of, identifiers
from backend.documents.cda.model import Concept, Organization, Party, PersonName
from backend.documents.cda.narrative import Narrative
from backend.documents.cda.times import period_of
from backend.documents.cda.tree import attribute, child, children, one_line, own_text

_ROLES = (
    "assignedAuthor",
    "assignedEntity",
    "associatedEntity",
    "relatedEntity",
    "intendedRecipient",
)
_PERSONS = (
    "assignedPerson",
    "associatedPerson",
    "relatedPerson",
    "informationRecipient",
    "guardianPerson",
)
_ORGANIZATIONS = (
    "representedOrganization",
    "scopingOrganization",
    "receivedOrganization",
    "guardianOrganization",
)
_NAMES_MAX = 20


class PatientNames(Struct, frozen=True, kw_only=True):
    """The names of a patient, by what they are.

    Source: CI-SIS, identity traits: BR at birth, CL in use, SP by marriage.
    """

    birth_family: str | None = None
    used_family: str | None = None
    birth_given: str | None = None
    used_given: str | None = None
    given: tuple[str, ...] = ()


def party_of(element: Element, narrative: Narrative, zone: tzinfo) -> Party:
    """Read one participation, whatever its kind."""
    role = _first(element, _ROLES)
    entity = element if role is None else role
    person = _first(entity, _PERSONS)
    device = child(entity, "assignedAuthoringDevice")
    code = concept_of(child(entity, "code"), narrative)
    function = concept_of(child(element, "functionCode"), narrative)
    return Party(
        role=attribute(element, "typeCode") or element.tag,
        role_class=attribute(entity, "classCode"),
        function=None if function == Concept() else function,
        period=period_of(child(element, "time"), zone),
        ids=identifiers(entity),
        code=None if code == Concept() else code,
        name=_person_name(child(person, "name")),
        device=own_text(child(device, "softwareName"))
        or own_text(child(device, "manufacturerModelName")),
        organization=organization_in(_first(entity, _ORGANIZATIONS), narrative),
        telecoms=telecoms_of(entity),
    )


def organization_in(element: Element | None, narrative: Narrative) -> Organization | None:
    """Read an organization."""
    if element is None:
        return None
    setting = concept_of(child(element, "standardIndustryClassCode"), narrative)
    return Organization(
        ids=identifiers(element),
        name=one_line(own_text(child(element, "name")), length_max=limits.LINE_LENGTH_MAX),
        practice_setting=None if setting == Concept() else setting,
    )


def telecoms_of(element: Element | None) -> tuple[str, ...]:
    """Return telephone numbers and addresses, as URIs."""
    found = (attribute(one, "value") for one in children(element, "telecom")[:_NAMES_MAX])
    return tuple(one for one in found if one is not None)


def names_in(person: Element | None) -> PatientNames:
    """Read the names of a patient.

    A family name without qualifier is never taken for the birth name: only
    what is said to be a birth name may prove who somebody is.
    """
    families = _qualified(person, "family")
    givens = _qualified(person, "given")
    listed = " ".join(text for text, qualifiers in givens if not qualifiers).split()
    birth_given = _pick(givens, "BR")
    return PatientNames(
        birth_family=_pick(families, "BR"),
        used_family=_pick(families, "CL") or _pick(families, "SP") or _pick(families, None),
        birth_given=birth_given,
        used_given=_pick(givens, "CL"),
        given=tuple(listed[:_NAMES_MAX]) or tuple([birth_given] if birth_given else []),
    )


def _qualified(person: Element | None, part: str) -> list[tuple[str, frozenset[str]]]:
    found: list[tuple[str, frozenset[str]]] = []
    for element in children(person, f"name/{part}")[:_NAMES_MAX]:
        text = one_line(own_text(element), length_max=limits.LINE_LENGTH_MAX)
        if text is not None:
            found.append((text, frozenset((attribute(element, "qualifier") or "").split())))
    return found


def _pick(names: list[tuple[str, frozenset[str]]], qualifier: str | None) -> str | None:
    for text, qualifiers in names:
        if (qualifier is None and not qualifiers) or qualifier in qualifiers:
            return text
    return None


def _person_name(element: Element | None) -> PersonName | None:
    if element is None:
        return None
    given = (one_line(own_text(one)) for one in children(element, "given")[:_NAMES_MAX])
    name = PersonName(
        family=own_text(child(element, "family")),
        given=tuple(one for one in given if one is not None),
        prefix=own_text(child(element, "prefix")),
        suffix=own_text(child(element, "suffix")),
        text=own_text(element),
    )
    return None if name == PersonName() else name


def _first(element: Element | None, names: tuple[str, ...]) -> Element | None:
    for name in names:
        found = child(element, name)
        if found is not None:
            return found
    return None
