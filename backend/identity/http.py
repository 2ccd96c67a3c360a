"""The doors of identity, in one list for the composition root."""

from backend.identity.factors.http import FactorController, StepUpController
from backend.identity.sessions.http import DeviceController, SessionController
from backend.identity.sign_in.http import SignInController
from backend.identity.spaces.http import ActivationController, SpaceController
from backend.identity.wire import provide_caller

__all__ = ["CONTROLLERS", "provide_caller"]


CONTROLLERS = [
    SignInController,
    SessionController,
    DeviceController,
    ActivationController,
    SpaceController,
    StepUpController,
    FactorController,
]
