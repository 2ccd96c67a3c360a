"""Which vaccine a code means, what it holds, and against which diseases.

A code may be that of a box, of a medicine, of a class of medicines, or of a
nomenclature. It comes from a scanner, from a keyboard, from a document of any
country: what is not known is a clear refusal, whatever the text.

Source: NUVA 1.0.1124, mended by `corrections.csv`; `notifications/data/nuva/README.md`.
"""

import csv
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import msgspec

from notifications.core.boxes import CIP13_BEGINS, Box, BoxCodeInvalid, read_box
from notifications.core.text import Text, plain

CODE_MAX = 100
NAME_MAX = 200
_CLASS_LENGTHS = (7, 5)
"""An ATC class is looked up as it is, then as the wider one that it is in."""


class VaccineUnknown(LookupError):
    """A code that may well be one is not in the nomenclature, or not of a vaccine."""


class TableInvalid(ValueError):
    """A table of the nomenclature does not fit the others."""


class Disease(msgspec.Struct, frozen=True, kw_only=True):
    """What a vaccine protects against."""

    code: str
    name: Text


class Vaccine(msgspec.Struct, frozen=True, kw_only=True):
    """One vaccine of the nomenclature.

    `is_generic` tells a kind of vaccine ("tetanus vaccine, unspecified") from a
    product. `words` are its valences in the words of the calendars.
    """

    code: str
    label: str
    is_generic: bool
    valences: tuple[str, ...]
    words: frozenset[str]
    diseases: tuple[Disease, ...]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The vaccine in a box, and what the code says of the box itself."""

    vaccine: Vaccine
    box: Box


class Nomenclature(msgspec.Struct, frozen=True, kw_only=True):
    """The tables, as the texts of their files."""

    vaccines: str
    valences: str
    diseases: str
    corrections: str
    names: str
    around_names: str
    valence_words: str
    systems: str
    cip: str
    cis: str
    atc: str
    atc_classes: str
    cvx: str
    snomed: str


class Catalogue:
    """The nomenclature, ready to be asked."""

    def __init__(self, texts: Nomenclature) -> None:
        """Read and join the tables.

        Raises:
            TableInvalid: A line names what is not there, or mends what is not written.
        """
        mended = _mended(texts)
        self._vaccines = _vaccines_of(mended, _rows(texts.valence_words))
        self._systems = {row["system"].lower(): row["kind"] for row in _rows(texts.systems)}
        self._written: dict[str, str] = {}
        for row in _rows(texts.systems):
            self._written.setdefault(row["kind"], row["system"])
        self._codes: Mapping[str, Mapping[str, str]] = {
            "nuva": {code: code for code in self._vaccines},
            "cip": self._aligned("cip", texts.cip),
            "cis": self._aligned("cis", texts.cis),
            "cvx": self._aligned("cvx", texts.cvx),
            "snomed": self._aligned("snomed", texts.snomed),
            "atc": self._aligned("atc", texts.atc) | self._aligned("atc", texts.atc_classes),
        }
        self._around = frozenset(plain(row["word"]) for row in _rows(texts.around_names))
        self._names = _names_of([*self._vaccines.values()], _rows(texts.names))
        self._by_cip7 = {cip[len(CIP13_BEGINS) : -1]: cip for cip in self._codes["cip"]}

    @property
    def system(self) -> str:
        """The name of the nomenclature's own code system."""
        return self._written["nuva"]

    @property
    def vaccines(self) -> Mapping[str, Vaccine]:
        """Every vaccine, by its code."""
        return MappingProxyType(self._vaccines)

    def resolve_box(self, text: str) -> Found:
        """Say which vaccine is in a box, from its code, scanned or typed.

        Raises:
            BoxCodeInvalid: This is no code of a box, or it was misread.
            VaccineUnknown: It is one, of no vaccine that is known here.
        """
        box = read_box(text)
        vaccine = self._vaccines.get(self._nuva_of(box) or "")
        if vaccine is None:
            raise VaccineUnknown("No vaccine is known by this code.")
        return Found(vaccine=vaccine, box=box)

    def resolve_code(self, system: str, code: str) -> Vaccine:
        """Say which vaccine a code of a code system means.

        Args:
            system: As FHIR names it, or `urn:oid:` and its identifier, or that alone.
            code: As it came.

        Raises:
            VaccineUnknown: The system or the code is not known here.
        """
        kind = self._kind_of(system)
        if kind is None or len(code) > CODE_MAX:
            raise VaccineUnknown("No vaccine is known by this code.")
        if kind in ("cip", "cis"):
            try:
                return self.resolve_box(code).vaccine
            except BoxCodeInvalid:
                raise VaccineUnknown("No vaccine is known by this code.") from None
        nuva = self._in_table(kind, code.strip().upper())
        if nuva is None:
            raise VaccineUnknown("No vaccine is known by this code.")
        return self._vaccines[nuva]

    def resolve_name(self, text: str) -> Vaccine:
        """Say which vaccine a name that somebody typed means.

        The longest one that it begins with holds, so that Prevenar 13 is not Prevenar.
        Around it may stand which dose it was, and nothing that names another vaccine.

        Raises:
            VaccineUnknown: No name is known that it begins with.
        """
        words = plain(text[:NAME_MAX]).split()
        while words and words[0] in self._around:
            words = words[1:]
        for count in range(len(words), 0, -1):
            nuva = self._names.get("".join(words[:count]))
            if nuva is not None and all(map(self._is_of_dose, words[count:])):
                return self._vaccines[nuva]
        raise VaccineUnknown("No vaccine is known by this name.")

    def resolve(self, box_code: str | None, codes: Iterable[tuple[str, str]]) -> Vaccine | None:
        """Say which vaccine a box and several codes of one dose mean, if any says.

        The box comes first, then the first code of a product, then the first of a
        kind of vaccine: what is most exact, and not what comes first.
        """
        if box_code is not None:
            try:
                return self.resolve_box(box_code).vaccine
            except (BoxCodeInvalid, VaccineUnknown):
                pass
        found: Vaccine | None = None
        for system, code in codes:
            try:
                vaccine = self.resolve_code(system, code)
            except VaccineUnknown:
                continue
            if not vaccine.is_generic:
                return vaccine
            found = found or vaccine
        return found

    def _is_of_dose(self, word: str) -> bool:
        return word in self._around or any(letter.isdigit() for letter in word)

    def _nuva_of(self, box: Box) -> str | None:
        if box.cis is not None:
            return self._codes["cis"].get(box.cis)
        cip = box.cip13
        if box.cip7 is not None:
            cip = self._by_cip7.get(box.cip7)
        return None if cip is None else self._codes["cip"].get(cip)

    def _kind_of(self, system: str) -> str | None:
        name = system.strip().lower().rstrip("/")
        return self._systems.get(name) or self._systems.get(f"urn:oid:{name}")

    def _in_table(self, kind: str, code: str) -> str | None:
        table = self._codes[kind]
        if kind != "atc":
            return table.get(code)
        found = (table.get(code[:length]) for length in _CLASS_LENGTHS if length <= len(code))
        return next((nuva for nuva in found if nuva is not None), None)

    def _aligned(self, column: str, text: str) -> dict[str, str]:
        table = {row[column]: row["nuva"] for row in _rows(text)}
        for code, nuva in table.items():
            if nuva not in self._vaccines:
                raise TableInvalid(f"{column} {code} is of {nuva}, which is no vaccine.")
        return table


def _squeezed(name: str) -> str:
    return plain(name).replace(" ", "")


_Rows = dict[str, dict[str, str]]
_Tables = dict[str, _Rows]
_KEYS = {"vaccines": "nuva", "valences": "valence", "diseases": "disease"}


def _rows(text: str) -> list[dict[str, str]]:
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return list(csv.DictReader(lines))


def _names_of(every: list[Vaccine], rows: list[dict[str, str]]) -> dict[str, str]:
    """Return vaccines by their plain names, without spaces: people write Vaxigrip Tetra.

    A name that two products share says neither.
    """
    names: dict[str, str | None] = {}
    for one in every:
        if not one.is_generic:
            name = _squeezed(one.label)
            names[name] = None if name in names else one.code
    known = {name: code for name, code in names.items() if code is not None and name}
    codes = {one.code for one in every}
    for row in rows:
        if row["nuva"] not in codes:
            raise TableInvalid(f"{row['name']} is {row['nuva']}, which is no vaccine.")
        known[_squeezed(row["name"])] = row["nuva"]
    return known


def _mended(texts: Nomenclature) -> _Tables:
    """Return vaccines, valences and diseases by their codes, with what was wrong put right."""
    tables: _Tables = {
        name: {row[key]: row for row in _rows(getattr(texts, name))} for name, key in _KEYS.items()
    }
    for row in _rows(texts.corrections):
        line = tables.get(row["file"], {}).get(row["key"], {})
        if line.get(row["column"]) != row["was"]:
            raise TableInvalid(f"{row['key']} does not say {row['was']!r}: nothing to mend.")
        line[row["column"]] = row["now"]
    return tables


def _vaccines_of(tables: _Tables, words: list[dict[str, str]]) -> dict[str, Vaccine]:
    valences = tables["valences"]
    worded = _Words(valences, words)
    diseases = {
        code: Disease(code=code, name=Text(fr=row["label_fr"], en=row["label_en"]))
        for code, row in tables["diseases"].items()
    }
    vaccines = {}
    for code, row in tables["vaccines"].items():
        held = tuple(row["valences"].split())
        if strange := set(held) - valences.keys():
            raise TableInvalid(f"{code} holds {sorted(strange)}, which are no valences.")
        vaccines[code] = Vaccine(
            code=code,
            label=row["label"],
            is_generic=row["is_generic"] == "yes",
            valences=held,
            words=worded.of(held),
            diseases=tuple(
                diseases[one] for one in dict.fromkeys(valences[one]["disease"] for one in held)
            ),
        )
    return vaccines


class _Words:
    """Which words of the calendars the valences of a vaccine are, together and alone."""

    def __init__(self, valences: _Rows, rows: list[dict[str, str]]) -> None:
        lines = [(frozenset(row["valences"].split()), row["words"].split()) for row in rows]
        strange = frozenset().union(*(line for line, _ in lines)) - valences.keys()
        if strange:
            raise TableInvalid(f"{sorted(strange)} are no valences.")
        self._wider = {code: _wider(code, valences) for code in valences}
        self._together = sorted(
            (line for line in lines if len(line[0]) > 1), key=lambda line: -len(line[0])
        )
        self._alone = {code: words for line, words in lines if len(line) == 1 for code in line}

    def of(self, held: Iterable[str]) -> frozenset[str]:
        left = set(held)
        found: set[str] = set()
        told: set[str] = set()
        for line, words in self._together:
            covered = {code for code in left if not line.isdisjoint(self._wider[code])}
            around = frozenset().union(*(self._wider[code] for code in covered))
            if line <= around:
                left -= covered
                told |= around
                found.update(words)
        for code in left:
            # What is said already of the valences beside it is not said again, more loosely.
            near = next((one for one in self._wider[code] if one in self._alone), None)
            if near is not None and near not in told:
                found.update(self._alone[near])
        return frozenset(found)


def _wider(code: str, valences: _Rows) -> tuple[str, ...]:
    """Return a valence and those that it is in, the nearest first."""
    found = [code]
    while (parent := valences[found[-1]]["parent"]) and parent not in found:
        found.append(parent)
    return tuple(found)
