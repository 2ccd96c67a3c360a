"""Codes of authenticator apps, by the server's clock.

Source: RFC 6238; OWASP ASVS 6.5.8.
"""

import hmac
from datetime import datetime

from pyotp import TOTP

STEP_SECONDS = 30
# One step before and one after: a phone's clock, and the time to type.
WINDOW_STEPS = 1
SEED_CHARACTERS = 32  # 160 bits in base 32, as RFC 4226 advises.


def matching_step(seed: str, code: str, *, now: datetime, after: int) -> int | None:
    """Return the time step of which this is the code, or None.

    *after* is the last step that was taken: it and all earlier ones are refused.
    """
    current = int(now.timestamp()) // STEP_SECONDS
    totp = TOTP(seed, interval=STEP_SECONDS)
    steps = range(max(0, current - WINDOW_STEPS), current + WINDOW_STEPS + 1)
    matching = [
        step
        for step in steps
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())
    ]
    return next((step for step in matching if step > after), None)


def provisioning_uri(seed: str, *, account: str) -> str:
    """Return the `otpauth://` address that an authenticator app reads from a picture."""
    return TOTP(seed, interval=STEP_SECONDS).provisioning_uri(name=account, issuer_name="Carnet")
