"""The reviewed code lists of this room, read once from `data/`."""

import csv
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import msgspec

_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

Row = Mapping[str, str]
Key = tuple[str, ...]


class CodeEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One code of a value set."""

    code: str
    system: str
    """A FHIR system, or urn:oid: and the identifier."""
    label_fr: str
    label_en: str | None = None


class DocumentType(CodeEntry, frozen=True, kw_only=True):
    """One type of document, and the class under which it is filed.

    Source: CI-SIS JDV_J07 and ASS_X04.
    """

    class_code: str | None


class KindRange(msgspec.Struct, frozen=True, kw_only=True):
    """What one number of one kind of measure may be, in one unit."""

    code: str
    low: float
    high: float


class PlausibleRange(msgspec.Struct, frozen=True, kw_only=True):
    """What one number of one kind of measure is, in people of some ages."""

    key: Key
    ages: range
    low: float
    high: float


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """How a number in one unit becomes one in the unit of its kind."""

    canonical: str
    factor: str
    offset: str


def system_uri(identifier: str | None) -> str | None:
    """Write the identifier of a code system as a FHIR system.

    Args:
        identifier: An OID or a UUID, as CDA writes it.

    Returns:
        None for what is neither: a code without a known system says nothing.
    """
    if identifier is None:
        return None
    if _UUID.fullmatch(identifier):
        return f"urn:uuid:{identifier.lower()}"
    if _OID.fullmatch(identifier) is None:
        return None
    return _code_systems().get(identifier, f"urn:oid:{identifier}")


def mapped(name: str, system: str | None, code: str | None) -> str | None:
    """Look a code up in one of the maps of `concept_maps.csv`.

    Args:
        name: The map.
        system: The OID of its code system. A line without one takes any.
        code: A line without one takes any code of its system.
    """
    lines = _concept_maps()
    for key in ((name, system or "", code or ""), (name, "", code or ""), (name, system or "", "")):
        if key[1:] != ("", "") and key in lines:
            return lines[key]
    return None


@cache
def document_types() -> Mapping[tuple[str, str], DocumentType]:
    """Return every type of document, by FHIR system and code."""
    return MappingProxyType(
        {
            (entry.system, entry.code): entry
            for entry in (
                DocumentType(
                    code=row["code"],
                    system=system_uri(row["system_oid"]) or "",
                    label_fr=row["label_fr"],
                    label_en=row["label_en"],
                    class_code=row["class"] or None,
                )
                for row in _rows("document_types.csv")
            )
        }
    )


@cache
def value_set(name: str) -> Mapping[str, CodeEntry]:
    """Return a value set by code: author_specialties, facility_types, practice_settings."""
    return MappingProxyType(
        {
            row["code"]: CodeEntry(
                code=row["code"],
                system=system_uri(row["system_oid"]) or "",
                label_fr=row["label_fr"],
                label_en=row.get("label_en"),
            )
            for row in _rows(f"{name}.csv")
        }
    )


@cache
def confidentiality_codes() -> frozenset[tuple[str, str]]:
    """Return each code of CI-SIS JDV_J08 with the OID of its system."""
    return frozenset((row["system_oid"], row["code"]) for row in _rows("confidentiality.csv"))


@cache
def template_kinds() -> Mapping[str, str]:
    """Return what kind of statement a CDA template stands for."""
    return _table("cda_templates.csv", lambda row: (row["template_id"], row["kind"]))


@cache
def section_kinds() -> Mapping[str, str]:
    """Return what kind of section a LOINC code stands for."""
    return _table("cda_sections.csv", lambda row: (row["code"], row["kind"]))


@cache
def vital_signs() -> Mapping[str, tuple[str, str]]:
    """Return the kind and the part of a measure, by LOINC code."""
    rows = _rows("vital_signs.csv")
    return MappingProxyType({row["loinc"]: (row["kind"], row["part"]) for row in rows})


@cache
def measure_kinds() -> Mapping[Key, KindRange]:
    """Return what a measure may be, by kind, part and unit."""
    return MappingProxyType(
        {
            (row["kind"], row["part"], row["unit"]): KindRange(
                code=row["code"], low=float(row["low"]), high=float(row["high"])
            )
            for row in _rows("measure_kinds.csv")
        }
    )


@cache
def plausible_measures() -> tuple[PlausibleRange, ...]:
    """Return what a person shows, by kind, part, unit and age."""
    return tuple(
        PlausibleRange(
            key=(row["kind"], row["part"], row["unit"]),
            ages=range(int(row["age_from"]), int(row["age_to"]) + 1),
            low=float(row["low"]),
            high=float(row["high"]),
        )
        for row in _rows("measure_plausible.csv")
    )


@cache
def conversions() -> Mapping[Key, Conversion]:
    """Return how to leave a unit, by kind and unit."""
    return MappingProxyType(
        {
            (row["kind"], row["unit"]): Conversion(
                canonical=row["canonical"], factor=row["factor"], offset=row["offset"]
            )
            for row in _rows("unit_conversions.csv")
        }
    )


@cache
def absence_codes() -> Mapping[Key, tuple[str, str]]:
    """Return meaning and collection of the codes that say "none" or "unknown"."""
    return MappingProxyType(
        {
            (row["system_oid"], row["code"]): (row["meaning"], row["collection"])
            for row in _rows("absence_codes.csv")
        }
    )


@cache
def format_codes() -> Mapping[Key, str]:
    """Return the XDS format code, by what it follows from and its value."""
    rows = _rows("format_codes.csv")
    return MappingProxyType({(row["match"], row["value"]): row["format_code"] for row in rows})


@cache
def _code_systems() -> Mapping[str, str]:
    return _table("code_systems.csv", lambda row: (row["oid"], row["uri"]))


@cache
def _concept_maps() -> Mapping[Key, str]:
    return MappingProxyType(
        {
            (row["map"], row["system_oid"], row["code"]): row["target"]
            for row in _rows("concept_maps.csv")
        }
    )


def _table(file_name: str, pair: Callable[[Row], tuple[str, str]]) -> Mapping[str, str]:
    return MappingProxyType(dict(map(pair, _rows(file_name))))


def _rows(file_name: str) -> list[dict[str, str]]:
    text = files("backend.documents").joinpath("data", file_name).read_text("utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
