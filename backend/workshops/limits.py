"""The numbers of workshops. Source: docs/decisions/0020-support-agents.md."""

from datetime import timedelta

WINDOW_MAX = timedelta(hours=4)
DECLARED_AHEAD_MAX = timedelta(days=180)
ACTS_PER_WORKSHOP_MAX = 30
ACTS_PER_HOUR_MAX = 12
AGENTS_PER_WORKSHOP_MAX = 10
WORKSHOPS_LISTED_MAX = 50
TICKETS_PER_WORKSHOP_MAX = 500
TICKET_LIFE = timedelta(minutes=15)
# Whoever began with a ticket in its last minute is given time to type the code they are sent.
TICKET_HELD = timedelta(minutes=10)
TICKET_CHARACTERS = 8

AGENT_SESSION_LIFE = timedelta(minutes=30)
AGENT_IDLE_LIFE = timedelta(minutes=10)
AGENT_LETTER_LIFE = timedelta(days=14)
AGENT_LETTER_CHARACTERS = 16

NAME_CHARACTERS_MAX = 100
PLACE_CHARACTERS_MAX = 200
PRACTICES_MAX = 3
