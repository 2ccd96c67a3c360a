"""A phone in a terminal: the reference client, for people who try and scripts that check."""

from backend.cli.phone.commands import phone
from backend.cli.phone.journal import journal

phone.add_command(journal)

__all__ = ["phone"]
