"""A feed is taken whole or not at all, and what is refused says why."""

from __future__ import annotations

import contextlib
import gzip
import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.secretary import feed
from bot.secretary.feed import FeedRefused, parse, read_feed
from tests.bot.conftest import free_port

HOSTS = ("news.example",)
LINK = "https://news.example/1"


def item(link: str = LINK, title: str = "贷款贴息", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def rss(*items: str, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> bytes:
    channel = f"<title>市科技局</title>{''.join(items)}"
    return f'{head}<rss version="2.0"><channel>{channel}</channel></rss>'.encode()


ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Office</title><id>x</id>
<entry><id>tag:1</id><title>Loans</title><link href="{LINK}"/>
<updated>2026-11-28T01:00:00Z</updated>
<summary type="html">&lt;p&gt;More &lt;b&gt;money&lt;/b&gt;&lt;/p&gt;</summary>
</entry></feed>""".encode()


def refusal(content: bytes) -> str:
    with pytest.raises(FeedRefused) as refused:
        parse(content, HOSTS)
    return str(refused.value)


def test_rss_and_atom_are_read_as_plain_text() -> None:
    more = "<guid>g1</guid><pubDate>Sat, 28 Nov 2026 01:00:00 GMT</pubDate>"
    (one,) = parse(rss(item(more=more)), HOSTS)
    (other,) = parse(ATOM, HOSTS)

    assert (one.guid, one.title, one.published, one.publisher) == (
        "g1",
        "贷款贴息",
        "2026-11-28",
        "市科技局",
    )
    assert (other.guid, other.title, other.summary) == ("tag:1", "Loans", "More money")
    assert other.published == "2026-11-28"


@pytest.mark.parametrize("encoding", ["gbk", "GB2312", "gb18030", "big5"])
def test_chinese_encodings_are_read(encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    title = "創業" if encoding == "big5" else "创业"
    text = rss(item(title=title), head=head).decode().replace("市科技局", "A")

    (entry,) = parse(text.encode(encoding), HOSTS)

    assert entry.title == title


def test_scripts_and_tags_leave_no_trace() -> None:
    hostile = (
        "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;"
        "&lt;a href='javascript:alert(3)'&gt;Rent&lt;/a&gt; &amp;lt;b&amp;gt;"
    )
    (entry,) = parse(rss(item(title=hostile, more=f"<description>{hostile}</description>")), HOSTS)

    for text in (entry.title, entry.summary):
        assert "Rent" in text
        assert "alert" not in text
        assert "javascript" not in text
        assert "<img" not in text


def test_what_is_there_twice_is_taken_once() -> None:
    same = item(more="<guid>g</guid>")
    entries = parse(rss(same, same, item(more="<guid>h</guid>")), HOSTS)

    assert len(entries) == 1


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<rss version="2.0"><channel><title>&c;</title></channel></rss>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<rss version="2.0"><channel><title>&x;</title></channel></rss>"""


@pytest.mark.parametrize("content", [LAUGHS, OUTSIDE, LAUGHS.decode().encode("utf-16")])
def test_entities_are_refused_before_anything_reads_them(content: bytes) -> None:
    assert "entities" in refusal(content)


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("javascript:alert(1)", "https://"),
        ("data:text/html,x", "https://"),
        ("ftp://news.example/1", "https://"),
        ("/relative", "https://"),
        ("", "https://"),
        ("https://other.example/1", "other.example"),
        ("https://news.example.evil.example/1", "news.example.evil.example"),
        ("https://news.example@evil.example/1", "holds a name"),
        ("https://me:word@news.example/1", "holds a name"),
        ("https://news.example:x/1", "https://"),
    ],
)
def test_one_bad_link_refuses_the_whole_feed_and_names_the_notice(link: str, why: str) -> None:
    said = refusal(rss(item(), item(link)))

    assert "notice 2" in said
    assert why in said


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "well-formed"),
        (b"<rss><channel>", "well-formed"),
        (b"not xml at all", "well-formed"),
        (b"\x00\xff\xfe", "well-formed"),
        (b"<html><body>404</body></html>", "neither RSS nor Atom"),
        (b'<?xml version="1.0" encoding="gbk"?>\xff\xff', "as it says"),
        (rss(item(title="")), "no title"),
        (rss(*(item(f"{LINK}{n}") for n in range(feed.MOST + 1))), "at most 300"),
    ],
)
def test_what_is_no_feed_is_refused(content: bytes, why: str) -> None:
    assert why in refusal(content)


@contextlib.contextmanager
def server(body: bytes = b"", status: int = 200, pause: float = 0, **headers: str) -> Iterator[str]:
    """A publisher on this machine; with a pause after each byte of the answer."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            with contextlib.suppress(OSError):
                for part in [bytes([byte]) for byte in body] if pause else [body]:
                    self.wfile.write(part)
                    self.wfile.flush()
                    time.sleep(pause)

        def log_message(self, *_: object) -> None:
            pass

    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"127.0.0.1:{httpd.server_port}"
    finally:
        httpd.shutdown()
        httpd.server_close()


def fetched(host: str, *more: str, seconds: float = 5) -> str:
    """Why it is refused; empty where it is taken."""
    try:
        read_feed(f"http://{host}/feed.xml", (host, *HOSTS, *more), seconds)
    except FeedRefused as refused:
        return str(refused)
    return ""


def test_a_feed_is_fetched_from_an_allowed_host() -> None:
    with server(rss(item())) as host:
        assert fetched(host) == ""
        with pytest.raises(FeedRefused, match="CHUANGWEN_NEWS_HOSTS does not name"):
            read_feed(f"http://{host}/feed.xml", HOSTS)
        with pytest.raises(FeedRefused, match="no host is allowed"):
            read_feed(f"http://{host}/feed.xml", ())


def test_a_server_that_is_down_or_fails_says_so() -> None:
    assert "cannot be reached" in fetched(f"127.0.0.1:{free_port()}")
    with server(status=503) as host:
        assert fetched(host) == "the server answered 503"


def test_nobody_is_followed_to_another_address() -> None:
    with server(status=302, Location="http://169.254.169.254/secret") as host:
        assert "it has moved to http://169.254.169.254/secret" in fetched(host)


def test_a_slow_server_is_left_after_the_time_for_all_of_it() -> None:
    with server(rss(item()) * 3, pause=0.05) as host:
        started = time.monotonic()
        assert fetched(host, seconds=0.5) in (
            "the server takes too long",
            "it cannot be reached: ReadTimeout",
        )
        assert time.monotonic() - started < 5


def test_a_feed_that_is_huge_also_only_unpacked_is_left() -> None:
    huge = b" " * (feed.LARGEST + 10)
    with server(huge) as host:
        assert fetched(host) == "it is larger than 2 MB"
    with server(gzip.compress(huge * 20), Content_Encoding="gzip") as host:
        assert fetched(host) == "it is larger than 2 MB"


def test_a_file_is_read_with_the_same_care(tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(rss(item()))
    assert [entry.link for entry in read_feed(str(file), HOSTS)] == [LINK]
    file.write_bytes(b" " * (feed.LARGEST + 10))
    with pytest.raises(FeedRefused, match="larger than 2 MB"):
        read_feed(str(file), HOSTS)
    with pytest.raises(FeedRefused, match="cannot be read"):
        read_feed(str(tmp_path / "none.xml"), HOSTS)
    with pytest.raises(FeedRefused, match="https://"):
        read_feed("file:///etc/passwd", HOSTS)
