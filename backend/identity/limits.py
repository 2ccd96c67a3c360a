"""The numbers of identity. Each has a test; those of standards name them.

Source: docs/decisions/0011-sign-in-counters.md; NIST SP 800-63B, 3.1.3 and 3.2.2.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from backend.identity.rules.counters import Limit

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

CODE_DIGITS = 6
CODE_LIFE_SMS = timedelta(minutes=5)
CODE_LIFE_EMAIL = timedelta(minutes=10)
TRIES_PER_CHALLENGE_MAX = 5
STEP_UP_LIFE = timedelta(minutes=5)
FRESH_NUMBER_AGE = timedelta(hours=72)

ACCESS_LIFE = timedelta(minutes=15)
REFRESH_IDLE_LIFE = timedelta(days=30)
SESSION_LIFE = timedelta(days=180)
# A professional's day: signed in again after half a day, or half an hour of silence.
PROFESSIONAL_IDLE_LIFE = timedelta(minutes=30)
PROFESSIONAL_SESSION_LIFE = timedelta(hours=4)
REFRESH_RETRY_SPAN = timedelta(minutes=2)
SHARED_SESSION_LIFE = timedelta(minutes=15)
LAST_SEEN_STEP = timedelta(hours=1)
DEVICES_MAX = 50

LOGIN_CHARACTERS_MAX = 64
PASSWORD_CHARACTERS_MIN = 12
PASSWORD_CHARACTERS_MAX = 128
HASHES_WAITING_MAX = 40

ACTIVATION_LIFE = timedelta(weeks=6)
ACTIVATION_TRIES_MAX = 5
REPRESENTATIVES_MAX = 2
MAJORITY_YEARS = 18
# In which a birthday begins: the law that names the age is that of one country.
LEGAL_ZONE = ZoneInfo("Europe/Paris")
# How long a space that one no longer opens is still named in one's list.
ENDED_SHOWN = timedelta(days=30)
SPACES_PER_ACCOUNT_MAX = 100

# From leaving for the provider to coming back, with a card to find; then to choosing.
SIGN_IN_LIFE = timedelta(minutes=10)
TICKET_LIFE = timedelta(minutes=5)
TICKET_CHARACTERS_MAX = 100
ACTIVITIES_MAX = 50
PROVIDER_WAITING_MAX = 40

# A code that a professional gives in person, and how long an assistant may act by it.
ENROLMENT_LIFE = timedelta(hours=24)
ENROLMENT_TICKET_LIFE = timedelta(minutes=10)
ASSISTANTSHIP_DAYS_MAX = 366
# How long nobody need have heard of a professional in whose name others act: a long absence.
PROFESSIONAL_PROVEN_FOR = timedelta(days=60)
ASSISTANTS_MAX = 20
EMPLOYERS_MAX = 20

LETTERS_AT_ONCE = 100
LETTERS_LISTED_MAX = 500

CONFIRM_WITHIN = timedelta(days=7)
RECOVERY_CODES = 10
RECOVERY_DELAY = timedelta(hours=72)
RECOVERY_LETTER_LIFE = timedelta(days=30)
RECOVERY_TRIES_MAX = 5
PROPOSAL_LIFE = timedelta(minutes=10)

# Charged for every attempt, right or wrong, known or unknown: they may be seen.
ATTEMPTS = (
    Limit(name="attempt-minute", most=1, per=_MINUTE, burst=1),
    Limit(name="attempt-hour", most=5, per=_HOUR, burst=4),
    Limit(name="attempt-day", most=10, per=_DAY, burst=6),
)
# Where messages only go to a file: the family's two phones sign in one after the
# other, and a newcomer tries as often as they like; a loop is still stopped.
ATTEMPTS_ON_FILE = (Limit(name="attempt-file", most=6, per=_MINUTE, burst=6),)
ATTEMPTS_PER_ADDRESS = Limit(name="address-attempt", most=200, per=_HOUR, burst=50)
VERIFIES_PER_ADDRESS = Limit(name="address-verify", most=400, per=_HOUR, burst=100)
# A hospital comes from one address.
PROFESSIONALS_PER_ADDRESS = Limit(name="address-professional", most=1_200, per=_HOUR, burst=300)
ENROLMENTS_PER_ADDRESS = Limit(name="address-enrolment", most=30, per=_HOUR, burst=15)
ACTIVATIONS_PER_ADDRESS = Limit(name="address-activation", most=30, per=_HOUR, burst=15)

# Failed codes: seen by the place they come from, and again for the account as a whole.
FAILURES = (
    Limit(name="failure-hour", most=10, per=_HOUR, burst=8),
    Limit(name="failure-day", most=20, per=_DAY, burst=15),
)
SENDS = (
    Limit(name="send-minute", most=1, per=_MINUTE, burst=1),
    Limit(name="send-hour", most=5, per=_HOUR, burst=4),
    Limit(name="send-day", most=10, per=_DAY, burst=6),
)
SENDS_ON_FILE = (Limit(name="send-file", most=6, per=_MINUTE, burst=6),)
SENDS_PER_NUMBER = Limit(name="number-send", most=10, per=_HOUR, burst=6)
FAILURES_TO_TELL = 3
