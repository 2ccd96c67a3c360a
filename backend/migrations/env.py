"""Alembic's entry: runs the versions on the connection that `runner` opened."""

from alembic import context

from backend.schema import all_metadata

connection = context.config.attributes["connection"]
assert connection is not None, "Run migrations with `carnet migrate`."
context.configure(
    connection=connection,
    target_metadata=all_metadata(),
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
