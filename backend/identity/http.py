"""The doors of identity, in one list for the composition root."""

from backend.identity.assistants.http import AssistantController, NamingController
from backend.identity.factors.http import (
    ConfirmationController,
    FactorController,
    StepUpController,
)
from backend.identity.professionals.http import ProfessionalController
from backend.identity.recovery.http import RecoveryController
from backend.identity.sessions.http import DeviceController, SessionController
from backend.identity.sign_in.http import SignInController
from backend.identity.spaces.http import ActivationController, SpaceController
from backend.identity.wire import caller_of, provide_caller, provide_professional

__all__ = ["CONTROLLERS", "caller_of", "provide_caller", "provide_professional"]


CONTROLLERS = [
    SignInController,
    SessionController,
    DeviceController,
    ActivationController,
    SpaceController,
    StepUpController,
    ConfirmationController,
    FactorController,
    ProfessionalController,
    NamingController,
    AssistantController,
    RecoveryController,
]
