"""How properties are tried."""

from hypothesis import settings

# A machine shared with others is slow at times; the suite as a whole has a time of its own.
settings.register_profile("carnet", deadline=None, print_blob=True)
settings.load_profile("carnet")
