"""The numbers of the care team."""

from datetime import timedelta

MEMBERS_MAX = 50
# Whom a professional declares, they declare again within a year.
DECLARED_LIFE = timedelta(days=366)
# Longer than a life is without end. What counts on from an end needs years to count in.
PLACE_LIFE = timedelta(days=36_525)
