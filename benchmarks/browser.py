"""Debian's chromium as a visitor's: what a page weighs, how soon the widget opens and answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, Error, sync_playwright

from benchmarks.processes import BenchmarkError

CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")

_PAUSE = 300  # milliseconds between an answer and the next question
# Clicks the launcher as soon as it is there, and notes when the open dialog has been painted.
_OPEN_AT_ONCE = """
new MutationObserver((_, observer) => {
  const root = document.querySelector("chuangwen-chat")?.shadowRoot;
  const launcher = root?.querySelector(".launcher");
  if (!launcher) return;
  observer.disconnect();
  launcher.click();
  if (!root.querySelector("dialog").open) return;
  const loaded = performance.getEntriesByType("resource");
  const script = loaded.find((entry) => entry.name.endsWith("/widget.js"));
  requestAnimationFrame(() => setTimeout(() => {
    window.interactive = performance.now() - script.responseEnd;
  }));
}).observe(document, { childList: true, subtree: true });
"""
# From the key that sends to when the frame that shows the answer has been painted.
_TIME_ANSWERS = """
() => {
  const root = document.querySelector("chuangwen-chat").shadowRoot;
  const log = root.querySelector("[role=log]");
  window.taken = [];
  let sent = null;
  // A promise, and not a look at every frame: no visitor's browser draws while nothing moves.
  window.expect = () => { window.answered = new Promise((done) => { window.done = done; }); };
  root.addEventListener("keydown", (event) => {
    if (event.key === "Enter") sent = event.timeStamp;
  }, true);
  new MutationObserver(() => {
    if (sent === null || !log.lastElementChild?.querySelector(".answer")) return;
    const since = sent;
    sent = null;
    requestAnimationFrame(() => setTimeout(() => {
      window.taken.push(performance.now() - since);
      window.done();
    }));
  }).observe(log, { childList: true, subtree: true });
}
"""


def require() -> None:
    """Raises BenchmarkError where there is no browser."""
    if not Path(CHROMIUM).exists():
        raise BenchmarkError("There is no chromium: apt-get install chromium fonts-wqy-zenhei")


@contextmanager
def browser() -> Iterator[Browser]:
    """Raises BenchmarkError for what the browser cannot do or waits for in vain."""
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
            yield chromium
            chromium.close()
    except Error as error:
        raise BenchmarkError(f"chromium: {error.message}") from error


def page_bytes(chromium: Browser, address: str) -> int:
    """All that a first visit brings over the network, headers included: page, styles, scripts,
    icon."""
    context = chromium.new_context()
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    loaded: list[float] = []
    network.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    context.close()
    return int(sum(loaded))


def interactive(chromium: Browser, host: str, visits: int) -> list[float]:
    """Milliseconds from the script's last byte to a dialog that a click has opened, each on a
    fresh visit of a foreign page with a strict policy."""
    taken = []
    with _foreign(host) as address:
        for _ in range(visits):
            context = chromium.new_context()
            context.add_init_script(_OPEN_AT_ONCE)
            page = context.new_page()
            page.goto(address)
            page.wait_for_function("window.interactive !== undefined")
            taken.append(float(page.evaluate("window.interactive")))
            context.close()
    return taken


def answers(chromium: Browser, host: str, questions: Sequence[str]) -> list[float]:
    """Milliseconds from Enter to the answer on the screen, question after question; the first
    begins the conversation."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{host}/talk", wait_until="networkidle")
    field = page.locator("chuangwen-chat #question")
    field.wait_for()
    page.evaluate(_TIME_ANSWERS)
    for question in questions:
        field.fill(question)
        page.evaluate("window.expect()")
        field.press("Enter")
        page.evaluate("window.answered")
        page.wait_for_timeout(_PAUSE)
    taken = [float(ms) for ms in page.evaluate("window.taken")]
    context.close()
    return taken


@contextmanager
def _foreign(host: str) -> Iterator[str]:
    """A page of another origin that embeds the widget and lets in nothing else."""
    policy = f"default-src 'none'; script-src {host}; connect-src {host}"
    body = f'<!doctype html><title>x</title><script src="{host}/widget.js" defer></script>'.encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
