"""Answer over HTTP."""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace

import uvicorn

from bot.settings import Settings, port_number


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    if options.host:
        settings = replace(settings, host=options.host)
    if options.port:
        settings = replace(settings, port=port_number(options.port, "--port"))
    from bot.app import make_app  # Rasa takes seconds to import; wrong settings are said before.

    print(f"ChuangWen starts; in a moment at http://{settings.host}:{settings.port}", flush=True)
    config = uvicorn.Config(
        make_app(settings),
        host=settings.host,
        port=settings.port,
        # Rasa pins a websockets release that uvicorn cannot import; nothing here needs one.
        ws="none",
        log_config=None,
        access_log=settings.log_level == "DEBUG",
        timeout_graceful_shutdown=5,
    )
    logging.getLogger("uvicorn.access").setLevel(logging.INFO)
    server = uvicorn.Server(config)
    server.run()
    return 0 if server.started else 1
