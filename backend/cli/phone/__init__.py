"""A phone in a terminal: the reference client, for people who try and scripts that check."""

from backend.cli.phone.commands import phone

__all__ = ["phone"]
