"""Answer over HTTP."""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
from dataclasses import replace

import uvicorn
from starlette.applications import Starlette

from bot.channels.registry import check_channels
from bot.settings import Settings, SettingsError, port_number


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    if options.host:
        settings = replace(settings, host=options.host)
    if options.port:
        settings = replace(settings, port=port_number(options.port, "--port"))
    check_channels(settings)  # before what takes long
    if not settings.model.exists():
        print(f"there is no model {settings.model}; run `make train`", file=sys.stderr)
        return 1
    listening = _listen(settings.host, settings.port)
    print("ChuangWen is starting ...", flush=True)
    from bot.app import make_app  # Rasa takes seconds to import

    app = make_app(settings)
    config = uvicorn.Config(
        app,
        # Rasa pins a websockets release that uvicorn cannot import; nothing here needs one.
        ws="none",
        # bot/app.py does it, for the proxies that the operator trusts and for no other.
        proxy_headers=False,
        log_config=None,
        access_log=settings.log_level == "DEBUG",
        timeout_graceful_shutdown=5,
    )
    server = Server(config, app, f"http://{settings.host}:{settings.port}")
    # Between threads. With Python's 5 ms a short request waits behind a turn at each of its steps.
    sys.setswitchinterval(0.0005)
    server.run(sockets=[listening])
    return 0 if server.answered else 1


def _listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address; raises SettingsError where that cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, so that asyncio knows it for TCP and does not hold small answers back.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise SettingsError(
            f"cannot listen on {host}:{port} ({error.strerror}); choose another with --host, --port"
        ) from error
    return listening


class Server(uvicorn.Server):
    """Says where it answers once it does, and ends where the assistant cannot start."""

    def __init__(self, config: uvicorn.Config, app: Starlette, address: str) -> None:
        super().__init__(config)
        self._app, self._address = app, address
        self.answered = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._app.state.started.add_done_callback(self._tell)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.end_streams()  # they go on for ever, and would be waited for
        await super().shutdown(sockets)

    def _tell(self, started: asyncio.Task[None]) -> None:
        if started.cancelled():
            return
        error = started.exception()
        if error is not None:
            print(error, file=sys.stderr, flush=True)
            self.should_exit = True
            return
        self.answered = True
        print(f"ChuangWen answers at {self._address}", flush=True)
