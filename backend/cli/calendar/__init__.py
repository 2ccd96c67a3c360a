"""What a calendar says, whether it may be used, and what changed between two of them."""

from backend.cli.calendar.commands import calendar

__all__ = ["calendar"]
