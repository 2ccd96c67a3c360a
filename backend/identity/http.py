"""The doors of identity, in one list for the composition root."""

from litestar import Router
from litestar.datastructures import State
from litestar.di import Provide

from backend.identity.factors.http import FactorController, StepUpController
from backend.identity.passwords import Passwords
from backend.identity.sessions.http import DeviceController, SessionController
from backend.identity.sign_in.http import SignInController
from backend.identity.spaces.http import ActivationController, SpaceController
from backend.identity.wire import provide_caller

__all__ = ["CONTROLLERS", "provide_caller"]


def provide_passwords(state: State) -> Passwords:
    """Return the one pool that checks the passwords of this process."""
    passwords = state.get("passwords")
    if passwords is None:
        passwords = state["passwords"] = Passwords()
    assert isinstance(passwords, Passwords)
    return passwords


CONTROLLERS = [
    Router(
        path="/",
        route_handlers=[
            SignInController,
            SessionController,
            DeviceController,
            ActivationController,
            SpaceController,
            StepUpController,
            FactorController,
        ],
        dependencies={"passwords": Provide(provide_passwords, sync_to_thread=False)},
    )
]
