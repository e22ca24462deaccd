"""The pages that need no search, of the sample and of the hand-made pages: (address, status)."""

from __future__ import annotations

LISTS = [
    ("/topics", 200),
    ("/topic/alliance", 200),
    ("/archive", 200),
    ("/year/2020", 200),
    ("/month/2020-07", 200),
    ("/about", 200),
]
