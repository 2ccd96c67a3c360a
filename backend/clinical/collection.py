"""How this room takes part in sync."""

from backend.access.orders import drafted
from backend.clinical.model import (
    Allergy,
    Condition,
    Contact,
    HistoryItem,
    Measure,
    Note,
    Profile,
    Treatment,
)
from backend.clinical.rules.items import (
    check_allergy,
    check_condition,
    check_contact,
    check_history_item,
    check_note,
    check_treatment,
)
from backend.clinical.rules.measures import check_measure
from backend.clinical.rules.profile import check_profile
from backend.kernel.collection import collection
from sync.ports import Collection, Policy

COLLECTIONS: tuple[Collection, ...] = (
    collection("profile", Profile, check=check_profile),
    drafted(collection("allergies", Allergy, check=check_allergy)),
    drafted(collection("conditions", Condition, check=check_condition)),
    drafted(collection("treatments", Treatment, check=check_treatment)),
    drafted(collection("measures", Measure, check=check_measure, policy=Policy.APPEND)),
    drafted(collection("history", HistoryItem, check=check_history_item)),
    collection("contacts", Contact, check=check_contact),
    collection("notes", Note, check=check_note),
)
