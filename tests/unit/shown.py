"""Digests as pages show them, for tests about several captures of one digest."""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path

from indexer.ingest import ingest_pages
from indexer.model import Page
from indexer.records import Ingest
from indexer.topics import read_vocabulary

VOCABULARY = read_vocabulary(Path(__file__).resolve().parents[2] / "corpus" / "topics.toml")
WORDS = [
    f"{a}{b}" for a in ("alli", "thera", "cli", "sess", "outc") for b in ("ance", "pist", "ent", "ion", "ome", "al")
]
BLOG = "https://blog.example/pprnet/blog"


def text(seed: int, words: int = 120) -> str:
    """A text of its own for each seed: strangers share no run of five words worth speaking of."""
    rng = random.Random(seed)
    return " ".join(rng.choice(WORDS) for _ in range(words)).capitalize() + "."


def reference(doi: str) -> str:
    return f"Roe, R. (2015). A study of something. Psychotherapy, 52(1), 12-19. doi:{doi}"


DOI, OTHER_DOI = "10.1037/pst0000001", "10.1037/pst0000002"


@dataclasses.dataclass(frozen=True)
class Shown:
    """One digest as a page shows it."""

    title: str
    month: str = "July 2020"
    body: str = text(1)
    doi: str | None = DOI


def capture(name: str, *digests: Shown, at: str | None = None, url: str | None = None, sha256: str = "") -> Page:
    lines = []
    for digest in digests:
        lines += [digest.month, digest.title, *([reference(digest.doi)] if digest.doi else []), digest.body]
        lines += ["Practice Implications", f"What follows for practice: {digest.body}"]
    # its name stands in for its sha256, so that a test can tell which of two captures without a date is the newer
    return Page(name, "text", "\n".join(lines).encode(), sha256 or name, url, at)


def ids(found: Ingest) -> list[str]:
    return [article.id for article in found.articles]


def told(found: Ingest, *but: str) -> list[tuple[str, str]]:
    return sorted((problem.code, problem.level) for problem in found.problems if problem.code not in but)


def ingest(*pages: Page) -> Ingest:
    return ingest_pages(pages, VOCABULARY)
