"""How this room takes part in sync."""

from backend.access.orders import drafted
from backend.kernel.collection import collection
from backend.prevention.model import Immunization
from backend.prevention.rules import check_immunization
from sync.ports import Collection

COLLECTIONS: tuple[Collection, ...] = (
    drafted(collection("immunizations", Immunization, check=check_immunization)),
)
