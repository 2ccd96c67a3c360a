"""What this room tells the planner: the records of a space as facts about one person.

What nobody has confirmed tells nothing. What is not understood is never dropped
in silence: a dose of an unknown product stays a dose, and the person is told
that it counts for nothing yet.

Source: docs/decisions/0029-facts.md.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from backend.prevention import model, readings
from backend.prevention.knowledge import Held, Knowledge, knowledge_of
from backend.prevention.readings import day_done, first_day, last_day, read
from backend.prevention.reference import exam_shown, meaning_of, overseas, result_in
from notifications.core.facts import (
    Dose,
    Exam,
    Facts,
    Pregnancy,
    Refusal,
    Sex,
    Situation,
)
from notifications.core.pack import Pack
from notifications.core.pregnancies import TERM
from notifications.core.products import Vaccine, VaccineUnknown
from notifications.core.recommend import recommend
from notifications.core.recommendation import Plan
from notifications.core.spans import add_months
from notifications.core.text import Text
from sync.storage.port import Record

Records = Mapping[str, Sequence[Record]]
"""Standing records by collection."""

COLLECTIONS = frozenset(
    {
        "profile",
        "immunizations",
        "treatments",
        "screenings",
        "situations",
        "conditions",
        "history",
        "measures",
        "documents",
    }
)
"""Those that facts are read from."""

_REFUSED_MONTHS = 12
_OF_THE_FAMILY = re.compile(r"Z8[0-4]")
_POSTCODE = re.compile(r"(?<!\d)\d{5}(?!\d)")
_OVER = frozenset({"resolved", "inactive", "remission"})


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a record, and what of it could not be made one."""

    facts: Facts
    problems: tuple[Text, ...]


def facts_of(records: Records, knowledge: Knowledge, on: date) -> Known | None:
    """Read the records of a space as facts, in the words of one calendar.

    Args:
        records: By collection, those of COLLECTIONS; what is absent tells nothing.
        knowledge: The calendar.
        on: The day of the plan: what is known to the month alone is not in its future.

    Returns:
        None where no profile says when the person was born.
    """
    profiles = (read(one, readings.Profile) for one in records.get("profile", ()))
    profile = next((one for one in profiles if one is not None), None)
    if profile is None or profile.birth_date is None:
        return None
    reading = _Reading(knowledge, on)
    for name, take in reading.readers().items():
        for record in records.get(name, ()):
            if tells(record):
                take(record, str(record.record_id))
    facts = Facts(
        birth_date=profile.birth_date,
        sex=_sex(profile.sex),
        residence=reading.residence() or _country_in(profile.address_text),
        born_in=_country(profile.birth_place_code),
        doses=tuple(reading.doses),
        exams=tuple(reading.exams),
        situations=tuple(reading.situations),
        pregnancies=tuple(reading.pregnancies),
        refusals=tuple(reading.refusals),
    )
    return Known(facts=facts, problems=tuple(reading.problems))


def tells(record: Record) -> bool:
    """Say whether a record may tell anything: a weight or a pressure, which are most, does not.

    Those are not even decoded. One that was deleted may have.
    """
    return record.collection != "measures" or record.body is None or _is_result(record.body)


def _is_result(body: bytes) -> bool:
    return b'"kind":"result"' in body


def recommender(pack: Pack) -> Callable[[Records, date], Plan | None]:
    """Return what says what a calendar advises to the person of some records on a day.

    It answers None where no profile says when the person was born.
    """
    knowledge = knowledge_of(pack)

    def advise(records: Records, on: date) -> Plan | None:
        known = facts_of(records, knowledge, on)
        if known is None:
            return None
        plan = recommend(pack, known.facts, on)
        return msgspec.structs.replace(plan, problems=(*plan.problems, *known.problems))

    return advise


class _Reading:
    """Reads records one after the other."""

    def __init__(self, knowledge: Knowledge, on: date) -> None:
        self._knowledge = knowledge
        self._on = on
        self._homes: list[tuple[date, str]] = []
        self.doses: list[Dose] = []
        self.exams: list[Exam] = []
        self.situations: list[Situation] = []
        self.pregnancies: list[Pregnancy] = []
        self.refusals: list[Refusal] = []
        self.problems: list[Text] = []

    def readers(self) -> Mapping[str, Callable[[Record, str], None]]:
        """Return what reads each collection."""
        return {
            "immunizations": self._immunization,
            "treatments": self._treatment,
            "screenings": self._screening,
            "situations": self._situation,
            "conditions": self._condition,
            "history": self._history,
            "measures": self._measure,
            "documents": self._document,
        }

    def residence(self) -> str | None:
        """Return the country in which the person lives, if a record says so."""
        return max(self._homes, default=(None, None))[1]

    def _immunization(self, record: Record, fact_id: str) -> None:
        body = read(record, model.Immunization)
        if body is None or body.status == "entered-in-error" or body.occurred_on is None:
            return
        codes = [] if body.code is None else [(body.code_system or "", body.code)]
        codes += [(one.system, one.code) for one in body.codings]
        held = self._held(body.box_code, codes, body.label)
        given_on = day_done(body.occurred_on, self._on)
        if body.status == "not-done":
            if held is not None and body.reason_not_done:
                items = self._knowledge.items_refused(held)
                self._refuse(fact_id, items, given_on, body.reason_not_done)
            return
        if held is None:
            self.problems.append(_unknown_vaccine(body.label))
            held = Held(None, frozenset())
        dose = Dose(
            fact_id=fact_id, given_on=given_on, valences=held.valences, product=held.product
        )
        self.doses.append(dose)

    def _treatment(self, record: Record, fact_id: str) -> None:
        """Count the antibodies that certificates and pharmacies record as treatments."""
        body = read(record, readings.Treatment)
        if body is None or body.started_on is None or body.status in ("intended", "on-hold"):
            return
        held = self._held(None, body.codes(), body.label)
        if held is not None and held.valences & self._knowledge.antibodies:
            given_on = day_done(body.started_on, self._on)
            dose = Dose(
                fact_id=fact_id, given_on=given_on, valences=held.valences, product=held.product
            )
            self.doses.append(dose)

    def _held(self, box_code: str | None, codes: list[tuple[str, str]], label: str) -> Held | None:
        vaccine = self._knowledge.catalogue.resolve(box_code, codes)
        if vaccine is None or vaccine.is_generic:
            named = self._named(label)
            if vaccine is None or (named is not None and _is_one_of(named, vaccine)):
                vaccine = named
        return None if vaccine is None else self._knowledge.held(vaccine)

    def _named(self, label: str) -> Vaccine | None:
        try:
            return self._knowledge.catalogue.resolve_name(label)
        except VaccineUnknown:
            return None

    def _screening(self, record: Record, fact_id: str) -> None:
        body = read(record, model.Screening)
        if body is None or body.performed_on is None:
            return
        day = day_done(body.performed_on, self._on)
        if body.status == "refused":
            items = self._knowledge.items_of_exam.get(body.exam, ())
            self._refuse(fact_id, items, day, body.reason_not_done or "")
        elif body.status == "completed":
            exam = Exam(
                fact_id=fact_id,
                code=body.exam,
                performed_on=day,
                result=body.result or "unknown",
                window=body.window,
            )
            self.exams.append(exam)

    def _situation(self, record: Record, fact_id: str) -> None:
        body = read(record, model.Situation)
        if body is None:
            return
        since, until = _bounds(body.started_on, body.ended_on)
        if body.kind == "pregnancy":
            self._pregnancy(body, fact_id)
        elif body.kind == "residence" and body.country is not None:
            begins = since or date.min
            if begins <= self._on and (until is None or self._on <= until):
                self._homes.append((begins, body.country))
        elif body.situation is not None and body.answer in ("yes", "no"):
            self._hold(
                fact_id, body.situation, since=since, until=until, holds=body.answer == "yes"
            )

    def _pregnancy(self, body: model.Situation, fact_id: str) -> None:
        if body.last_period_on is not None:
            last_period_on = first_day(body.last_period_on)
        elif body.expected_on is not None:
            last_period_on = first_day(body.expected_on) - timedelta(weeks=TERM.count)
        else:
            return
        ended_on = None if body.ended_on is None else last_day(body.ended_on)
        self.pregnancies.append(
            Pregnancy(fact_id=fact_id, last_period_on=last_period_on, ended_on=ended_on)
        )

    def _condition(self, record: Record, fact_id: str) -> None:
        body = read(record, readings.Condition)
        if body is None:
            return
        since, until = _bounds(body.onset_on, body.abated_on)
        is_over = body.clinical_status in _OVER
        for code in sorted(self._knowledge.situations_in(body.codes())):
            if code not in self._knowledge.passing:
                self._hold(fact_id, code, since=since, until=None)
            elif not (is_over and until is None):
                self._hold(fact_id, code, since=since, until=until)

    def _history(self, record: Record, fact_id: str) -> None:
        body = read(record, readings.History)
        if body is None:
            return
        codes = body.codes()
        if body.kind == "family":
            # An illness of a relative is none of the person's: only what says so of a family is.
            codes = [one for one in codes if _OF_THE_FAMILY.match(one[1])]
        since, until = _bounds(body.started_on, body.ended_on)
        for code in sorted(self._knowledge.situations_in(codes)):
            is_passing = code in self._knowledge.passing
            self._hold(fact_id, code, since=since, until=until if is_passing else None)
        if body.kind == "procedure" and body.started_on is not None:
            self._show_exam(fact_id, codes, day_done(body.started_on, self._on), "unknown")

    def _measure(self, record: Record, fact_id: str) -> None:
        body = read(record, readings.Measure)
        if body is not None:
            result = result_in(body.interpretation, body.value_text)
            self._show_exam(fact_id, body.codes(), body.measured_at.date(), result)

    def _document(self, record: Record, fact_id: str) -> None:
        body = read(record, readings.Document)
        if body is None or body.status != "current":
            return
        day = (body.service_start_at or body.created_at).date()
        shown = exam_shown(body.format_code, body.type_code)
        if shown is not None:
            self.exams.append(
                Exam(fact_id=fact_id, code=shown.exam, performed_on=day, window=shown.window)
            )
        else:
            self._show_exam(fact_id, [(body.type_system, body.type_code)], day, "unknown")

    def _show_exam(
        self,
        fact_id: str,
        codes: Sequence[tuple[str, str]],
        day: date,
        result: Literal["normal", "abnormal", "unknown"],
    ) -> None:
        words = {self._knowledge.exams[one] for one in codes if one in self._knowledge.exams}
        for code in sorted(words):
            self.exams.append(Exam(fact_id=fact_id, code=code, performed_on=day, result=result))

    def _hold(
        self, fact_id: str, code: str, *, since: date | None, until: date | None, holds: bool = True
    ) -> None:
        self.situations.append(
            Situation(fact_id=fact_id, code=code, holds=holds, since=since, until=until)
        )

    def _refuse(self, fact_id: str, items: Sequence[str], since: date, reason: str) -> None:
        """Note a no. People change their minds: after a year they are asked again."""
        meaning = meaning_of(reason)
        if meaning == "postponed":
            return
        is_advised = meaning == "advised-against"
        until = None if is_advised else add_months(since, _REFUSED_MONTHS)
        for item in items:
            self.refusals.append(
                Refusal(
                    fact_id=fact_id,
                    item=item,
                    since=since,
                    advised_against=is_advised,
                    until=until,
                )
            )


def _is_one_of(product: Vaccine, kind: Vaccine) -> bool:
    """Say whether a product is of a kind of vaccine: against the same diseases."""
    same = {one.code for one in product.diseases} == {one.code for one in kind.diseases}
    return same and not product.is_generic


def _bounds(start: str | None, end: str | None) -> tuple[date | None, date | None]:
    return None if start is None else first_day(start), None if end is None else last_day(end)


def _sex(sex: str | None) -> Sex:
    return "female" if sex == "female" else "male" if sex == "male" else "unknown"


def _country(place_code: str | None) -> str | None:
    """Return the country of a place of birth; of those abroad the code tells nothing here."""
    if place_code is None or place_code.startswith("99"):
        return None
    return overseas(place_code) or "FR"


def _country_in(address: str | None) -> str | None:
    found = _POSTCODE.findall(address or "")
    return _country(found[-1]) if found else None


def _unknown_vaccine(label: str) -> Text:
    return Text(
        fr=f"Le vaccin « {label} » n'est pas reconnu : il est gardé, et ne compte pas encore. "
        "Scannez sa boîte, ou écrivez le nom qui est dessus.",
        en=f"The vaccine “{label}” is not known: it is kept, and does not count yet. "
        "Scan its box, or write the name that is on it.",
    )
