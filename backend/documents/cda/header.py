"""The header: what the document is, of whom, by whom, from where."""

import re
from datetime import tzinfo
from typing import Literal
from xml.etree.ElementTree import Element

from msgspec import Struct

from backend.documents.cda import limits
from backend.documents.cda.concepts import concept_of, identifier_of, identifiers
from backend.documents.cda.model import (
    Concept,
    Encounter,
    Header,
    InstanceIdentifier,
    Party,
    Patient,
    RelatedDocument,
    ServiceEvent,
)
from backend.documents.cda.narrative import Narrative
from backend.documents.cda.parties import names_in, organization_in, party_of, telecoms_of
from backend.documents.cda.times import parse_time, period_of, time_of, zone_of
from backend.documents.cda.tree import attribute, child, children, one_line, own_text

_INS_ROOTS = frozenset(f"1.2.250.1.213.1.4.{kind}" for kind in (8, 9, 10, 11))
_PLACE_CODE = re.compile(r"[0-9]{5}|2[AB][0-9]{3}")
_SEXES: dict[str | None, Literal["male", "female", "unknown"]] = {
    "M": "male",
    "F": "female",
    "U": "unknown",
    "UN": "unknown",
    "I": "unknown",
}


class _Reading(Struct, frozen=True):
    narrative: Narrative
    zone: tzinfo


def read_header(document: Element, narrative: Narrative) -> tuple[Header, tzinfo]:
    """Read the header of a document.

    Returns:
        The header, and the zone of the times that say none.

    Source: HL7 CDA R2; CI-SIS, minimal structure of medical documents.
    """
    created = attribute(child(document, "effectiveTime"), "value")
    reading = _Reading(narrative, zone_of(created))
    targets = children(document, "recordTarget")
    header = Header(
        unique_id=identifier_of(child(document, "id")),
        set_id=identifier_of(child(document, "setId")),
        version_number=_number(child(document, "versionNumber")),
        related=_related(document),
        realm=attribute(child(document, "realmCode"), "code"),
        templates=identifiers(document, "templateId"),
        type=concept_of(child(document, "code"), narrative),
        title=one_line(own_text(child(document, "title")), length_max=limits.LABEL_LENGTH_MAX),
        created=parse_time(created, reading.zone),
        language=attribute(child(document, "languageCode"), "code"),
        confidentiality=_concepts(document, "confidentialityCode", reading),
        patient=_patient(child(document, "recordTarget/patientRole"), reading)
        if len(targets) == 1
        else Patient(),
        patients=len(targets),
        authors=_parties(document, "author", reading),
        data_enterer=_party(child(document, "dataEnterer"), reading),
        informants=_parties(document, "informant", reading),
        recipients=_parties(document, "informationRecipient", reading),
        legal_authenticator=_party(child(document, "legalAuthenticator"), reading),
        authenticators=_parties(document, "authenticator", reading),
        participants=_parties(document, "participant", reading),
        custodian=organization_in(
            child(document, "custodian/assignedCustodian/representedCustodianOrganization"),
            narrative,
        ),
        orders=tuple(
            one
            for order in children(document, "inFulfillmentOf/order")[: limits.PARTIES_MAX]
            for one in identifiers(order)
        ),
        events=_events(document, reading),
        consents=_concepts(document, "authorization/consent/code", reading),
        encounter=_encounter(child(document, "componentOf/encompassingEncounter"), reading),
    )
    return header, reading.zone


def _parties(element: Element | None, path: str, reading: _Reading) -> tuple[Party, ...]:
    found = children(element, path)[: limits.PARTIES_MAX]
    return tuple(party_of(one, reading.narrative, reading.zone) for one in found)


def _party(element: Element | None, reading: _Reading) -> Party | None:
    return None if element is None else party_of(element, reading.narrative, reading.zone)


def _patient(role: Element | None, reading: _Reading) -> Patient:
    person = child(role, "patient")
    ids = identifiers(role)
    names = names_in(person)
    place = child(person, "birthplace/place")
    sex = attribute(child(person, "administrativeGenderCode"), "code")
    return Patient(
        ids=ids,
        ins=tuple(_tidy(one) for one in ids if one.root in _INS_ROOTS and one.extension),
        birth_family_name=names.birth_family,
        used_family_name=names.used_family,
        birth_given_name=names.birth_given,
        used_given_name=names.used_given,
        given_names=names.given,
        sex=_SEXES.get(sex),
        birth_date=time_of(child(person, "birthTime"), reading.zone),
        birth_place_code=_place_code(place),
        birth_place=own_text(child(place, "addr/city")) or own_text(child(place, "name")),
        telecoms=telecoms_of(role),
        guardians=_parties(person, "guardian", reading),
    )


def _tidy(identifier: InstanceIdentifier) -> InstanceIdentifier:
    value = "".join((identifier.extension or "").split()).upper()
    return InstanceIdentifier(root=identifier.root, extension=value)


def _place_code(place: Element | None) -> str | None:
    for path in ("addr/county", "addr/censusTract"):
        code = own_text(child(place, path))
        if code is not None and _PLACE_CODE.fullmatch(code):
            return code
    return None


def _related(document: Element) -> tuple[RelatedDocument, ...]:
    return tuple(
        RelatedDocument(
            relation=attribute(element, "typeCode") or "",
            ids=identifiers(element, "parentDocument/id"),
            set_id=identifier_of(child(element, "parentDocument/setId")),
            version_number=_number(child(element, "parentDocument/versionNumber")),
        )
        for element in children(document, "relatedDocument")[: limits.PARTIES_MAX]
    )


def _events(document: Element, reading: _Reading) -> tuple[ServiceEvent, ...]:
    return tuple(
        ServiceEvent(
            code=_concept(event, "code", reading),
            period=period_of(child(event, "effectiveTime"), reading.zone),
            performers=_parties(event, "performer", reading),
        )
        for event in children(document, "documentationOf/serviceEvent")[: limits.PARTIES_MAX]
    )


def _encounter(element: Element | None, reading: _Reading) -> Encounter | None:
    if element is None:
        return None
    facility = child(element, "location/healthCareFacility")
    name = own_text(child(facility, "location/name")) or own_text(
        child(facility, "serviceProviderOrganization/name")
    )
    return Encounter(
        ids=identifiers(element),
        code=_concept(element, "code", reading),
        period=period_of(child(element, "effectiveTime"), reading.zone),
        discharge=_concept(element, "dischargeDispositionCode", reading),
        facility_type=_concept(facility, "code", reading),
        facility=one_line(name, length_max=limits.LINE_LENGTH_MAX),
        responsible=_party(child(element, "responsibleParty"), reading),
    )


def _concept(element: Element | None, path: str, reading: _Reading) -> Concept | None:
    found = concept_of(child(element, path), reading.narrative)
    return None if found == Concept(null_flavor=found.null_flavor) else found


def _concepts(element: Element, path: str, reading: _Reading) -> tuple[Concept, ...]:
    found = children(element, path)[: limits.PARTIES_MAX]
    return tuple(concept_of(one, reading.narrative) for one in found)


def _number(element: Element | None) -> int | None:
    value = attribute(element, "value")
    if value is None or not value.isascii() or not value.isdigit() or len(value) > 9:
        return None
    return int(value)
