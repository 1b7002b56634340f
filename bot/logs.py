"""What the program says of itself: one line a message, never with what founders wrote."""

from __future__ import annotations

import logging
import re

# Their lines at INFO would hold what users said, or a token in an address.
_NOISY = (
    "rasa", "rasa_sdk", "matplotlib", "asyncio", "alembic", "tensorflow", "httpx", "httpcore",
    "urllib3", "telegram",
)  # fmt: skip
# A one-time link of the desk: uvicorn's line of each request would hold it, at DEBUG.
_LINK = re.compile(r"(/desk/welcome/)[^\s?\"]+")


class WithoutLinks(logging.Filter):
    """Lets every line through, but no token of a one-time link in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                _LINK.sub(r"\1...", value) if isinstance(value, str) else value
                for value in record.args
            )
        return True


def set_up_logging(level: str) -> None:
    """One line a message on standard error; Rasa's own debug lines would hold what users said."""
    logging.basicConfig(
        level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )
    # The libraries that Rasa pins warn about each other at every start; none of it can be acted on.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    for handler in logging.getLogger().handlers:
        handler.addFilter(WithoutLinks())
