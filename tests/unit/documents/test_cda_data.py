"""The data files of the reader: reviewable, without contradiction, faithful to their sources."""

import csv
import re
from pathlib import Path

import pytest

from backend.documents import terminology

DATA = Path(terminology.__file__).parent / "data"
SHARED = Path(__file__).resolve().parents[3].parent / "shared"
CLINICAL = Path(terminology.__file__).parents[1] / "clinical" / "data"

KEYS = {
    "absence_codes.csv": ("system_oid", "code"),
    "author_specialties.csv": ("code",),
    "cda_sections.csv": ("code",),
    "cda_templates.csv": ("template_id",),
    "code_systems.csv": ("oid",),
    "concept_maps.csv": ("map", "system_oid", "code"),
    "confidentiality.csv": ("code",),
    "document_types.csv": ("code",),
    "facility_types.csv": ("code",),
    "format_codes.csv": ("match", "value"),
    "measure_kinds.csv": ("kind", "part", "unit"),
    "measure_plausible.csv": ("kind", "part", "unit", "age_from"),
    "practice_settings.csv": ("code",),
    "unit_conversions.csv": ("kind", "unit"),
    "vital_signs.csv": ("loinc",),
}
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the reference lists are not beside the repository"
)


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table, without its comment lines."""
    lines = path.read_text("utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


@pytest.mark.parametrize("name", sorted(KEYS))
def test_every_line_has_one_meaning_and_a_source(name):
    """No key twice, no cell too few, and a source for the line or for the file."""
    found = rows(DATA / name)
    keys = [tuple(row[column] for column in KEYS[name]) for row in found]
    has_head = (DATA / name).read_text("utf-8").startswith("# ")

    assert len(set(keys)) == len(keys)
    assert all(None not in row and None not in row.values() for row in found)
    assert has_head or all(row["source"] for row in found)


def test_every_file_is_known_here():
    """A file added without a line above would go unreviewed."""
    assert sorted(path.name for path in DATA.glob("*.csv")) == sorted(KEYS)


@needs_shared
@pytest.mark.parametrize(
    "name",
    [
        "author_specialties",
        "confidentiality",
        "document_types",
        "facility_types",
        "practice_settings",
    ],
)
def test_official_lists_are_carried_over_whole(name):
    """Code, system and French label are those of the agency."""
    official = rows(SHARED / "data" / "terminology" / f"{name}.csv")
    ours = {row["code"]: row for row in rows(DATA / f"{name}.csv")}

    for row in official:
        if row["system_oid"] == "ASTM":
            continue
        assert ours[row["code"]]["system_oid"] == row["system_oid"]
        assert ours[row["code"]]["label_fr"] == row["label_fr"]


@needs_shared
def test_classes_and_english_labels_are_those_of_the_notes():
    """The 56 types that the reference notes were checked for agree line by line."""
    notes = (SHARED / "reference" / "interop.md").read_text("utf-8")
    table = re.findall(r"^\| ([A-Z0-9_-]+) \| [^|]+ \| ([^|]+) \| (\d\d) \|$", notes, re.MULTILINE)
    ours = {row["code"]: row for row in rows(DATA / "document_types.csv")}

    assert len(table) == 56
    for code, label, document_class in table:
        assert (ours[code]["label_en"], ours[code]["class"]) == (label.strip(), document_class)


def test_measures_are_those_that_the_clinical_room_takes():
    """Rooms do not import each other: this holds their two lists together."""
    clinical = {
        (row["kind"], row["part"], row["unit"]): (
            row["code"],
            float(row["low"]),
            float(row["high"]),
        )
        for row in rows(CLINICAL / "measures.csv")
    }

    for key, found in terminology.measure_kinds().items():
        assert clinical[key] == (found.code, found.low, found.high)
    kinds = {kind for kind, _, _ in terminology.measure_kinds()}
    assert {kind for kind, _ in terminology.vital_signs().values()} == kinds


def test_relations_are_those_that_the_clinical_room_takes():
    """Family history names kin of the national list, and nobody else."""
    kin = {row["code"] for row in rows(CLINICAL / "relations.csv") if row["is_family"] == "true"}
    ours = {row["target"] for row in rows(DATA / "concept_maps.csv") if row["map"] == "relation"}

    assert ours == kin


def test_a_system_that_nobody_knows_is_still_named():
    """An OID and a UUID are names; anything else is none."""
    assert terminology.system_uri("2.16.840.1.113883.6.1") == "http://loinc.org"
    assert terminology.system_uri("1.2.3") == "urn:oid:1.2.3"
    assert terminology.system_uri("DF6B5534-B28E-499B-968E-2CCAC9B98924").startswith(
        "urn:uuid:df6b"
    )
    assert terminology.system_uri("LABO1") is None
    assert terminology.system_uri(None) is None
