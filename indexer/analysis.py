"""Text -> tokens with places. One code for index, query, highlights and snippets: what was searched is marked.

Input: any text. Output: `Tokens`. No stop word is dropped here (questions drop them, see query.py). Case, accents and
apostrophes are folded; the "english" analyzer stems with Snowball's English stemmer, "names" does not.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from indexer.schema import PARAGRAPH_BREAK
from indexer.variants import unify

# A word is letters and digits, with apostrophes inside: "client’s", "O'Brien", and "client`s" as the blog writes it.
# Hyphens part words ("meta-analysis" is found by "meta analysis"). U+0300-036F are accents that no letter absorbed.
_WORD = r"[^\W_](?:[^\W_]|[\u0300-\u036f])*"
_TOKEN = re.compile(rf"{_WORD}(?:['’‘`´ʼ]{_WORD})*|{PARAGRAPH_BREAK}")
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘`´ʼ", "'"))
# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
LONGEST_TERM = 64  # characters; longer "words" are noise, and are cut
LONGEST_MARK = 255  # characters of a word that are marked; fits a byte

# Where a sentence ends: a full stop, question or exclamation mark, closing quotes, blanks, then a capital or digit;
# also the blog's missing blank ("unconscious processes.Relational theory"). Not after an abbreviation or an initial.
_SENTENCE_END = re.compile(r"[.!?]['\"’”)\]]*(?:\s+(?=[\"'“‘(\[]?([^\W_]))|(?<=[^\W\d_]\.)(?=([^\W\d_])[^\W\d_]))|\n\n")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|vs|cf|al|dr|mr|mrs|ms|prof|pp?|vol)|\b[A-Z])\.$", re.I)
_LONGEST_ABBREVIATION = 6  # characters looked at before a full stop


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text, by order.

    positions  ascending; consecutive words differ by 1, words on two sides of a paragraph break by 2, so that no phrase
               reaches across.
    starts, ends  places in the text, in characters (code points), end exclusive.
    """

    terms: list[str]
    positions: list[int]
    starts: list[int]
    ends: list[int]

    def __len__(self) -> int:
        return len(self.terms)


def analyse(text: str, analyzer: str = "english") -> Tokens:
    """Return the tokens of a text."""
    to_term = ANALYZERS[analyzer]
    tokens = Tokens([], [], [], [])
    for position, match in enumerate(_TOKEN.finditer(text)):
        word = match.group()
        if word != PARAGRAPH_BREAK:
            start, end = match.span()
            tokens.terms.append(to_term(word))
            tokens.positions.append(position)
            tokens.starts.append(start)
            tokens.ends.append(min(end, start + LONGEST_MARK))
    return tokens


def find_words(text: str) -> list[tuple[str, str]]:
    """Return (term, word as it stands) of each word of a text, in order, by the "english" analyzer: for short texts."""
    return [(stem(word), word) for word in split_words(text)]


def split_words(text: str) -> list[str]:
    """Return the words of a text as they stand, in order."""
    return [word for word in _TOKEN.findall(text) if word != PARAGRAPH_BREAK]


def distinct_words(text: str) -> set[str]:
    """Return the words of a text as they stand: ten times as fast as taking their terms."""
    return set(_TOKEN.findall(text)) - {PARAGRAPH_BREAK}


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """Return a word without case, accents, apostrophes and possessive: "Flückiger’s" -> "fluckiger"."""
    folded = unicodedata.normalize("NFKD", word.translate(_APOSTROPHES)).casefold().translate(_LETTERS)
    folded = "".join(char for char in folded if not unicodedata.combining(char)).removesuffix("'s").replace("'", "")
    return folded[:LONGEST_TERM] or word[:LONGEST_TERM]


_stemmer = snowballstemmer.stemmer("english")
_stemmer_lock = threading.Lock()  # a Snowball stemmer keeps state while it works


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the index term of a word: folded, variants unified, stemmed ("Behaviours’" -> "behavior")."""
    term, is_open = unify(fold(word))
    if not is_open:
        return term
    with _stemmer_lock:
        stemmed: str = _stemmer.stemWord(term)
        return stemmed


ANALYZERS: dict[str, Callable[[str], str]] = {"english": stem, "names": fold}


def sentence_starts(text: str) -> list[int]:
    """Return where each sentence begins, ascending, the first 0; none in an empty text. A paragraph break ends one."""
    starts = [0] if text else []
    for match in _SENTENCE_END.finditer(text):
        if match.end() < len(text) and (PARAGRAPH_BREAK in match.group() or _is_sentence_end(text, match)):
            starts.append(match.end())
    return starts


def _is_sentence_end(text: str, match: re.Match[str]) -> bool:
    """Tell whether a full stop ends a sentence: a capital or digit follows, and no abbreviation or initial precedes."""
    follower, joined = match[1], match[2]
    if joined and not (joined.isupper() and text[match.start() - 1].islower()):
        return False
    if follower and not (follower.isupper() or follower.isdigit()):
        return False
    return not _ABBREVIATION.search(text[max(0, match.start() - _LONGEST_ABBREVIATION) : match.start() + 1])
