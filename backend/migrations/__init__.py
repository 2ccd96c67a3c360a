"""Schema history of all three packages."""

# The revision that this code needs, without loading Alembic; a test compares.
HEAD = "0017"
