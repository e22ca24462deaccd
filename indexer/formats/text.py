"""The text form of a page: text extracted from its HTML, one block a line."""

from __future__ import annotations

from indexer.formats.decoding import decode
from indexer.formats.landmarks import split_run_in_heading
from indexer.model import Block, Page, Reading


def read_text(page: Page) -> Reading:
    """Return a block per line that is not blank. Text pages carry no filter choices and no markup."""
    text, problems = decode(page)
    if text is None:
        return Reading(problems=problems)
    folded = (" ".join(line.split()) for line in text.splitlines())
    return Reading(
        tuple(Block(part) for line in folded if line for part in split_run_in_heading(line)), problems=problems
    )
