"""The text form of a page: text extracted from its HTML, one block a line.

Input: a Page of format "text". Output: its lines as blocks, without markup and filter choices, which it cannot have.
"""

from __future__ import annotations

import re

from indexer.formats.decoding import decode
from indexer.formats.landmarks import parse_month, split_run_in_heading
from indexer.model import Block, Page, Reading

# The extraction writes "- Attachment" for an entry of a list.
BULLET = re.compile(r"[-*•] (?=\S)")


def read_text(page: Page) -> Reading:
    """Return a block per line that is not blank; a list's dashes are no part of its text."""
    text, problems = decode(page)
    if text is None:
        return Reading(problems=problems)
    folded = (_without_bullet(" ".join(line.split())) for line in text.splitlines())
    return Reading(
        tuple(Block(part) for line in folded if line for part in split_run_in_heading(line)), problems=problems
    )


def _without_bullet(line: str) -> str:
    text = BULLET.sub("", line, count=1) if BULLET.match(line) else line
    return line if parse_month(text) else text  # "- July 2020" is an entry of an archive, no heading
