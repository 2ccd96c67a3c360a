"""Every table of the product, gathered for migrations and for the lint over them."""

from sqlalchemy import MetaData, Table

import backend.documents.store
import backend.identity.tables
import backend.kernel.keys
import sync.storage.tables
from backend.kernel.tables import metadata as host_metadata

__all__ = ["all_metadata", "all_tables"]


def all_metadata() -> list[MetaData]:
    """Return the metadata of each package, in an order in which tables can be made."""
    return [sync.storage.tables.metadata, host_metadata]


def all_tables() -> list[Table]:
    """Return every table, each after the tables that it refers to."""
    return [table for metadata in all_metadata() for table in metadata.sorted_tables]
