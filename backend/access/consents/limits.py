"""The numbers of consent, each with its reason.

Source: docs/decisions/0023-consent.md.
"""

from datetime import timedelta

from backend.identity.rules.counters import Limit

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

# A year: long enough for the course of most illnesses, short enough to be asked again.
CONSENT_DAYS_MAX = 366
CONSENT_LIFE = timedelta(days=CONSENT_DAYS_MAX)
# Outside the care team the law asks for consent at each consultation (CSP R1111-46).
CONSULTATION_LIFE = timedelta(hours=24)

# A person has a week to answer; the code is said while both are in one room.
REQUEST_LIFE = timedelta(days=7)
CODE_LIFE = timedelta(minutes=10)
CODE_TRIES_MAX = 5
# Who asked for whom, and never got an answer, is not kept for ever.
REQUEST_KEPT = timedelta(days=30)
REQUESTS_LISTED_MAX = 200
PATIENTS_LISTED_MAX = 200
SECTIONS_MAX = 40

# Counted on what the asker knows: these may be seen.
ASKS_PER_PROFESSIONAL = (
    Limit(name="consent-ask-hour", most=60, per=_HOUR, burst=30),
    Limit(name="consent-ask-day", most=300, per=_DAY, burst=100),
)
ASKS_PER_PERSON = (Limit(name="consent-ask-person", most=5, per=_DAY, burst=4),)
CODES_PER_PROFESSIONAL = (Limit(name="consent-code-hour", most=60, per=_HOUR, burst=30),)
# Counted on the person: these work in silence.
ASKS_PER_SPACE = (Limit(name="consent-space-day", most=20, per=_DAY, burst=10),)

# Asks that are on their way: brought soon, after a moment of chance, or at the next tick.
DELIVERIES_AT_ONCE = 100
DELIVERY_PAUSE_SECONDS = (0.2, 2.0)
DELIVERY_SECONDS = 30.0
