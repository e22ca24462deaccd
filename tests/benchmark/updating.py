"""What an update costs beside a full build: the pages of N articles are built, then one more page comes.

Run as `PYTHONPATH=tests python -m benchmark.updating [N ...]`; prints a line a size. The commands are a librarian's,
each in a process of its own, whose CPU time is taken. What the update gives is compared with what a build gives.
`make bench` takes the same times and leaves the comparison to the tests.
"""

from __future__ import annotations

import html
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from benchmark.corpus import records

A_PAGE = 6  # articles, as on the blog
PPRSEARCH = [sys.executable, "-c", "from webui.cli import main; main()"]


def main() -> None:
    """Measure the sizes that the command line names."""
    for size in [int(argument) for argument in sys.argv[1:]] or [500, 10_000]:
        measured = measure(size, compare=True)
        print(
            "{articles:,} articles: build {build:.1f} s, update with one page {update:.2f} s ({ratio:.1%}), "
            "update with nothing new {nothing:.2f} s of CPU time".format(**measured)
        )


def measure(size: int, compare: bool = False) -> dict[str, Any]:
    """Return CPU seconds of a build, of an update with one new page of six, and of one with nothing new.

    compare  build once more, and raise RuntimeError when the records of the update are not those of a build.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = folder / "corpus" / "pages"
        pages.mkdir(parents=True)
        made = list(records(size + A_PAGE))
        for number in range(0, size, A_PAGE):
            write_page(pages / f"page-{number:06d}.html", made[number : min(number + A_PAGE, size)])
        new = folder / f"page-{size:06d}.html"
        write_page(new, made[size:])
        build = _cpu_seconds(folder, "build")
        update = _cpu_seconds(folder, "update", str(new))
        nothing = _cpu_seconds(folder, "update", str(new))
        if compare:
            _cpu_seconds(folder, "build", "--index", "again")
            if _export(folder, "index") != _export(folder, "again"):
                raise RuntimeError("the update gave other records than a build")
    return {"articles": size, "build": build, "update": update, "nothing": nothing, "ratio": update / build}


def write_page(path: Path, articles: list[dict[str, Any]]) -> None:
    """Write a page that shows some made-up articles, in one of the blog's plain layouts."""
    parts = ["<!DOCTYPE html><html><body><h1>Blog</h1>"]
    for article in articles:
        year, month = map(int, article["month"].split("-"))
        parts.append(f"<h2>{date(year, month, 1):%B %Y}</h2><h3>{html.escape(article['title'])}</h3>")
        parts.append(f"<p>{html.escape(article['citation']['printed'])}</p>")
        parts += [f"<p>{html.escape(text)}</p>" for text in article["summary"]]
        parts.append("<h4>Practice Implications</h4>")
        parts += [f"<p>{html.escape(text)}</p>" for text in article["implications"]]
    path.write_text("\n".join([*parts, "</body></html>"]), encoding="utf-8")


def _cpu_seconds(folder: Path, *arguments: str) -> float:
    before = os.times()
    done = subprocess.run([*PPRSEARCH, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    after = os.times()
    if done.returncode not in (0, 3):
        raise RuntimeError(f"pprsearch {' '.join(arguments)}: {done.stderr}")
    return after.children_user + after.children_system - before.children_user - before.children_system


def _export(folder: Path, index: str) -> bytes:
    command = [*PPRSEARCH, "export", "--index", index]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout


if __name__ == "__main__":
    main()
