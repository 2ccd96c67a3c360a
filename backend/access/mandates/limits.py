"""The numbers of mandates. Each has a test.

Source: DESIGN, section 4; docs/decisions/0022-mandates.md. Three caregivers and five
persons: Mon espace santé, "aidants et aidés". Twelve months: Aidants Connect. Ninety
days: our threat model, on whoever is made to let somebody in.
"""

from datetime import timedelta

from backend.identity.rules.counters import Limit

CAREGIVERS_MAX = 3
PERSONS_MAX = 5
MANDATE_LIFE_MONTHS = 12

# A person is asked again, alone, whether a mandate is still what they want.
REVIEW_EVERY = timedelta(days=90)
REVIEW_WAITS = timedelta(days=30)
# How long before its end a mandate is shown as one to renew.
ENDING_SOON = timedelta(days=30)

INVITATION_LIFE = timedelta(days=7)
INVITATIONS = (
    Limit(name="invitation-hour", most=5, per=timedelta(hours=1), burst=5),
    Limit(name="invitation-day", most=10, per=timedelta(days=1), burst=10),
)
# Wrong codes: seen by whoever tries them, by address and by account.
CODES_PER_ADDRESS = Limit(name="address-invitation", most=30, per=timedelta(hours=1), burst=15)
CODES_PER_ACCOUNT = Limit(name="account-invitation", most=10, per=timedelta(hours=1), burst=5)
