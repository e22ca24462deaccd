"""Any text -> text that can be stored and shown: one Unicode form, without characters that nobody sees."""

from __future__ import annotations

import unicodedata

SPACES = frozenset("\t\n\r\f")
C1 = frozenset(map(chr, range(0x80, 0xA0)))


def clean(text: str) -> str:
    """Return the text in NFC without soft hyphens, zero-width marks and control characters other than white space.

    U+0080 to U+009F, where no text has business, are read as browsers read `&#146;`: as windows-1252.
    """
    text = unicodedata.normalize("NFC", text)
    replaced: dict[int, str | None] = {}
    for char in set(text):  # a page has some hundred different characters, so this costs little on the largest page
        if char not in SPACES and unicodedata.category(char) in ("Cc", "Cf", "Cs"):
            replaced[ord(char)] = char.encode("latin-1").decode("cp1252", "ignore") if char in C1 else None
    return text.translate(replaced) if replaced else text


def count_repairs(text: str) -> int:
    """Return how many characters `clean` replaces or drops although nobody means them to be unseen: controls."""
    odd = [char for char in set(text) if char not in SPACES and unicodedata.category(char) == "Cc"]
    return sum(text.count(char) for char in odd)
