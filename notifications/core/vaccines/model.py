"""The words of a vaccination calendar: what `vaccines.toml` may say.

Ages and intervals are spans of `notifications.core.spans`. An age that ends with
`to` is exclusive (`6m` is up to the eve) or `completed`; one that ends with `by`
is the last day itself. `verify` says, to those who keep the file, what is in
doubt; readers are told to confirm with a professional.
"""

from datetime import date
from typing import Literal

import msgspec
from msgspec import field

from notifications.core.recommendation import Level
from notifications.core.text import Text

Valences = tuple[tuple[str, ...], ...]
"""What a dose must protect against to count: all the words of any one of the lists."""


class Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a vaccine is not given in: any of the situations, or a pregnancy.

    `before_birth`: one that began nearer to the person's own birth counts for nothing.
    """

    reason: Text
    situations: tuple[str, ...] = ()
    before_birth: str | None = None
    pregnant: bool = False
    to: str | None = None
    verify: str | None = None


class Wait(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A delay after a dose of another kind, or after something that happened.

    `had` are valences, any of them, and `if_had` another that must have come before.
    A situation counts from its beginning, or with `after_end` from its end. Until
    `confirm_until` has passed, a professional is to confirm.
    """

    reason: Text
    for_: str = field(name="for")
    had: tuple[str, ...] = ()
    if_had: tuple[str, ...] = ()
    situations: tuple[str, ...] = ()
    after_end: bool = False
    confirm_until: str | None = None
    verify: str | None = None


class Strength(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How strongly a rule asks, of whom: the first that fits is meant."""

    level: Level
    born_from: date | None = None
    to: str | None = None
    verify: str | None = None


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Some of those a rule is for. Every condition that is named must hold.

    `situations`: any of them holds now; `and_situations`: any of these as well;
    `had`: any of them ever held. `undated`: with no known beginning of the
    situation it may be done on any day, and is not counted from an age.
    `ahead_days`: a situation that begins later counts already, and so many days
    before it are the last. `after_last` and `campaign` are of seasonal rules.
    """

    id: str = ""
    from_: str | None = field(name="from", default=None)
    to: str | None = None
    born_from: date | None = None
    born_before: date | None = None
    sex: Literal["female", "male"] | None = None
    situations: tuple[str, ...] = ()
    and_situations: tuple[str, ...] = ()
    had: tuple[str, ...] = ()
    pregnant: bool = False
    residence: tuple[str, ...] = ()
    born_in: tuple[str, ...] = ()
    level: Level | None = None
    reason: Text | None = None
    products: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()
    undated: bool = False
    ahead_days: int | None = None
    after_last: str | None = None
    campaign: str = ""
    verify: str | None = None


class NoteFor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A note for some: at these ages, and not for those known to be of the other sex."""

    note: Text
    sex: Literal["female", "male"] | None = None
    from_: str | None = field(name="from", default=None)
    to: str | None = None


class Variant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Other products for a dose where a valence was had between two ages."""

    had: tuple[str, ...]
    from_: str = field(name="from")
    before: str
    products: tuple[str, ...]
    reason: Text | None = None


class DoseRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One dose of a scheme.

    `at` or `from` is the age from which it is asked for, `to` or `by` the last
    for which it is meant; after `closes` it is no longer asked for. It counts
    from `min_age` on. `after_prev` and `after_first` are asked for, and are also
    the least that counts unless `min_…` says less. `confirm_within`: a previous
    dose more recent than this is to be talked over. Where doses have ages of their
    own, `counts_from` is the age from which one counts, and `every` repeats the last.
    `verify_early`: what is in doubt where a dose before this one came too early to count.
    """

    step: str
    name: Text | None = None
    at: str | None = None
    from_: str | None = field(name="from", default=None)
    to: str | None = None
    by: str | None = None
    closes: str | None = None
    min_age: str | None = None
    after_prev: str | None = None
    min_after_prev: str | None = None
    latest_after_prev: str | None = None
    after_first: str | None = None
    min_after_first: str | None = None
    latest_after_first: str | None = None
    counts_from: str | None = None
    every: str | None = None
    confirm_within: str | None = None
    verify_early: str | None = None
    products: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    waits: tuple[Wait, ...] = ()
    reason: Text | None = None
    notes: tuple[Text, ...] = ()
    verify: str | None = None

    @property
    def age(self) -> str | None:
        """The age from which it is asked for."""
        return self.at or self.from_


class Scheme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The doses for those who begin at some age, with some product, or in some group.

    After `finish_to` what was begun is no longer asked for. `only_completes`: it
    is never advised, and who followed it has done all the same.
    """

    doses: tuple[DoseRule, ...]
    start_from: str | None = None
    start_to: str | None = None
    start_by: str | None = None
    finish_to: str | None = None
    groups: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    since: date | None = None
    any_day: bool = False
    only_completes: bool = False
    level: Level | None = None
    reason: Text | None = None
    notes: tuple[Text, ...] = ()
    verify: str | None = None


class Cohort(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Those born during a campaign, or since a month of the year in which it begins.

    `before`: those born before them instead.
    """

    from_month: int
    before: bool = False


class FirstTime(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A child `under` an age takes two doses in the first season, so far `apart`."""

    under: str
    apart: str
    verify: str | None = None


class Vaccine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule. Several of one `id` have a `track` each, and make one item of the calendar.

    Timetables: `series`, doses one after another; `ages`, doses that each have an
    age; `season`, one in each campaign; `pregnancy`, one in each, in weeks of
    amenorrhoea; `every`, again and again; `contact`, soon after a contact.

    `carries` is what a dose given by this rule would hold, where that is not the
    first of `counts`. `not_if` is what somebody has had and needs it no more for;
    `ask` what must be told before it is advised; `complete_if` what tells that all
    of it was done on days nobody knows; `carried_by` another item that brings it, while
    that is open, or with `carried_when_due` while it is due; `after` another that has to
    be done first. `continues`: it asks for nothing unless the first dose was given at an
    age of its schemes.
    `every` begins after `min_doses`. Of a contact, `contact` is the situation,
    `within` the time to act, `from` the least age, and `enough` the doses that
    protect already. Of a season, `first_time` is about children, `after_last` the delay
    since the last dose or one of the `events`, `cohort` whose birth is meant.
    """

    id: str
    name: Text
    reason: Text
    source: tuple[str, ...]
    counts: Valences
    timetable: Literal["series", "ages", "season", "pregnancy", "every", "contact"] = "series"
    track: str = ""
    carries: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    levels: tuple[Strength, ...] = ()
    sex: Literal["female", "male"] | None = None
    who: tuple[Group, ...] = ()
    min_age: str | None = None
    products: tuple[str, ...] = ()
    same_product: bool = False
    live: bool = False
    once: bool = False
    not_if: tuple[Block, ...] = ()
    ask: tuple[str, ...] = ()
    complete_if: tuple[str, ...] = ()
    carried_by: str | None = None
    carried_when_due: bool = False
    after: str | None = None
    continues: bool = False
    contraindicated: tuple[Block, ...] = ()
    waits: tuple[Wait, ...] = ()
    scheme: tuple[Scheme, ...] = ()
    from_: str | None = field(name="from", default=None)
    every: str | None = None
    min_doses: int = 0
    within: str | None = None
    contact: str | None = None
    enough: int = 1
    season: str | None = None
    cohort: Cohort | None = None
    first_time: FirstTime | None = None
    events: tuple[str, ...] = ()
    after_last: str | None = None
    notes: tuple[Text, ...] = ()
    notes_for: tuple[NoteFor, ...] = ()
    verify: str | None = None


class Pair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two kinds of doses that keep a distance, on whichever side."""

    one: tuple[str, ...]
    other: tuple[str, ...]
    apart: str
    reason: Text
    source: tuple[str, ...]
    same_day: bool = False
    while_pregnant: bool = False
    verify: str | None = None


class Live(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Live vaccines: the distance they keep from one another, and what forbids them."""

    apart: str
    reason: Text
    source: tuple[str, ...]
    exempt: tuple[str, ...] = ()
    contraindicated: tuple[Block, ...] = ()
    waits: tuple[Wait, ...] = ()
    verify: str | None = None


class General(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for every vaccine.

    Further ahead than `horizon` nothing is announced. Doses of a series that say
    nothing of an interval are asked for `doses_apart`.
    """

    horizon: str
    pregnancy_ends: str
    doses_apart: str = "1m"
    live: Live
    pair: tuple[Pair, ...] = ()
    defer: tuple[Block, ...] = ()


class VaccineRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`vaccines.toml`."""

    general: General
    vaccine: tuple[Vaccine, ...]


class Valence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a dose protects against, at one strength. `live`: it holds a live germ."""

    id: str
    name: Text
    live: bool = False


class Product(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One product. Those of one `group` may replace one another within a series.

    `from` and `to` are the ages it is used at; before `valid_from` it counts for
    nothing. `state` says whether it can be had.
    """

    id: str
    name: str
    valences: tuple[str, ...]
    source: tuple[str, ...]
    nuva: str | None = None
    cis: tuple[str, ...] = ()
    live: bool = False
    antibody: bool = False
    route: Literal["injected", "oral", "nasal", "intradermal"] = "injected"
    from_: str | None = field(name="from", default=None)
    to: str | None = None
    valid_from: str | None = None
    group: str | None = None
    state: Literal["in-use", "restricted", "out-of-supply", "uncertain", "history"] = "in-use"
    note: Text | None = None
    verify: str | None = None


class Products(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`products.toml`."""

    valence: tuple[Valence, ...]
    product: tuple[Product, ...]
    attribution: str = ""


class Season(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One campaign of one item, where: `from` and `to` are its first and last days.

    One without `to` goes on all the year if `all_year`, and otherwise ends on a day
    that is not known: then nobody is reminded of it.
    """

    item: str
    id: str
    regions: tuple[str, ...]
    source: tuple[str, ...]
    from_: date = field(name="from")
    to: date | None = None
    all_year: bool = False
    campaign: str = ""
    verify: str | None = None


class Seasons(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`seasons.toml`. `home` is the region of those who have not told where they live."""

    home: str
    season: tuple[Season, ...] = ()
