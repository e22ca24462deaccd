"""Step 2 of 8. A reader per source format: Page -> Reading (blocks). A new format is a file here and a line below."""

from __future__ import annotations

from collections.abc import Callable

from indexer.formats.html import read_html
from indexer.formats.text import read_text
from indexer.model import Page, Reading

READERS: dict[str, Callable[[Page], Reading]] = {
    "html": read_html,
    "text": read_text,
}


def read_blocks(page: Page) -> Reading:
    """Return the blocks of a page of any known format; what cannot be read is in `Reading.problems`."""
    return READERS[page.format](page)
