"""Whom a person's switches let in, in an emergency."""

from backend.access.model import AccessSettings


def lets_in(settings: AccessSettings, *, is_regulator: bool) -> bool:
    """Say what the person decided: each switch is for its own kind of professional.

    Source: docs/decisions/0024-emergency-access.md.
    """
    if is_regulator:
        return settings.emergency_regulation
    return settings.emergency_professionals
