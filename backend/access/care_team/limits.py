"""The numbers of the care team."""

from datetime import timedelta

MEMBERS_MAX = 50
# Whom a professional declares, they declare again within a year.
DECLARED_LIFE = timedelta(days=366)
