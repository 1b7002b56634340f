"""Clerks of the benchmark: over sockets, as many as are wanted, and one in a real browser."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode

from playwright.sync_api import Browser

PASSWORD = "a lamp beside two rivers"
KEYS_PER_SECOND = 5
_PATIENCE = 60.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
# From each input's own time to when the frame with the first list that knows it has been painted.
# A space at the end asks for nothing: the list that is there knows it.
_TIME_LISTS = """
() => {
  window.taken = [];
  let pressed = [], asked = "", moment = 0;
  document.addEventListener("beforeinput", (event) => { moment = event.timeStamp; }, true);
  document.addEventListener("input", ({ target }) => {
    if (target.value.trim() !== asked) pressed.push(moment);
    asked = target.value.trim();
  }, true);
  new MutationObserver(() => {
    const since = pressed;
    pressed = [];
    requestAnimationFrame(() => setTimeout(() => {
      for (const moment of since) window.taken.push(performance.now() - moment);
    }));
  }).observe(document.getElementById("results"), { childList: true, subtree: true });
}
"""


@dataclass
class Typed:
    """Milliseconds from each key to the first list that knows it, of this key or of a later one;
    and how many keys a later one overtook."""

    taken: list[float] = field(default_factory=list)
    overtaken: int = 0


class Clerk:
    """Signed in over a connection that is kept, with one question on its way at a time."""

    def __init__(self, port: int, name: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        page, cookie = self._ask("GET", "/desk/sign-in", {})
        token = _TOKEN.search(page)
        if token is None:
            raise RuntimeError("/desk/sign-in: there is no form")
        form = urlencode({"csrf": token[1], "name": name, "password": PASSWORD})
        _, cookie = self._ask("POST", "/desk/sign-in", {**_FORM, "Cookie": cookie}, form)
        self._headers = {"Cookie": cookie, "Connection": "keep-alive"}

    def type(self, texts: Iterable[str], started: float, until: float) -> Typed:
        """Key after key until then, at a clerk's pace from `started` on."""
        typed, number = Typed(), 0
        overtaken: list[float] = []
        for text in texts:
            for length in range(1, len(text) + 1):
                pressed = started + number / KEYS_PER_SECOND
                number += 1
                if pressed > until:
                    return typed
                if time.perf_counter() > pressed + 1 / KEYS_PER_SECOND:
                    overtaken.append(pressed)  # as on the screen: only the last is asked for
                    continue
                time.sleep(max(0.0, pressed - time.perf_counter()))
                self.look_up(text[:length])
                shown = time.perf_counter()
                typed.taken += [(shown - key) * 1000 for key in (*overtaken, pressed)]
                typed.overtaken += len(overtaken)
                overtaken.clear()
        return typed

    def look_up(self, fragment: str) -> None:
        query = urlencode({"q": fragment, "language": "zh-Hans"})
        page, _ = self._ask("GET", f"/desk/found?{query}", self._headers)
        if 'role="listbox"' not in page:
            raise RuntimeError("/desk/found: no list")

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: str | None = None
    ) -> tuple[str, str]:
        """The page, and the cookie that was set with it."""
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            # The server closes what nothing comes over; as a browser does, it is opened anew.
            self._connection.close()
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        page = response.read().decode()
        if response.status not in (200, 303):
            raise RuntimeError(f"{path.partition('?')[0]}: {response.status}")
        return page, (response.headers["Set-Cookie"] or "").partition(";")[0]


def type_together(port: int, names: list[str], texts: list[list[str]], seconds: float) -> Typed:
    """All at once, their keys spread over the time between two of one clerk.

    For a process of its own: beside the founders' threads they would wait for each other.
    """
    clerks = [Clerk(port, name) for name in names]
    clerks[0].look_up("贷款")  # warms up
    started = time.perf_counter() + 0.5
    pause = 1 / KEYS_PER_SECOND / len(clerks)

    def one(number: int) -> Typed:
        begin = started + number * pause
        return clerks[number].type(texts[number], begin, begin + seconds)

    with ThreadPoolExecutor(len(clerks)) as threads:
        each = list(threads.map(one, range(len(clerks))))
    return Typed([ms for typed in each for ms in typed.taken], sum(t.overtaken for t in each))


def type_in(
    chromium: Browser, address: str, name: str, texts: Iterable[str], seconds: float
) -> Typed:
    """One in a browser, whose keys and frames are real."""
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{address}/desk/sign-in")
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#q").wait_for()
    page.evaluate(_TIME_LISTS)
    until = time.perf_counter() + seconds
    for text in texts:
        page.locator("#q").evaluate("box => { box.value = ''; }")
        for character in text:
            started = time.perf_counter()
            if started > until:
                break
            # press() knows only the keys of keyboards; a Chinese character comes without one.
            page.keyboard.insert_text(character)
            page.wait_for_timeout(
                max(0.0, 1 / KEYS_PER_SECOND - time.perf_counter() + started) * 1000
            )
        if time.perf_counter() > until:
            break
    page.wait_for_timeout(1000)
    taken: list[float] = page.evaluate("window.taken")
    context.close()
    return Typed(taken)
