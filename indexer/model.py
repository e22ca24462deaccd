"""The nouns of the project, as frozen dataclasses; every other module speaks in these and imports them from here.

In reading order they follow the data: Page -> Block -> Article -> (index) -> SearchRequest -> Results.
Standard library only: a noun knows nothing of files, engines or HTML. What one search makes by the hundred is a named
tuple or a dataclass that is frozen by agreement alone: making a frozen one takes two to three times as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

AssignmentSource = Literal["page", "rules", "override"]
Match = Literal["any", "all"]
Sort = Literal["relevance", "newest", "oldest", "title"]
SORTS: tuple[Sort, ...] = ("relevance", "newest", "oldest", "title")


# --- from captures to records ----------------------------------------------------------------------------------------


Level = Literal["note", "warning", "skipped"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a librarian should know about a page or an article. A value, not an exception: the run goes on.

    code     stable, for machines: "no-citation", "not-text", ...
    message  what happened and what to do next, in one or two sentences.
    path     the page, or None when it concerns the whole run.
    article  title of the article concerned, or None when it is the page.
    level    "note": nothing to do; "warning": look at it; "skipped": text was left out of the index because of it.
    """

    code: str
    message: str
    path: str | None = None
    article: str | None = None
    level: Level = "warning"


@dataclass(frozen=True, slots=True)
class Page:
    """One capture, unparsed.

    path        as the librarian knows it: relative to the folder that was given, with forward slashes.
    format      name of the reader in `indexer.formats`: "html" or "text".
    content     the bytes exactly as found.
    sha256      of `content`, hexadecimal.
    url         address the capture itself says it was taken from, else None.
    fetched_at  ISO 8601 time the capture itself says it was taken at, else None; never a file's time, never now.
    charset     what the server's Content-Type said about the encoding, else None; it may be wrong.
    """

    path: str
    format: str
    content: bytes
    sha256: str
    url: str | None = None
    fetched_at: str | None = None
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """One visual block of a page: a heading, a paragraph, a list item, a table cell, a line between two `<br>`.

    text      white space folded to single blanks, never empty.
    level     1-6 for an HTML heading, else 0.
    emphasis  every character is bold or otherwise stressed.
    link      every character belongs to a link (a pager, an archive list, or a title that links to its article).
    """

    text: str
    level: int = 0
    emphasis: bool = False
    link: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """One choice of the blog's own filter lists: `kind` "topic" or "type", the blog's `label`, its id there."""

    kind: Literal["topic", "type"]
    label: str
    site_id: str | None = None


WalkEnd = Literal["last-page", "known-page", "stopped"]


@dataclass(frozen=True, slots=True)
class Walk:
    """One visit to all pages of one of the blog's lists, in their order, as `pprsearch fetch` recorded it.

    path          where the record stands, as in `Page.path`.
    filter        None: the unfiltered list of all digests.
    end           "last-page": nothing comes behind, the walk is complete; "known-page": it met a page that an earlier
                  walk of the list had in full; "stopped": it broke off, and says nothing about what it lacks.
    finished_at   ISO 8601, UTC.
    page_sha256s  of each page (`Page.sha256`) in order; of a page that the server called unchanged, its older capture.
    article_ids   of the digests on these pages, as the program of that day read them; they may have changed since.
    """

    path: str
    filter: Filter | None
    end: WalkEnd
    finished_at: str
    page_sha256s: tuple[str, ...] = ()
    article_ids: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Tell whether what the walk did not see was not in the list."""
        return self.end == "last-page"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a format's reader took from one page.

    blocks    in page order, page furniture that the markup itself gives away (navigation, scripts) already gone.
    choices   the entries of the page's own filter lists, in page order.
    marked    those of them that the page shows as chosen.
    problems  what went wrong while decoding; a reader never raises.
    """

    blocks: tuple[Block, ...] = ()
    choices: tuple[Filter, ...] = ()
    marked: tuple[Filter, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Capture:
    """Where (part of) an article's text came from: a `Page` without its content."""

    path: str
    sha256: str
    url: str | None = None
    fetched_at: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A reference line, `printed` as it stands on the page, and what could be read from it without guessing.

    authors     one string a person, family name first, as printed: ("Flückiger, C.", "Del Re, A. C."); "et al." and
                elisions are left out.
    study_year  year of publication of the study; the digest's own year is `Article.year`.
    pages       as printed, dash included ("303-315"); an article number counts as pages ("313").
    doi         lower case, without resolver or "doi:", or None.
    """

    printed: str
    authors: tuple[str, ...] = ()
    study_year: int | None = None
    title: str | None = None
    journal: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    doi: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """A topic or research type of one article, and why.

    value     slug in the vocabulary of `corpus/topics.toml`.
    source    "page": a filtered page of the blog proves it; "rules": our phrases found it; "override": a librarian.
    evidence  paths of the proving captures, or the phrases that were found, strongest first, or the librarian's reason.
    """

    value: str
    source: AssignmentSource
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Override:
    """A librarian's correction of one field of one article; the new value stands in the article itself.

    field     "title", "month", "citation", "doi", "email", "summary", "implications", "topics" or "research_type".
    why, who  as the librarian wrote them.   date  of the correction, "2020-11-22".
    replaced  what the field held before: its text, paragraphs or slugs; () when there was none.
    """

    field: str
    why: str
    who: str
    date: str
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """One digest, the record that readers find and librarians correct. In the UI it is called a digest.

    id             `YYYY-MM-slug-of-title`; for records made elsewhere whatever id they came with.
    month, year    of the digest ("2020-07", 2020); None when the record has none.
    summary        paragraphs, never empty strings; may be an empty tuple. A plain record's `text` is here.
    implications   paragraphs of "Practice Implications"; an empty tuple when the page had none.
    email          the line "Author email: ..." as printed, or None.
    topics         by slug; at most one assignment per topic and source.
    research_type  one at most; "page" wins over "rules", "override" over both.
    captures       every page it was seen on, newest first.
    former_ids     ids that it had before its title or month changed, latest first; none of them is another's id.
    overrides      what a librarian corrected, in the order in which it was applied.
    """

    id: str
    title: str
    month: str | None = None
    year: int | None = None
    citation: Citation | None = None
    summary: tuple[str, ...] = ()
    implications: tuple[str, ...] = ()
    email: str | None = None
    topics: tuple[Assignment, ...] = ()
    research_type: Assignment | None = None
    captures: tuple[Capture, ...] = ()
    former_ids: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()


# --- from a reader's words to results --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What a reader asks for. Values are taken as they come; unknown ones give a Notice, never an error.

    text       the words typed; empty means browse: every article that passes the filters, newest first.
    topics     topic slugs, one of which an article must have (OR); empty: no filter.
    types      research type slugs, likewise.
    year_from, year_to  years of the digest, both inclusive.
    match      "any": one content word is enough; "all": articles that lack none.
    sort       None: relevance when there are words, else newest.
    page       from 1.   size: hits a page, from 1.
    typed_only nothing but the words as typed: neither synonyms nor close words for unknown ones.
    profile    name of a ranking profile; None: the default one.
    """

    text: str = ""
    topics: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    match: Match = "any"
    sort: Sort | None = None
    page: int = 1
    size: int = 10
    typed_only: bool = False
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One plain sentence about how a request was read ("The words 'how' and 'do' were not searched.").

    words  those of the question, as typed, that were not taken at their word: in quotation marks they would be.
    """

    code: str
    message: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What may have been meant: a question to ask instead, and how many digests it finds under the same filters."""

    text: str
    total: int


class Fragment(NamedTuple):
    """A run of text; `marked` when it is a word of the question. Text is raw: whoever renders it escapes it."""

    text: str
    marked: bool = False


@dataclass(slots=True, unsafe_hash=True)
class MarkedText:
    """A text and the places in it that answer the question: (start, end) in characters, ascending, never overlapping.

    Iterating gives its fragments in order; together they are the text.
    """

    text: str = ""
    marks: tuple[tuple[int, int], ...] = ()

    def __iter__(self) -> Iterator[Fragment]:
        place = 0
        for start, end in self.marks:
            if start > place:
                yield Fragment(self.text[place:start])
            yield Fragment(self.text[start:end], marked=True)
            place = end
        if place < len(self.text):
            yield Fragment(self.text[place:])


@dataclass(slots=True, unsafe_hash=True)
class Snippet(MarkedText):
    """The extract shown under a hit. `cut_before`/`cut_after`: its sentence begins before it or goes on after it."""

    cut_before: bool = False
    cut_after: bool = False


class Hit(NamedTuple):
    """One ranked article. `rank` counts from 1 over all pages; `score` is comparable within one query only.

    missing  words of the question, as typed, that the article does not hold.
    """

    rank: int
    doc_id: str
    score: float
    month: str | None
    title: MarkedText
    snippet: Snippet
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """A number and what it is made of: a tree whose leaves add up to the score of one article, before rounding.

    The score's children are the words of the question, as typed, and the pairs of them that stand side by side; theirs
    are the fields. A word's score saturates over all fields together (BM25F), so it has no parts of its own: it is
    shared among the fields in proportion to their occurrences, weighted and corrected for length.
    """

    label: str
    value: float
    children: tuple[Explanation, ...] = ()

    @classmethod
    def of_children(cls, label: str, children: Iterable[Explanation]) -> Explanation:
        """Return a node whose value is the sum of its children's."""
        children = tuple(children)
        return cls(label, sum([child.value for child in children]), children)

    def leaves(self) -> Iterator[Explanation]:
        """Yield the nodes without children, from left to right; a tree of one node is its own leaf."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


@dataclass(frozen=True, slots=True)
class ExplainedHit:
    """Why an article stands where it does. `rank` is None, and the score 0, when the request does not find it."""

    doc_id: str
    rank: int | None
    sentence: str
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Comparison:
    """Why one article stands below or above another: one sentence, and both explained, in the order asked for."""

    sentence: str
    first: ExplainedHit
    second: ExplainedHit


class Bucket(NamedTuple):
    """One value of a facet. `count`: matches under every other facet's choices that have this value."""

    value: str
    label: str
    count: int  # type: ignore[assignment]  # takes the place of a tuple's own count()
    selected: bool = False


@dataclass(slots=True, unsafe_hash=True)
class Facet:
    """A dimension: `name` "topic", "type" or "year". Topic and type buckets by count, then label; years ascending.

    values, labels, counts  of all values, ascending by label (years by year).
    order   places in these, as the buckets come.   chosen  values that are selected.
    adds    what choosing each value too would add to the total, a value chosen already 0; () while nothing is chosen.
    """

    name: str
    label: str
    values: tuple[str, ...]
    labels: tuple[str, ...]
    counts: tuple[int, ...]
    order: tuple[int, ...]
    chosen: tuple[str, ...] = ()
    adds: tuple[int, ...] = ()

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        """One bucket a value. Made at each call: columns cost a search a tenth of sixty buckets."""
        values, labels, counts, chosen = self.values, self.labels, self.counts, self.chosen
        if not chosen:
            return tuple([Bucket(values[i], labels[i], counts[i]) for i in self.order])
        return tuple([Bucket(values[i], labels[i], counts[i], values[i] in chosen) for i in self.order])


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to one request.

    total            all matches, not only this page.
    total_all_words  those of them that lack no word of the question; equal to `total` when browsing.
    hits             of the page asked for; empty past the end.
    facets           topic, type, year, counted over every match.
    words            content words of the question as typed, in order, each once.
    did_you_mean     the question without its typing errors; None when all words are known or nothing better is.
    """

    request: SearchRequest
    total: int
    total_all_words: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]
    notices: tuple[Notice, ...] = ()
    words: tuple[str, ...] = ()
    did_you_mean: Suggestion | None = None

    @property
    def pages(self) -> int:
        """Number of pages, at least 1."""
        return max(1, -(-self.total // self.request.size))
