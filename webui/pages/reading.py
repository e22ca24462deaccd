"""How we read your question: the notices of an answer in; sentences out, each with links that undo what it says."""

from __future__ import annotations

import re
from typing import NamedTuple

from indexer import PROSE_WORDS, Notice, Results
from webui.pages.parts import Addresses, Link, joined
from webui.params import State

# notices of how words are always read, and what their undoing is called: nothing went wrong, so they stand apart
READINGS = {"dropped": "Search “{}” too", "spelling": "Only “{}” itself", "added": "Only “{}” itself"}
GISTS = {
    "dropped": "without some words",
    "spelling": "with close words",
    "added": "with related words",
    "typed": "only as typed",
}
QUOTES = '"“”„«»'  # all of them quote, for the parser of questions


class ReadingNote(NamedTuple):
    """A sentence about how the question was read, and the searches that read it otherwise."""

    text: str
    undo: tuple[Link, ...]


class Reading(NamedTuple):
    """What was made of a question: in short, and note by note. `is_open`: a word was searched in place of another."""

    gist: str
    notes: tuple[ReadingNote, ...]
    is_open: bool


def make_reading(results: Results, state: State, addresses: Addresses) -> Reading | None:
    """Return what was left out of the question, added to it and put in its place; None when it was taken as typed."""
    found = [notice for notice in results.notices if notice.code in READINGS]
    typed_only = results.request.typed_only
    if not found and not typed_only:
        return None
    one_expanded = sum(len(notice.words) for notice in found if notice.code != "dropped") == 1
    notes = []
    for notice in found:
        # to undo the only expansion is to search the words as typed, which has its own link below
        is_undone_below = one_expanded and notice.code != "dropped"
        notes.append(ReadingNote(notice.message, () if is_undone_below else _undo(notice, state, addresses)))
    codes = {notice.code for notice in found}
    if typed_only:
        again = Link(addresses.results(state.with_typed_only(False)), "Search related words too")
        notes.append(ReadingNote("Only the words as typed were searched.", (again,)))
    elif codes - {"dropped"}:
        typed = Link(addresses.results(state.with_typed_only(True)), "Search only the words as typed")
        notes.append(ReadingNote("", (typed,)))
    gist = [GISTS[code] for code in GISTS if code in codes or (code == "typed" and typed_only)]
    return Reading(joined(gist, " and "), tuple(notes), is_open="spelling" in codes)


def _undo(notice: Notice, state: State, addresses: Addresses) -> tuple[Link, ...]:
    """Return a search for each word of a notice, with that word in quotation marks: so it means what it says."""
    text = state.request.text
    if len(text.split()) > PROSE_WORDS:  # in so long a text quotation marks mean nothing
        return ()
    label = READINGS[notice.code]
    quoted = {word: quote_word(text, word) for word in notice.words}
    return tuple(Link(addresses.results(state.with_words(q)), label.format(word)) for word, q in quoted.items() if q)


def quote_word(text: str, word: str) -> str:
    """Return a question with a word of it in quotation marks, or "" when it stands nowhere outside such marks."""
    for match in re.finditer(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text):
        before, after = text[: match.start()], text[match.end() :]
        if sum(map(before.count, QUOTES)) % 2 == 0:
            return f'{before}"{word}"{after}'
    return ""
