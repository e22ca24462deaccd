"""Pictures of the main pages, as readers see them: `make screenshots`. The shipped sample in; PNG files out.

`readme.webp` is the first screen of results, small enough for the README: docs/results.webp is a copy of it. The sizes
are fixed and the sample is ours, so two runs with the same browser and fonts give the same pictures.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from pathlib import Path

import browser
from playwright.sync_api import Page
from reader import NARROW, WIDE, Reader
from serving import SAMPLE, serving

RESULTS = "/search?q=video+therapy+alliance&topic=alliance"
# name of the file, address, width, theme
PICTURES = [
    ("start", "/", WIDE, "light"),
    ("results", RESULTS, WIDE, "light"),
    ("results-dark", RESULTS, WIDE, "dark"),
    ("results-narrow", RESULTS, NARROW, "light"),
    ("results-nothing", "/search?q=alliance&topic=alliance&type=chapter", WIDE, "light"),
    ("filters-narrow", "/filters?q=alliance&topic=alliance", NARROW, "light"),
    ("digest", "/article/2021-07-psychotherapist-burnout-affects-patient-outcomes?q=therapist+burnout", WIDE, "light"),
    ("topic", "/topic/alliance", WIDE, "light"),
    ("archive", "/archive", WIDE, "light"),
    ("about", "/about", WIDE, "light"),
    ("status", "/status", WIDE, "light"),
]


def write_first_screen(page: Page, path: Path) -> None:
    """Write what a window shows as WebP, a third of the size of PNG; Playwright itself writes only PNG and JPEG."""
    picture = page.context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": 85})
    path.write_bytes(base64.b64decode(picture["data"]))


def main(folder: Path) -> int:
    """Write every picture; return the code to end with."""
    folder.mkdir(parents=True, exist_ok=True)
    with browser.opened() as opened, tempfile.TemporaryDirectory() as index:
        if opened is None:
            print(f"No browser runs here. Mend it, {browser.MEND}", file=sys.stderr)
            return 1
        with serving(Path(index), SAMPLE) as address:
            for name, path, width, theme in PICTURES:
                someone = Reader(opened, address, width=width, theme=theme, reduced_motion="reduce")
                page = someone.open(path)
                # the bar at the foot of the window would stand in the middle of a picture of the whole page
                page.screenshot(path=folder / f"{name}.png", full_page=page.locator("[data-show]").count() == 0)
                if name == "results":
                    write_first_screen(page, folder / "readme.webp")
                someone.leave()
    print(f"{len(PICTURES) + 1} pictures in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
