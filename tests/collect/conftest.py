"""What the tests of collecting share: a blog that is served, and a run over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from blog_server import Blog, posts, serving

from indexer.collecting.polite import Manners
from indexer.fetch import Collected, fetch

MANNERS = Manners("librarian@example.org", interval=0.0, timeout=5.0, max_page_mb=1)
Collect = Callable[..., Collected]


@pytest.fixture
def blog() -> Iterator[Blog]:
    """A blog of eight digests: two pages in all, one page a topic and a type."""
    with serving(Blog(posts(8))) as served:
        yield served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pages"


@pytest.fixture
def collect(blog: Blog, folder: Path) -> Collect:
    """Return a function that collects the blog; what it tells is in `collect.told`."""

    def run(url: str = "", to_the_end: bool = False, confirm: bool = True, **manners: object) -> Collected:
        told: list[str] = []
        run.told = told  # type: ignore[attr-defined]
        return fetch(
            folder,
            url or blog.url,
            replace(MANNERS, **manners),  # type: ignore[arg-type]
            to_the_end=to_the_end,
            tell=told.append,
            confirm=lambda expectation: told.append(expectation) or confirm,  # type: ignore[func-returns-value]
        )

    return run
