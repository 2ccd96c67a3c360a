"""Every table of the product, gathered for migrations and for the lint over them."""

from sqlalchemy import MetaData, Table

from backend.access.consents import tables as consents
from backend.access.emergency import peers
from backend.access.emergency import store as emergency
from backend.access.journal import tables as journal
from backend.access.mandates import tables as mandates
from backend.access.matrices import store as matrices
from backend.agenda.feed import tables as agenda
from backend.documents import register
from backend.documents import store as documents
from backend.documents.deposits import store as deposits
from backend.identity import tables as identity
from backend.kernel import dialects, idempotency, keys
from backend.kernel.tables import metadata as host_metadata
from backend.preferences import tables as preferences
from backend.workshops import tables as workshops
from notifications.storage import tables as notifications
from sync.storage import tables as sync

# Tables, and how SQLite writes their types, register themselves when their module is loaded.
ROOMS = (
    agenda,
    consents,
    deposits,
    dialects,
    documents,
    emergency,
    idempotency,
    identity,
    journal,
    keys,
    mandates,
    matrices,
    notifications,
    preferences,
    peers,
    register,
    sync,
    workshops,
)


def all_metadata() -> list[MetaData]:
    """Return the metadata of each package, in an order in which tables can be made."""
    return [sync.metadata, notifications.metadata, host_metadata]


def all_tables() -> list[Table]:
    """Return every table, each after the tables that it refers to."""
    return [table for metadata in all_metadata() for table in metadata.sorted_tables]
