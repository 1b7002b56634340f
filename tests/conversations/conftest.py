"""The real app of tests/bot, for whole conversations."""

from tests.bot.conftest import (  # noqa: F401 - fixtures
    app,
    assistant,
    client,
    make_data_dir,
    search_cache,
    settings,
    talk,
)
