"""From the short hand of the data files to bodies of records."""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import msgspec

from backend.clinical.reference import LOINC, QUANTITIES
from backend.demo.model import Analyte, Fields, PersonFile, Reading, Series, Vaccines
from backend.demo.moments import ZONE_NAME, Origin, at_local_time

_SYSTEMS = {
    "atc": "http://www.whocc.no/atc",
    "icd10": "http://hl7.org/fhir/sid/icd-10",
    "loinc": LOINC,
}
_NUVA = "http://smt.esante.gouv.fr/terminologie-nuva"
_CIS = "urn:oid:1.2.250.1.213.2.3.1"
_PRESSURE = "blood-pressure"
_PRESSURE_LABEL = "Tension artérielle"
_UNITS = {
    "weight": "kg",
    "height": "cm",
    "heart-rate": "/min",
    "temperature": "Cel",
    "oxygen-saturation": "%",
    "glucose": "g/L",
    "hba1c": "%",
    "pain": "1",
    "steps": "1/(24.h)",
    "waist": "cm",
    "head": "cm",
}
# What begins at a practice or a pharmacy, on a day when it is open.
_VISITS = frozenset({"immunizations", "treatments"})
_MINUTES_OFF = 25


class Expansion(msgspec.Struct, frozen=True, kw_only=True):
    """All that it takes to read one person's file on one day."""

    key: str
    seed: int
    origin: Origin
    file: PersonFile
    vaccines: Vaccines
    analytes: dict[str, Analyte]

    def records(self) -> Iterator[tuple[str, Fields]]:
        """Give the collection and the body of each record."""
        for collection, items in self.file.records.items():
            for item in items:
                if collection == "appointments":
                    yield from ((collection, body) for body in self._appointments(item))
                else:
                    yield collection, self._body(item, is_visit=collection in _VISITS)
        for series in self.file.series:
            yield from (("measures", body) for body in self._series(series))
        for reading in self.file.readings:
            yield from (("measures", body) for body in self._reading(reading))

    def _body(self, item: Fields, *, is_visit: bool) -> Fields:
        body: Fields = {}
        for name, value in item.items():
            if name in _SYSTEMS:
                body |= {"code": value, "code_system": _SYSTEMS[name]}
            elif name == "vaccine":
                body |= self._vaccine(value)
            elif name == "starts_at":
                body[name] = self.origin.instant(value).isoformat()
            elif name.endswith("_on"):
                body[name] = self.origin.partial(value, working_day=is_visit)
            else:
                body[name] = value
        return body

    def _vaccine(self, key: str) -> Fields:
        vaccine = self.vaccines.vaccines[key]
        return {
            "label": vaccine.label,
            "code": vaccine.nuva,
            "code_system": _NUVA,
            "codings": [{"code": vaccine.cis, "system": _CIS, "display": vaccine.label}],
            "target_diseases": [
                {"code": code, "system": _NUVA, "display": self.vaccines.diseases[code]}
                for code in vaccine.diseases
            ],
        }

    def _appointments(self, item: Fields) -> Iterator[Fields]:
        """Give one appointment for each instant listed; what is past took place."""
        shared = dict(item)
        practitioner = self.file.practitioners[shared.pop("with")]
        lasts = timedelta(minutes=shared.pop("minutes", 20))
        for text in shared.pop("at"):
            starts_at = self.origin.instant(text, working_day=True)
            is_past = starts_at.date() < self.origin.today
            yield {
                "status": "fulfilled" if is_past else "booked",
                "starts_at": starts_at.isoformat(),
                "ends_at": (starts_at + lasts).isoformat(),
                "time_zone": ZONE_NAME,
                "practitioner": practitioner.name,
                "specialty": practitioner.specialty,
                "location": practitioner.location,
                **shared,
            }

    def _series(self, series: Series) -> Iterator[Fields]:
        last = self.origin.instant(series.until)
        for place in range(series.count):
            if place in series.skips:
                continue
            day = last.date() - timedelta(days=series.every_days * (series.count - 1 - place))
            share = place / max(series.count - 1, 1)
            values = [
                round(
                    along(line, share) + wide * self._wobble(f"{series.kind}|{place}|{n}"),
                    series.digits,
                )
                for n, (line, wide) in enumerate(zip(series.points, series.wobble, strict=True))
            ]
            at = self._about(day, last.time(), f"{series.kind}|{place}")
            value = values[0] if len(values) == 1 else (values[0], values[1])
            yield self._measure(series.kind, value, at) | series.fields

    def _reading(self, reading: Reading) -> Iterator[Fields]:
        at = self.origin.instant(reading.at, working_day=not reading.any_day)
        for name, value in reading.values.items():
            if name in self.analytes:
                assert isinstance(value, float)
                yield self._result(self.analytes[name], value, at) | reading.fields
            else:
                yield self._measure(name, value, at) | reading.fields

    def _measure(self, kind: str, value: float | tuple[float, ...], at: datetime) -> Fields:
        body: Fields = {"kind": kind, "measured_at": at.isoformat()}
        if isinstance(value, tuple):
            systolic, diastolic = value
            return body | {
                "label": _PRESSURE_LABEL,
                "unit": "mm[Hg]",
                "systolic": systolic,
                "diastolic": diastolic,
            }
        unit = _UNITS[kind]
        label = QUANTITIES[kind, "value", unit].label_fr
        return body | {"label": label, "unit": unit, "value": value}

    def _result(self, analyte: Analyte, value: float, at: datetime) -> Fields:
        body: Fields = {
            "kind": "result",
            "label": analyte.label,
            "measured_at": at.isoformat(),
            "value": value,
            "unit": analyte.unit,
        }
        if analyte.loinc is not None:
            body |= {"code": analyte.loinc, "code_system": LOINC}
        bounds = {"reference_low": analyte.low, "reference_high": analyte.high}
        known = {name: bound for name, bound in bounds.items() if bound is not None}
        return body | known | ({"interpretation": _interpretation(value, analyte)} if known else {})

    def _about(self, day: date, clock: time, name: str) -> datetime:
        """Return an instant near a time of day: nobody steps on scales at 8 sharp."""
        minutes = round(_MINUTES_OFF * self._wobble(f"minute|{name}"))
        return at_local_time(day, clock) + timedelta(minutes=minutes)

    def _wobble(self, name: str) -> float:
        """Return a number from -1 to 1, the same for the same seed, person and name."""
        digest = hashlib.sha256(f"{self.seed}|{self.key}|{name}".encode()).digest()
        return int.from_bytes(digest[:4]) / (2**31) - 1


def _interpretation(value: float, analyte: Analyte) -> str:
    if analyte.low is not None and value < analyte.low:
        return "L"
    return "H" if analyte.high is not None and value > analyte.high else "N"


def along(points: tuple[float, ...], share: float) -> float:
    """Return the height of a line through evenly spaced points, at a share of its length."""
    if len(points) == 1:
        return points[0]
    place = min(int(share * (len(points) - 1)), len(points) - 2)
    rest = share * (len(points) - 1) - place
    return points[place] + rest * (points[place + 1] - points[place])
