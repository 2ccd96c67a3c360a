"""Instants as people read them: by the clock of this machine, and no other."""

from datetime import datetime


def moment(at: datetime | str) -> str:
    """Write an instant to the minute."""
    return f"{_here(at):%Y-%m-%d %H:%M}"


def day(at: datetime | str) -> str:
    """Write the day on which an instant falls here."""
    return f"{_here(at):%Y-%m-%d}"


def second(at: datetime | str) -> str:
    """Write the time of day of an instant, to the second."""
    return f"{_here(at):%H:%M:%S}"


def _here(at: datetime | str) -> datetime:
    return (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone()
