"""The rings that this installation keeps to."""

from functools import cache
from importlib.resources import files

from notifications.core.customs import Customs, read_customs


@cache
def customs() -> Customs:
    """Return when each kind of reminder rings."""
    return read_customs(files("notifications").joinpath("data", "rings.toml").read_bytes())
