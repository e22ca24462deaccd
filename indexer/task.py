"""One run of a librarian: inputs -> records, compared with the live ones -> a new live generation.

A build makes everything anew. An update, or a removal, takes over from the live generation what still holds: pages that
were parsed, records that were merged, documents that were indexed. All end in the same records, byte for byte.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.changes import NOTHING, Changes, State, compare
from indexer.config import Config, find_corpus_file
from indexer.errors import RemovalError, StoreError
from indexer.generations import GIVEN, Generation, Source, inherited_ledger, open_current
from indexer.ingest import ingest_pages, site_ids
from indexer.ledger import Ledger, bury
from indexer.model import Capture, Page, Problem, Walk
from indexer.overrides import OVERRIDES_TABLE, read_overrides
from indexer.pages import find_files, read_captures
from indexer.parsed import Item, ParsedPage, capture_of, parse_page
from indexer.problems import refuse_warnings
from indexer.program import source_digest
from indexer.progress import Progress, no_progress
from indexer.ranking import RANKING_TABLE, find_profile, read_profiles
from indexer.records import Ingest, read_records, restore_record
from indexer.store import only_writer, sha256
from indexer.topics import Vocabulary, read_vocabulary
from indexer.writing import Command, Making, build_generation, inputs_digest, now

TOPICS_TABLE = "topics.toml"
# A run that removes more than this share of the digests, and more than so many, needs a person's word: more likely a
# folder was not mounted, or a page is read wrongly, than that the blog lost them.
MOST_REMOVED_SHARE = 0.05
MOST_REMOVED = 5

Say = Callable[[Problem], None]


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is done.

    allow_removals  so many digests may go, however many that is of all.
    strict          a problem to look at (of an update: a new one) is an error.
    progress        is given what long steps go through.
    """

    allow_removals: int = 0
    strict: bool = False
    progress: Progress = no_progress


@dataclass(frozen=True, slots=True)
class Task:
    """What a run is to do.

    paths     files and folders of captures.   given  a person named them, they are not simply the corpus folder.
    records   a file of records instead of captures.
    again     neither: what the live generation was made from, as it was read then.
    reuse     take over what has not changed, and make nothing when nothing has.
    ledger    what a person's word changes in the ledger that is inherited.
    refused   captures that were named and cannot be pages; whoever made the task has told them.
    announce  is called before anything is made.
    """

    command: Command
    source: Source
    paths: tuple[Path, ...] = ()
    given: bool = False
    records: Path | None = None
    again: bool = False
    reuse: bool = False
    ledger: Callable[[Ledger], Ledger] = lambda ledger: ledger
    refused: tuple[Problem, ...] = ()
    announce: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Run:
    """What a run read and changed, and the generation that is live after it.

    is_new    a generation was made; else nothing had changed, `ingest` is empty, and no record was looked at.
    is_first  nothing was live before.
    problems  those to look at: all of a build; of an update those that the run before it did not have.
    """

    ingest: Ingest
    generation: Generation
    changes: Changes = dataclasses.field(default_factory=Changes)
    problems: tuple[Problem, ...] = ()
    is_new: bool = True
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class _Work:
    """What the steps of one run share.

    live    the generation that is live, if this program can read it; reused: the same, if what was made for it holds.
    before  the ledger that is inherited, and what is wrong with it.
    """

    config: Config
    task: Task
    options: Options
    say: Say
    vocabulary: Vocabulary
    live: Generation | None
    reused: Generation | None
    before: Ledger
    lost: Problem | None
    making: Making


def carry_out(config: Config, task: Task, say: Say, options: Options) -> Run:
    """Do what a task says, as the only writer of the index folder; whatever goes wrong, nothing is switched."""
    with only_writer(config.index):
        work = _begin(config, task, say, options)
        found = _read(work)
        inputs = GIVEN if task.given else _inputs(config, found, work.making)
        live = work.live
        if task.reuse and live and live.manifest["inputs"] == inputs and work.making.ledger == work.before:
            n_pages = sum(isinstance(item, Capture) for item in found)
            same = Changes(unchanged=live.manifest["articles"], pages_unchanged=n_pages)
            return Run(Ingest(()), live, same, is_new=False)
        return _switch(work, _ingest(work, found), inputs)


def _begin(config: Config, task: Task, say: Say, options: Options) -> _Work:
    live = _live(config.index)
    before, lost = inherited_ledger(config.index)
    topics = find_corpus_file(config.corpus, TOPICS_TABLE)
    making = Making(
        command=task.command,
        parent=live.name if live else None,
        program=program_digest(),
        topics=sha256(topics),
        ledger=task.ledger(before),
        refused=task.refused,
    )
    reused = live if live and task.reuse and live.manifest["program"] == making.program else None
    return _Work(config, task, options, say, read_vocabulary(topics), live, reused, before, lost, making)


def _read(work: _Work) -> tuple[Item | Capture, ...]:
    """Return what the captures of a task hold, in order; one that the live generation was made from is not parsed.

    () when the task is not about captures.
    """
    task, reused = work.task, work.reused
    if task.records:
        return ()
    if task.again:
        return reused.items() if reused else ()
    known = set(reused.captures()) if reused else set()
    return tuple(
        item if not isinstance(item, Page) else capture if (capture := capture_of(item)) in known else parse_page(item)
        for item in _captures(work)
    )


def _ingest(work: _Work, found: Sequence[Item | Capture]) -> Ingest:
    """Return the records of what was read, made anew as far as they must be."""
    task, reused, making = work.task, work.reused, work.making
    if task.records:
        return read_records(task.records)
    if task.again and task.source == "records" and reused:
        return _same_records(reused)
    merged = reused.merged() if reused and reused.manifest["topics"] == making.topics else {}
    overrides = read_overrides(find_corpus_file(work.config.corpus, OVERRIDES_TABLE), work.vocabulary)
    removed = {doc_id for doc_id, stone in making.ledger.by_id().items() if stone.by == "librarian"}
    before = reused.items() if reused and not task.again else ()
    known = {item.capture: item for item in before if isinstance(item, ParsedPage)}
    items = [known[item] if isinstance(item, Capture) else item for item in found]
    return ingest_pages(items, work.vocabulary, merged, overrides, now()[:10], removed)


def _same_records(generation: Generation) -> Ingest:
    """Return the records of a generation that was built from records, as they were read then."""
    problems = tuple(Problem(**problem) for problem in generation.report()["problems"])
    return Ingest(tuple(map(restore_record, generation.lines().values())), problems)


def _captures(work: _Work) -> Iterator[Page | Walk | Problem]:
    """Yield what the paths of a task hold, file by file, less what is set aside."""
    task, ledger = work.task, work.making.ledger
    n = sum(1 for path in task.paths for _ in find_files(path))
    for item in work.options.progress(read_captures(task.paths, work.config.max_page_mb), n, "Reading captures"):
        if isinstance(item, Problem) or task.given or not ledger.is_set_aside(item):
            yield item


def _switch(work: _Work, ingest: Ingest, inputs: str) -> Run:
    """Tell the problems, bury what is gone, compare with what is live, and make the generation."""
    config, task, live, making = work.config, work.task, work.live, work.making
    task.announce()
    # the sample gives way to pages as if nothing had been there
    previous = live.state() if live and (live.source == task.source or live.source != "sample") else NOTHING
    told = {Problem(**problem) for problem in live.report()["problems"]} if live and task.reuse else set()
    ingest = dataclasses.replace(ingest, problems=(*([work.lost] if work.lost else []), *ingest.problems))
    problems = tuple(problem for problem in ingest.problems if problem not in told)
    for problem in problems:
        work.say(problem)
    if work.options.strict:
        refuse_warnings((*task.refused, *problems))
    walks = [item for item in ingest.items if isinstance(item, Walk)]
    gone, ledger = bury(ingest.articles, walks, [page.sha256 for page in ingest.pages], making.ledger)
    ingest = dataclasses.replace(
        ingest,
        articles=tuple(article for article in ingest.articles if article.id not in gone),
        merged=tuple(one for one in ingest.merged if one.article.id not in gone),
    )
    state = State(ingest.lines, ingest.pages, ledger)
    changes = compare(previous, state, ingest.articles)
    if not (task.command == "build" and task.given):
        _check_removals(changes, len(previous.records), task, work.options.allow_removals)
    generation = build_generation(
        config.index,
        ingest,
        source=task.source,
        inputs=inputs,
        labels={
            "topic": {topic.slug: topic.label for topic in work.vocabulary.topics},
            "type": {kind.slug: kind.label for kind in work.vocabulary.types},
        },
        profile=find_profile(read_profiles(find_corpus_file(config.corpus, RANKING_TABLE)), None),
        keep=config.keep_generations,
        making=dataclasses.replace(
            making, ledger=ledger, changes=changes, site_ids=site_ids(ingest.items, work.vocabulary)
        ),
        base=work.reused,
        progress=work.options.progress,
    )
    return Run(ingest, generation, changes, problems, is_first=live is None)


def _check_removals(changes: Changes, n_before: int, task: Task, allowed: int) -> None:
    n = len(changes.removed)
    if n <= MOST_REMOVED or n <= MOST_REMOVED_SHARE * n_before or n <= allowed:
        return
    reasons = "; ".join(dict.fromkeys(change.reason for change in changes.removed[:3]))
    raise RemovalError(
        f"This run would remove {n} of {n_before} digests, so the index stays as it is. First reasons: {reasons} "
        f"When that is right: pprsearch {task.command} --allow-removals {n}"
    )


def _live(index: Path) -> Generation | None:
    """Return the live generation, or None when there is none that can be read by this program."""
    try:
        return open_current(index)
    except StoreError:
        return None


# --- what a run depends on -------------------------------------------------------------------------------------------


def program_digest() -> str:
    """Return a digest of this package's source: what another version of it parsed or indexed is made anew."""
    return source_digest([Path(__file__).parent], [".py"])


def _inputs(config: Config, found: Iterable[Item | Capture], making: Making) -> str:
    """Return the digest of everything that a generation is made from, the ledger apart."""
    captures = [_mark_of(item) for item in found]
    digest = hashlib.sha256(json.dumps(captures).encode()).hexdigest()
    overrides = sha256(find_corpus_file(config.corpus, OVERRIDES_TABLE))
    parts = {"captures": digest, "topics": making.topics, "overrides": overrides, "program": making.program}
    return inputs_digest(parts)


def _mark_of(item: Item | Capture) -> tuple[str | None, ...]:
    """Return what tells an item from what stood at its place before; a file that is no page: what is wrong with it."""
    if isinstance(item, ParsedPage):
        return _mark_of(item.capture)
    if isinstance(item, Capture):
        return dataclasses.astuple(item)
    return (item.path, item.message if isinstance(item, Problem) else item.finished_at)
