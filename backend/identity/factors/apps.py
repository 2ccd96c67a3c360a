"""A new authenticator app: its secret, drawn here, and the address that the app reads."""

import pyotp

from backend.identity.factors.model import TotpProposal
from backend.identity.rules.totp import SEED_CHARACTERS, provisioning_uri


def new_app(login: str) -> TotpProposal:
    """Draw the secret of an app for whoever signs in by this name."""
    seed = pyotp.random_base32(SEED_CHARACTERS)
    return TotpProposal(secret=seed, otpauth_uri=provisioning_uri(seed, account=login))
