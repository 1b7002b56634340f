"""What the log never holds."""

from __future__ import annotations

import io
import logging

from bot.logs import WithoutLinks


def test_a_one_time_link_of_the_desk_stands_in_no_line() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(WithoutLinks())
    logger = logging.getLogger("test_logs")
    logger.addHandler(handler)
    logger.propagate = False

    # As uvicorn and our own handler of errors write it.
    logger.error('%s - "%s %s HTTP/%s" %d', "::1", "GET", "/desk/welcome/tOk-en_1?a=b", "1.1", 200)
    logger.error("%s on %s", "ValueError", "/desk/welcome/tOk-en_1")
    logger.error("of %d %s", 3, "/desk/staff")

    assert "tOk-en_1" not in written.getvalue()
    assert written.getvalue().count("/desk/welcome/...") == 2
    assert "of 3 /desk/staff" in written.getvalue()
