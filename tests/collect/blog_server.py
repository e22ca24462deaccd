"""A real HTTP server on loopback that behaves like the blog: filters, six digests a page, some page past the end.

Input: digests with their topic and type. Output: pages at `/pprnet/blog?cat_1=<type>&cat_2=<topic>&p=<page>`, each with
the lists of filters, the chosen one marked. What goes wrong on the way is decided per test by `trouble`.
"""

from __future__ import annotations

import gzip
import hashlib
import random
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import groupby
from urllib.parse import parse_qs, urlsplit

PATH = "/pprnet/blog"
PER_PAGE = 6
TOPICS = {"11": "Attachment", "12": "Training"}
TYPES = {"1": "Meta-analysis", "2": "Qualitative"}
# So that no two digests are nearly the same, each is about things of its own.
THINGS = (
    "alliance attachment dropout empathy feedback groups homework insight humour loneliness mentoring mourning "
    "panic patience placebo play questions ruptures silence sleep supervision tears telephones termination training "
    "transference trauma trust video waiting weather writing anger art bonds breathing burnout children couples "
    "outcomes courage culture debts dreams exercise families fees guilt"
).split()


@dataclass(frozen=True)
class Post:
    """One digest of the blog; `month` as printed, `topic` and `type` as ids of the site."""

    month: str
    title: str
    topic: str
    type: str
    text: str = ""

    @property
    def summary(self) -> str:
        """Words of its own: forty of the things above, chosen by the title."""
        chosen = random.Random(self.title).sample(THINGS, 40)
        return f"{self.text}The researchers studied {' and '.join(chosen)} for a whole year, and found them to matter."


@dataclass
class Reply:
    """What the server says instead of the page, when a test wants trouble."""

    status: int = 200
    body: bytes = b"trouble"
    headers: dict[str, str] = field(default_factory=dict)
    wait: threading.Event | None = None  # held back until then


@dataclass(frozen=True)
class Asked:
    """One request: its path with the query, its headers, when it came."""

    path: str
    headers: dict[str, str]
    at: float


def posts(number: int) -> list[Post]:
    """So many digests, newest first: two a month, topics and types in turn."""
    months = [f"{month} {year}" for year in range(2022, 2012, -1) for month in ("December", "July", "March")]
    return [
        Post(
            months[i // 2],
            f"What Therapists Learned in Study {number - i}",
            "11 12".split()[i % 2],
            "1 2".split()[i % 2],
        )
        for i in range(number)
    ]


Trouble = Callable[[str, int], Reply | None]


class Blog:
    """The blog and what it was asked: `asked` holds every request, in order."""

    def __init__(self, shown: list[Post]) -> None:
        self.posts = shown
        self.topics = dict(TOPICS)
        self.robots = Reply(404, b"no such page")
        self.trouble: Trouble = lambda path, times: None
        self.first_number = 1
        self.charset = "utf-8"
        self.asked: list[Asked] = []
        self.port = 0
        self.tls: ssl.SSLContext | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}{PATH}"

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def reply(self, path: str) -> Reply:
        """The answer to a path, counted from 1 how often it was asked."""
        if path == "/robots.txt":
            return self.robots
        reply = self.trouble(path, self.paths.count(path))
        return reply or Reply(200, self.page(path), {"Content-Type": f"text/html; charset={self.charset}"})

    def page(self, path: str) -> bytes:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        kind, topic = asked.get("cat_1"), asked.get("cat_2")
        number = int(asked.get("p", self.first_number)) - self.first_number
        found = [post for post in self.posts if (not kind or post.type == kind) and (not topic or post.topic == topic)]
        shown = found[number * PER_PAGE : (number + 1) * PER_PAGE]
        if not shown and found:  # past the end the site shows some page: here the newest digests of all
            kind, topic, shown = None, None, self.posts[:PER_PAGE]
        return render(shown, self.topics, kind, topic).encode(self.charset, "xmlcharrefreplace")


def render(shown: list[Post], topics: dict[str, str], kind: str | None, topic: str | None) -> str:
    months = "".join(
        f"<h2>{month}</h2>"
        + "".join(
            f"<h3>{escape(post.title)}</h3><p>{escape(post.summary)}</p>"
            "<h4>Practice Implications</h4><p>Ask your clients how they are doing, and listen.</p>"
            for post in group
        )
        for month, group in groupby(shown, key=lambda post: post.month)
    )
    return (
        "<!DOCTYPE html><html><head><title>Blog</title></head><body><h1>Blog</h1><nav>"
        f"<h4>Type of Research</h4>{_list('cat_1', TYPES, kind, 'ALL Types (clear)')}"
        f"<h4>Topics</h4>{_list('cat_2', topics, topic, 'ALL Topics (clear)')}</nav>"
        f"<main>{months or '<p>There is nothing here yet.</p>'}</main></body></html>"
    )


def _list(parameter: str, choices: dict[str, str], chosen: str | None, every: str) -> str:
    lines = [f'<li{" class=active" if not chosen else ""}><a href="{PATH}">{every}</a></li>']
    for site_id, label in choices.items():
        mark = " class=active" if site_id == chosen else ""
        lines.append(f'<li{mark}><a href="{PATH}?{parameter}={site_id}">{escape(label)}</a></li>')
    return f"<ul>{''.join(lines)}</ul>"


@contextmanager
def serving(blog: Blog) -> Iterator[Blog]:
    """Serve a blog until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one piece: else each answer waits 40 ms for an acknowledgement

        def do_GET(self) -> None:
            blog.asked.append(Asked(self.path, dict(self.headers), time.monotonic()))
            reply = blog.reply(self.path)
            if reply.wait:
                reply.wait.wait(30)
            etag = f'"{hashlib.sha256(reply.body).hexdigest()[:16]}"'
            if reply.status == 200 and self.headers.get("If-None-Match") == etag:
                self.send_response(304)
                self.send_header("ETag", etag)
                self.end_headers()
                return
            body = reply.body
            self.send_response(reply.status)
            if reply.status == 200 and self.path != "/robots.txt":
                self.send_header("ETag", etag)
            if "gzip" in self.headers.get("Accept-Encoding", "") and reply.status == 200:
                body = gzip.compress(body, mtime=0)
                self.send_header("Content-Encoding", "gzip")
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if "cat_2=11" in self.path:  # some servers send in chunks
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                half = len(body) // 2
                for part in (body[:half], body[half:], b""):
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                return
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: object) -> None:
            pass  # a client that was killed or gave up

    with Server(("127.0.0.1", 0), Handler) as server:
        blog.port = server.server_address[1]
        if blog.tls:
            server.socket = blog.tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield blog
        finally:
            server.shutdown()
            thread.join()
