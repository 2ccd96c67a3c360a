"""Every bound of professionals' deposits."""

from datetime import timedelta

from backend.identity.rules.counters import Limit

# Longer, and the person would never be told: somebody must release it, or it opens by itself.
ANNOUNCEMENT_MAX = timedelta(days=30)
PAGE_MAX = 200
# What finds nobody: a hospital's software mistypes now and then, and never a thousand times.
TRIES = Limit(name="deposit-try", most=200, per=timedelta(days=1), burst=50)
NOTICES = Limit(name="deposit-notice", most=1, per=timedelta(hours=1), burst=1)
