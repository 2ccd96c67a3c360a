"""The numbers of the agenda's link. Each has a test."""

from datetime import timedelta

TOKEN_BYTES = 32
LINK_CHARACTERS_MAX = 100

EVENTS_MAX = 1_000
"""Events of one answer: the next ones first, then the last ones. Nobody has as many."""
ZONES_MAX = 20
"""Zones that are described in one answer; further ones are written in UTC."""
BEHIND = timedelta(days=90)
AHEAD = timedelta(days=3_653)
GONE_SHOWN = timedelta(days=60)
"""How long what is gone stays as cancelled: calendars that look once a month hear of it."""

REFRESH = timedelta(hours=4)
READS_PER_MINUTE = 30
MISSES_PER_MINUTE = 120
CACHED_MAX = 50
