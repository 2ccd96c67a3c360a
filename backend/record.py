"""The collections that the record holds, gathered from the rooms that own them."""

from collections.abc import Mapping

from backend.access.collection import COLLECTIONS as ACCESS
from backend.agenda.collection import COLLECTIONS as AGENDA
from backend.clinical.collection import COLLECTIONS as CLINICAL
from backend.documents.collection import COLLECTIONS as DOCUMENTS
from backend.prevention.collection import COLLECTIONS as PREVENTION
from backend.reminders.collection import COLLECTIONS as REMINDERS
from sync.ports import Collection

ALL: Mapping[str, Collection] = {
    collection.name: collection
    for collection in (*CLINICAL, *PREVENTION, *AGENDA, *DOCUMENTS, *REMINDERS, *ACCESS)
}
