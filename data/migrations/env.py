"""Alembic's environment: the connection comes from `data.database.schema`, in a transaction of its own."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table_schema="onegrid")
with context.begin_transaction():
    context.run_migrations()
