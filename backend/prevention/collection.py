"""How this room takes part in sync."""

from backend.access.orders import drafted
from backend.access.sections import in_coded, watched
from backend.kernel.collection import collection, completed, judged
from backend.prevention.model import Immunization
from backend.prevention.rules import check_immunization, fit_immunization
from backend.prevention.vaccines import complete_immunization
from sync.ports import Collection

_BESIDE = "profile"  # It says when the person was born.

COLLECTIONS: tuple[Collection, ...] = (
    watched(
        # Not the diseases: that somebody is protected against one says nothing of them.
        judged(
            completed(
                drafted(collection("immunizations", Immunization, check=check_immunization)),
                complete_immunization,
            ),
            Immunization,
            fit_immunization,
            beside=_BESIDE,
        ),
        Immunization,
        in_coded("reason_not_done", "performer"),
    ),
)
