"""Every bound of what operators import."""

# Nineteen professions by a hundred types, each with a long source, three times over.
MATRIX_CHARACTERS_MAX = 2_000_000
MATRIX_BYTES_MAX = 4 * 1024 * 1024
COMPLAINTS_TOLD_MAX = 20
PARSED_MAX = 4
"""How many versions a process keeps ready."""
NUMBER_MAX = 2**31 - 1
"""Versions beyond are asked of no database: its column holds no larger number."""
