"""Whether what stands in several places fits together: ids, dates in force, campaigns."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from notifications.core.vaccines.checks.spelling import place_of
from notifications.core.vaccines.model import Products, Season, Seasons, Vaccine, VaccineRules


def file_faults(rules: VaccineRules, products: Products, seasons: Seasons) -> list[str]:
    """Name what stands twice, and what leaves a gap in time or covers it twice."""
    return [
        *_twice("valence", (one.id for one in products.valence)),
        *_twice("product", (one.id for one in products.product)),
        *(fault for rule in rules.vaccine for fault in _rule(rule)),
        *_versions(rules),
        *_campaigns(seasons),
    ]


def _twice(kind: str, ids: Iterable[str]) -> list[str]:
    return [
        f"{kind} {name!r} stands {count} times."
        for name, count in Counter(ids).items()
        if count > 1
    ]


def _rule(rule: Vaccine) -> list[str]:
    place, faults = place_of(rule), []
    if not rule.source:
        faults.append(f"{place}: it has no source.")
    if not rule.counts or not all(rule.counts):
        faults.append(f"{place}: it says of no dose that it counts.")
    if rule.since and rule.until and rule.since >= rule.until:
        faults.append(f"{place}: it ends on {rule.until}, before it begins.")
    needed = {"contact": rule.contact and rule.within, "every": rule.every}
    if not needed.get(rule.timetable, True):
        faults.append(f"{place}: a rule of every {rule.timetable!r} does not say which or when.")
    if rule.timetable != "season" and not any(one.doses for one in rule.scheme):
        faults.append(f"{place}: it has no dose.")
    if rule.timetable not in ("series", "season") and len(rule.scheme) > 1:
        faults.append(f"{place}: only a series has several schemes.")
    for scheme in rule.scheme:
        faults += [
            f"{place}: {fault}" for fault in _twice("step", (one.step for one in scheme.doses))
        ]
    return faults


def _versions(rules: VaccineRules) -> list[str]:
    """Compare the rules of one id and track, which follow one another in time."""
    faults, by_name = [], dict[tuple[str, str], list[Vaccine]]()
    for rule in rules.vaccine:
        by_name.setdefault((rule.id, rule.track), []).append(rule)
    for versions in by_name.values():
        ordered = sorted(versions, key=lambda one: one.since or date.min)
        for one, other in pairwise(ordered):
            ends, begins = one.until or date.max, other.since or date.min
            if begins < ends:
                faults.append(f"{place_of(one)}: two rules are in force on {begins}.")
            elif begins > ends:
                faults.append(f"{place_of(one)}: no rule is in force from {ends} to {begins}.")
    return faults


def _campaigns(seasons: Seasons) -> list[str]:
    faults, rows = [], dict[tuple[str, str, str], list[Season]]()
    for season in seasons.season:
        faults += _season(season)
        for region in season.regions:
            rows.setdefault((season.item, season.campaign, region), []).append(season)
    for (item, _, region), campaigns in rows.items():
        ordered = sorted(campaigns, key=lambda one: one.from_)
        faults += [
            f"season of {item!r} in {region}: {one.id!r} and {other.id!r} overlap."
            for one, other in pairwise(ordered)
            if other.from_ <= (one.to or date.max)
        ]
    return faults


def _season(season: Season) -> list[str]:
    place, faults = f"season {season.id!r} of {season.item!r}", []
    if season.to is not None and season.to < season.from_:
        faults.append(f"{place}: it ends on {season.to}, before it begins.")
    if season.to is not None and season.all_year:
        faults.append(f"{place}: it goes on all the year, and ends.")
    if not season.source:
        faults.append(f"{place}: it has no source.")
    return faults
