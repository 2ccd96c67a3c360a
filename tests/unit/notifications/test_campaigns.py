"""Campaigns that whoever runs a server adds to a calendar."""

import pytest

from notifications import calendars
from notifications.core.pack_decode import PackInvalid, decode_campaigns, with_campaigns

FILE = b"""
[[source]]
key = "agency"
title = "Dates of the campaign"
date = "2026-09-30"
trust = "A"

[[season]]
item = "influenza"
id = "2026-2027"
regions = ["FR"]
from = 2026-10-13
to = 2027-01-31
source = ["agency"]
"""


def regions_of(pack, season):
    """Return where a season of influenza is held."""
    return {
        region
        for one in pack.seasons.season
        if one.item == "influenza" and one.id == season
        for region in one.regions
    }


def test_a_campaign_stands_beside_those_of_the_calendar():
    """What was known of the last one stays."""
    pack = with_campaigns(calendars.load("fr"), decode_campaigns(FILE))

    assert regions_of(pack, "2026-2027") == {"FR"}
    assert regions_of(pack, "2025-2026") == {"FR", "MQ", "GP", "GF", "YT"}
    assert pack.cite("agency").title == "Dates of the campaign"


def test_a_campaign_replaces_the_one_it_overlaps_where_it_is_held():
    """Whoever runs a server knows better than what shipped; other regions keep theirs."""
    moved = FILE.replace(b"2026-10-13", b"2025-10-01").replace(b"2027-01-31", b"2026-03-31")

    pack = with_campaigns(calendars.load("fr"), decode_campaigns(moved))

    assert regions_of(pack, "2026-2027") == {"FR"}
    assert regions_of(pack, "2025-2026") == {"MQ", "GP", "GF", "YT"}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (b'item = "influenza"', b'item = "influenca"', "influenca"),
        (b'source = ["agency"]', b'source = ["nobody"]', "nobody"),
        (b"to = 2027-01-31", b"to = 2026-01-31", "2026-2027"),
        (b"[[season]]", b"[[saison]]", "saison"),
        (b"from = 2026-10-13", b"from = ", "campaigns"),
    ],
)
def test_a_file_with_a_fault_is_refused_and_the_fault_told(before, after, said):
    """Nobody is reminded by dates that nobody checked."""
    with pytest.raises(PackInvalid) as refused:
        with_campaigns(calendars.load("fr"), decode_campaigns(FILE.replace(before, after)))

    assert said in " ".join(refused.value.faults)
