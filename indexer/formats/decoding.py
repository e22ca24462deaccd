"""Bytes of a page -> text, or the reason why not. Used by every reader of `indexer.formats`.

Input: a Page. Output: its text without what cannot be seen, and what a librarian should know about its encoding.
"""

from __future__ import annotations

import codecs
import re

from indexer.cleaning import clean, count_repairs
from indexer.model import Page, Problem

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DECLARED = re.compile(
    rb"""<(?:meta[^>]{0,200}charset|\?xml[^>]{0,200}encoding)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE
)
DECLARED_WITHIN_BYTES = 4096
# Browsers read pages that call themselves Latin-1 or ASCII as windows-1252 (WHATWG encoding standard).
LATIN_1 = {"iso8859-1", "ascii"}
# Families of charsets that pages have; Python knows others that are none ("punycode" takes hours for a large page).
CHARSETS = ("iso8859", "cp", "ascii", "koi8", "mac", "gb", "big5", "euc", "shift_jis", "utf-16", "utf-32", "tis")
# Text has next to no control characters; a JPEG or a ZIP has some in every hundred bytes.
MAX_CONTROL_SHARE = 0.01
CONTROLS = bytes(set(range(32)) - {9, 10, 12, 13})
# UTF-8 that was once read as windows-1252 and saved again: "client’s" became "clientâ€™s", "Flückiger" "FlÃ¼ckiger".
# U+FFFD stands where a program could not read a letter at all.
MOJIBAKE = re.compile(r"\ufffd|â€[™œ\u009d\u0153\u201c\u201d“”˜\u2122]|Ã[\u0080-\u00bf]")


def decode(page: Page) -> tuple[str | None, tuple[Problem, ...]]:
    """Return the text of a page and what to report about its encoding; None when it is no text.

    Tried in this order: byte order mark, UTF-8, the charset that the server told, the one that the page declares,
    windows-1252 (with a warning). UTF-8 before what is declared: other text hardly ever happens to be UTF-8.
    """
    text, problems = _decode(page)
    if text is None:
        return None, problems
    if repairs := count_repairs(text):
        message = f"{repairs} control characters were replaced or left out. Check its quotes and accents."
        problems = (*problems, Problem("text-repaired", message, page.path))
    return clean(text), problems


def _decode(page: Page) -> tuple[str | None, tuple[Problem, ...]]:
    for bom, encoding in BOMS:
        if page.content.startswith(bom):
            return _strict(page, encoding)
    controls = len(page.content) - len(page.content.translate(None, CONTROLS))
    if controls > MAX_CONTROL_SHARE * len(page.content):
        message = "The file is not text (it looks binary, or like UTF-16 without its mark). Save the page as UTF-8."
        return None, (Problem("not-text", message, page.path, level="skipped"),)
    try:
        text = page.content.decode("utf-8")
    except UnicodeDecodeError:
        return _legacy(page)
    if MOJIBAKE.search(text):
        message = "Signs such as 'â€™' show that the page was saved in a wrong encoding. Save it again as UTF-8."
        return text, (Problem("garbled", message, page.path),)
    return text, ()


def _strict(page: Page, encoding: str) -> tuple[str | None, tuple[Problem, ...]]:
    try:
        return page.content.decode(encoding), ()
    except UnicodeDecodeError as error:
        message = f"The file claims to be {encoding} but is not (byte {error.start}). Save the page as UTF-8."
        return None, (Problem("wrong-encoding", message, page.path, level="skipped"),)


def _legacy(page: Page) -> tuple[str | None, tuple[Problem, ...]]:
    """Decode bytes that are not UTF-8: by the charset of the server or of the page, else as windows-1252."""
    declared = DECLARED.search(page.content[:DECLARED_WITHIN_BYTES])
    for name in (page.charset, declared and declared.group(1).decode("ascii")):
        try:
            codec = codecs.lookup(name or "").name
            if codec.startswith(CHARSETS):
                return page.content.decode("cp1252" if codec in LATIN_1 else codec), ()
        except (LookupError, UnicodeError):
            pass  # an unknown or wrong declaration: try what such pages mostly are
    try:
        text = page.content.decode("cp1252")
    except UnicodeDecodeError as error:
        message = f"The file is neither UTF-8 nor windows-1252 (byte {error.start}). Save the page as UTF-8."
        return None, (Problem("wrong-encoding", message, page.path, level="skipped"),)
    message = "The page is not UTF-8 and was read as windows-1252. Check its accents and quotes, or save it as UTF-8."
    return text, (Problem("guessed-encoding", message, page.path),)
