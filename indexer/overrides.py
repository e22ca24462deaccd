"""Step 4 of 8, helper of ingest: a librarian's corrections of single fields, kept in `corpus/overrides.toml`.

Input: that file. Output: `Correction`s, checked, and drafts with them. What each one replaced is remembered in the
article (`Override`). The format is explained at the top of the file itself.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast, get_args

from indexer.articles import LONGEST_TITLE, Draft
from indexer.citation import MAX_REFERENCE_CHARS, find_doi
from indexer.cleaning import clean
from indexer.errors import ConfigError
from indexer.topics import Vocabulary

OVERRIDES_TABLE = "overrides.toml"

Field = Literal["title", "month", "citation", "doi", "email", "summary", "implications", "topics", "research_type"]
FIELDS: tuple[Field, ...] = get_args(Field)
KEYS = ("id", "field", "value", "why", "who", "date")
LISTS = ("summary", "implications", "topics")
# What may be emptied: an article without a title, month or summary is none.
MAY_BE_EMPTY = ("citation", "doi", "email", "implications", "topics")
OF_DRAFT = ("title", "month", "citation", "email", "summary", "implications")
OF_ID = ("title", "month")


@dataclass(frozen=True, slots=True)
class Correction:
    """One entry. `value`: a text, paragraphs or slugs; () empties the field. `number` counts entries from 1."""

    id: str
    field: Field
    value: tuple[str, ...]
    why: str
    who: str
    date: str
    number: int


def read_overrides(path: Path, vocabulary: Vocabulary) -> tuple[Correction, ...]:
    """Read and check the file; ConfigError names it, the entry, what is wrong and what to do."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}). Restore it or move it away.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: is not TOML in UTF-8 ({error}). Correct it there.") from error
    for key in data.keys() - {"override"}:
        raise ConfigError(f"{path}: unknown key '{key}'. Every entry begins with [[override]]. Correct or remove it.")
    entries = data.get("override", [])
    if not isinstance(entries, list):
        raise ConfigError(f"{path}: [override] must be [[override]], with two brackets. Correct it.")
    corrections: dict[tuple[str, str], Correction] = {}
    for number, entry in enumerate(entries, 1):
        correction = _parse(entry, number, f"{path}: override {number}", vocabulary)
        first = corrections.setdefault((correction.id, correction.field), correction)
        if first is not correction:
            raise ConfigError(
                f"{path}: override {number} corrects the {correction.field} of '{correction.id}', as override "
                f"{first.number} does. Keep one of them."
            )
    return tuple(corrections.values())


def correct_draft(draft: Draft, corrections: Iterable[Correction]) -> Draft:
    """Return a copy of the draft with the corrections of its own fields (`OF_DRAFT`); other ones are passed over."""
    for correction in corrections:
        if correction.field in OF_DRAFT:
            parts = list(correction.value)
            value: Any = parts if correction.field in LISTS else parts[0] if parts else None
            draft = replace(draft, **{correction.field: value})
    return draft


# --- one entry -------------------------------------------------------------------------------------------------------


def _parse(entry: object, number: int, where: str, vocabulary: Vocabulary) -> Correction:
    if not isinstance(entry, dict):
        raise ConfigError(f"{where} is not a table. Begin it with [[override]].")
    for key in entry.keys() - set(KEYS):
        raise ConfigError(f"{where}: unknown key '{key}'. Known are {', '.join(KEYS)}. Correct or remove it.")
    for key in KEYS:
        if key not in entry:
            raise ConfigError(f"{where}: '{key}' is missing. Add it.")
    doc_id, why, who = (_text(entry[key], key, where) for key in ("id", "why", "who"))
    where += f" ('{doc_id}')"
    if entry["field"] not in FIELDS:
        raise ConfigError(f"{where}: '{entry['field']}' is no field. Known are {', '.join(FIELDS)}. Correct it.")
    field = cast(Field, entry["field"])
    value = _value(field, entry["value"], where, vocabulary)
    return Correction(doc_id, field, value, why, who, _date(entry["date"], where), number)


def _text(value: object, key: str, where: str) -> str:
    if not isinstance(value, str) or not (text := _folded(value)):
        raise ConfigError(f"{where}: {key} = {value!r} is not a text with something in it. Write one in quotes.")
    return text


def _folded(text: str) -> str:
    return " ".join(clean(text).split())


def _date(value: object, where: str) -> str:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    try:
        return datetime.date.fromisoformat(value if isinstance(value, str) else "").isoformat()
    except ValueError:
        raise ConfigError(f"{where}: date = {value!r} is not a day such as 2020-11-22. Correct it.") from None


def _value(field: Field, value: object, where: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the parts of a value, checked for their field."""
    texts: list[Any] = value if isinstance(value, list) and field in LISTS else [value]
    if not all(isinstance(text, str) for text in texts):
        kind = "a text in quotes, or a list of them" if field in LISTS else "a text in quotes"
        raise ConfigError(f"{where}: value = {value!r} cannot be the {field}: it must be {kind}. Correct it.")
    if field in ("summary", "implications"):  # an empty line parts paragraphs
        texts = [part for text in texts for part in re.split(r"\n\s*\n", text)]
    parts = tuple(folded for text in texts if (folded := _folded(text)))
    if not parts and field not in MAY_BE_EMPTY:
        raise ConfigError(f"{where}: the {field} of a digest cannot be empty. Write its right value.")
    known = {
        "topics": {topic.slug for topic in vocabulary.topics},
        "research_type": {kind.slug for kind in vocabulary.types},
    }.get(field)
    for part in parts:
        if field == "month" and not re.fullmatch(r"[1-9][0-9]{3}-(0[1-9]|1[0-2])", part):
            raise ConfigError(f"{where}: '{part}' is no month such as '2020-07'. Correct it.")
        if field == "title" and len(part) > LONGEST_TITLE:
            raise ConfigError(f"{where}: the title has {len(part)} characters, over {LONGEST_TITLE}. Shorten it.")
        if field == "citation" and len(part) > MAX_REFERENCE_CHARS:
            raise ConfigError(f"{where}: the reference has over {MAX_REFERENCE_CHARS:,} characters. Shorten it.")
        if known is not None and part not in known:
            raise ConfigError(f"{where}: '{part}' is no slug of topics.toml. Known are {', '.join(sorted(known))}.")
    if field == "doi" and parts:
        doi = find_doi(parts[0])
        if doi is None:
            raise ConfigError(f"{where}: '{parts[0]}' holds no DOI such as '10.1037/pst0000172'. Correct it.")
        return (doi,)
    return tuple(sorted(set(parts))) if field == "topics" else parts
