"""The agents' role on PostgreSQL: it may touch the tables that it reaches, and no other."""

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from backend.schema import all_tables
from backend.workshops.reach import REACHED, ROLE


def grant_agents(connection: Connection) -> bool:
    """Make the agents' role if need be, and give it exactly what it reaches.

    Nothing happens on SQLite, where a guard does the same at each statement.

    Returns:
        False when this account may not do that: agents are then shut out until
        one that may has run `carnet roles`.
    """
    if connection.dialect.name != "postgresql":
        return True
    try:
        with connection.begin_nested():
            found = text("SELECT 1 FROM pg_roles WHERE rolname = :name")
            if connection.execute(found, {"name": ROLE}).first() is None:
                connection.execute(text(f"CREATE ROLE {ROLE} NOLOGIN"))
            connection.execute(text(f"GRANT {ROLE} TO CURRENT_USER"))
            for table in all_tables():
                connection.execute(text(f'REVOKE ALL ON TABLE "{table.name}" FROM {ROLE}'))
            for name in sorted(REACHED):
                rights = "SELECT, INSERT, UPDATE, DELETE"
                connection.execute(text(f'GRANT {rights} ON TABLE "{name}" TO {ROLE}'))
    except ProgrammingError:
        return False
    return True
