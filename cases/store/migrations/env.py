"""Run migrations on the connection that `cases.store.schema` hands over."""

from __future__ import annotations

from alembic import context

from cases.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
