"""Alembic's entry: migrations run on the connection that the store hands over."""

from alembic import context

import bot.store.desk_tables
import bot.store.following_tables
import bot.store.library_tables
import bot.store.news_tables  # noqa: F401 - their tables are among the metadata
from bot.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
