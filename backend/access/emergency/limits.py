"""Every bound of emergency access.

Source: DESIGN, section 4; reference notes on trust, 3-C.
"""

from datetime import timedelta

from backend.identity.rules.counters import Limit

EMERGENCY_LIFE = timedelta(hours=4)
SIGN_IN_AGE_MAX = timedelta(minutes=5)
REASON_CHARACTERS_MIN = 15
REASON_CHARACTERS_MAX = 1_000
# Over all patients.
EMERGENCIES_MAX = 3
EMERGENCIES_PER = timedelta(hours=24)
# What opens nothing: numbers are mistyped, and not guessed by the hundred.
TRIES = Limit(name="emergency-try", most=20, per=timedelta(days=1), burst=10)
