"""A country's pack: its calendar as data files, decoded from their bytes and nothing else."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Literal

import msgspec

from notifications.core.recommendation import Source
from notifications.core.screenings import Screener
from notifications.core.screenings.model import ScreeningRules, Strict
from notifications.core.screenings.pregnancy import STEP as PREGNANCY
from notifications.core.screenings.visits import windows_of
from notifications.core.spans import Length, length
from notifications.core.text import Text
from notifications.core.vaccines import Advisor, Files, Products, Seasons, VaccineRules
from notifications.core.vaccines.model import Product


class Calendar(Strict, frozen=True, kw_only=True):
    """`calendar.toml`: which pack this is.

    `known_to` is the day up to which its texts were read. What comes later than
    `horizon` from the day of a plan is not announced.
    """

    country: str
    version: str
    name: Text
    known_to: date
    warning: Text
    horizon: str


class SourceEntry(Strict, frozen=True, kw_only=True):
    """One text that rules come from. `trust`: from A, an official text, to D, not to rely on."""

    key: str
    title: str
    date: str
    trust: Literal["A", "B", "C", "D"]
    publisher: str | None = None
    url: str | None = None
    note: str | None = None


class SituationEntry(Strict, frozen=True, kw_only=True):
    """One situation that a rule may ask for, and the codes that say it."""

    code: str
    kind: Literal[
        "health",
        "group",
        "place",
        "work",
        "household",
        "birth",
        "past",
        "contraindication",
        "screening",
    ]
    name: Text
    question: Text
    source: tuple[str, ...]
    any_of: tuple[str, ...] = ()
    section: Literal["sexual-health", "mental-health", "addiction", "violence"] | None = None
    icd10: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()


class Code(Strict, frozen=True, kw_only=True):
    """One code of one system."""

    system: str
    code: str


class ExamEntry(Strict, frozen=True, kw_only=True):
    """One examination that a rule may count, and the codes that say it took place."""

    code: str
    kind: Literal["screening", "examination", "check"]
    name: Text
    needs_result: bool
    codes: tuple[Code, ...]
    source: tuple[str, ...]
    section: Literal["sexual-health", "mental-health", "addiction", "violence"] | None = None


class Sources(Strict, frozen=True, kw_only=True):
    """A whole `sources.toml`."""

    source: tuple[SourceEntry, ...]


class Situations(Strict, frozen=True, kw_only=True):
    """A whole `situations.toml`."""

    situation: tuple[SituationEntry, ...]


class Exams(Strict, frozen=True, kw_only=True):
    """A whole `exams.toml`."""

    exam: tuple[ExamEntry, ...]


class Pack(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Everything that one country says."""

    calendar: Calendar
    sources: Sources
    situations: Situations
    exams: Exams
    screenings: ScreeningRules
    vaccines: VaccineRules
    products: Products
    seasons: Seasons

    @cached_property
    def label(self) -> str:
        """The pack and its version."""
        return f"{self.calendar.country} {self.calendar.version}"

    @cached_property
    def horizon(self) -> Length:
        """What comes later from the day of a plan is not announced."""
        return length(self.calendar.horizon)

    @cached_property
    def source_of(self) -> Mapping[str, Source]:
        """Each source by its key."""
        return {
            one.key: Source(key=one.key, title=one.title, url=one.url)
            for one in self.sources.source
        }

    @cached_property
    def situation_of(self) -> Mapping[str, SituationEntry]:
        """Each situation by its code."""
        return {one.code: one for one in self.situations.situation}

    @cached_property
    def exam_of(self) -> Mapping[str, ExamEntry]:
        """Each examination by its code."""
        return {one.code: one for one in self.exams.exam}

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """The members of each group, all the way down."""
        return {
            one.code: tuple(dict.fromkeys(self._members(one.code)))
            for one in self.situations.situation
            if one.any_of
        }

    @cached_property
    def items(self) -> frozenset[str]:
        """The id of every rule."""
        vaccines = (rule.id for rule in self.vaccines.vaccine)
        return frozenset((*(rule.id for rule in self.screenings.rules()), *vaccines))

    @cached_property
    def name_of(self) -> Mapping[str, Text]:
        """The name of every rule by its id: of several of one id, the main one."""
        tracks = sorted(self.vaccines.vaccine, key=lambda rule: not rule.track)
        vaccines = {rule.id: rule.name for rule in tracks}
        return vaccines | {rule.id: rule.name for rule in self.screenings.rules()}

    @cached_property
    def windows(self) -> frozenset[str]:
        """The id of every window that an examination may name."""
        listed = (window.id for rule in self.screenings.visits for window in windows_of(rule))
        return frozenset((*listed, PREGNANCY))

    @cached_property
    def product_of(self) -> Mapping[str, Product]:
        """Each product by its id."""
        return {one.id: one for one in self.products.product}

    @cached_property
    def advisor(self) -> Advisor:
        """What is asked about vaccines."""
        return Advisor(Files(self.vaccines, self.products, self.seasons, self.cite))

    @cached_property
    def screener(self) -> Screener:
        """What is asked about screenings and visits."""
        return Screener(self.screenings, cite=self.cite, ask=self.ask)

    def cite(self, key: str) -> Source:
        """Return a source by its key."""
        return self.source_of[key]

    def ask(self, code: str) -> Text:
        """Return the question of a situation."""
        return self.situation_of[code].question

    def _members(self, code: str) -> Iterator[str]:
        for member in self.situation_of[code].any_of:
            yield member
            yield from self._members(member)
