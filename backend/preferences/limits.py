"""Bounds of preferences and subscriptions."""

ADDRESS_LINES_MAX = 6
"""Source: NF Z 10-011: an address has six lines at most."""
ADDRESS_LINE_CHARACTERS_MAX = 38
"""Source: NF Z 10-011: a line has 38 characters at most, spaces included."""
SUBSCRIPTIONS_READ_MAX = 50
TOKEN_BYTES = 16
TOKEN_CHARACTERS_MAX = 64
FORM_BYTES_MAX = 4_096
