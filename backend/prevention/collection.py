"""How this room takes part in sync."""

from backend.access.orders import drafted
from backend.access.sections import in_coded, watched
from backend.kernel.collection import collection
from backend.prevention.model import Immunization
from backend.prevention.rules import check_immunization
from sync.ports import Collection

COLLECTIONS: tuple[Collection, ...] = (
    watched(
        # Not the diseases: that somebody is protected against one says nothing of them.
        drafted(collection("immunizations", Immunization, check=check_immunization)),
        Immunization,
        in_coded("reason_not_done", "performer"),
    ),
)
