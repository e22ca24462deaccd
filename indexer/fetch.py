"""The live blog -> a web archive in the folder of captures: each of its lists, page after page, as far as is needed.

Input: the address of the blog, and what earlier runs saw. Output: a WARC with every answer, and a note of each walk,
which `update` and `build` read like any other capture. Needs the optional extra `collect`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from indexer.answers import UnreadableBody
from indexer.articles import article_id, parse_articles
from indexer.errors import CollectError, PprSearchError
from indexer.filters import proven_filters
from indexer.formats import read_blocks
from indexer.model import Filter, Page, Walk
from indexer.warc import HTML_TYPES, is_html_answer, note_of, page_of

try:
    from indexer.collecting.addresses import check_interval, check_start
    from indexer.collecting.memory import SECOND, Memory, read_memory
    from indexer.collecting.polite import Manners, NotHad, Visit
    from indexer.collecting.taping import Answer
    from indexer.collecting.walks import ListWalk, Seen, address_of, walks_of
    from indexer.collecting.warcfile import WarcFile, only_collector
except ModuleNotFoundError as missing:
    raise PprSearchError(
        f"Collecting from the live blog needs the package '{missing.name}', which is not installed. "
        "Install it with: pip install 'pprnet-search[collect]'"
    ) from missing

__all__ = ["Collected", "Manners", "fetch"]

Tell = Callable[[str], None]


@dataclass(slots=True)
class Collected:
    """What a run has done.

    path       the archive that it wrote.
    pages      fetched in full; `unchanged` ones were confirmed by the server, `reused` ones had been fetched by the run
               that this one went on from.
    new_ids    digests that no earlier walk had seen.
    doubts     what a librarian should look at.
    stopped    why the run ended before its end, None when it did not.
    """

    path: Path
    pages: int = 0
    unchanged: int = 0
    reused: int = 0
    walks: list[Walk] = field(default_factory=list)
    new_ids: set[str] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)
    stopped: str | None = None


def fetch(
    folder: Path, start: str, manners: Manners, *, to_the_end: bool, tell: Tell, confirm: Callable[[str], bool]
) -> Collected:
    """Walk the lists of the blog at `start` and write what is seen to a new archive in `folder`.

    to_the_end  walk each list to its last page, not only until a page without anything new.
    tell        is called with a line on each step.
    confirm     is asked, after the first page and before the rest, with how much is to be expected.
    CollectError when not even the first page could be had; later trouble is in `Collected.stopped`. A run that is
    stopped or killed leaves what it had, and the next one goes on from there.
    """
    check_start(start)
    check_interval(start, manners.interval)
    start = address_of(start)
    with only_collector(folder):
        memory = read_memory(folder, start, manners.max_page_mb)
        with WarcFile(folder, start, manners.contact) as file:
            run = _Run(file, memory, manners, to_the_end, tell)
            try:
                run.collect(start, confirm)
            finally:
                run.visit.close()
            return run.done


class _Run:
    def __init__(self, file: WarcFile, memory: Memory, manners: Manners, to_the_end: bool, tell: Tell) -> None:
        self.done = Collected(file.path)
        self.visit = Visit(manners, self._keep, tell)
        self._file = file
        self._memory = memory
        self._max_page_mb = manners.max_page_mb
        self._to_the_end = to_the_end
        self._tell = tell
        self._seen: dict[str, Seen] = {}
        self._expected = 0
        self._old_ids = {article for walk in memory.walks for article in walk.article_ids}

    def collect(self, start: str, confirm: Callable[[str], bool]) -> None:
        try:
            start, first = self._look_at(start)
        except NotHad as reason:
            raise CollectError(f"{start} cannot be collected: {reason}. Check the address.") from reason
        if not first.articles:
            raise CollectError(
                f"{start} shows no digest: it is no page of the blog, or its pages have changed. "
                f"Check the address, or save the page and report it. What came is in {self.done.path}."
            )
        lists = walks_of(first.choices)
        if len(lists) == 1:
            self.done.doubts.append(
                "The page links to no topic and no type of research: only the whole list is walked."
            )
        if not confirm(self._expectation(start, lists)):
            self.done.stopped = "Nothing more was asked for."
            return
        walks: list[ListWalk] = []
        try:
            self._walk_all(lists, start, walks)
        except CollectError as error:
            self.done.stopped = str(error)
        finally:  # also when a person interrupts it
            self._check_whole_list(walks, is_finished=len(walks) == len(lists) and walks[-1].end is not None)
            for walk in walks:
                self._note(walk, start)
        if self.done.stopped is None:
            self._file.finish()

    def _walk_all(self, lists: list[Filter | None], start: str, walks: list[ListWalk]) -> None:
        """Walk one list after the other; `walks` holds those that were begun."""
        second = self._memory.second
        for walked in lists:
            walks.append(ListWalk(walked, () if self._to_the_end else self._memory.known_articles(walked), second))
            self._walk(walks[-1], start)
            second = walks[-1].second

    def _check_whole_list(self, walks: list[ListWalk], is_finished: bool) -> None:
        """Take a walk of all digests for complete only if no topic and no type has a digest that it lacks.

        A digest taken off during the walk moves those behind it up, from a page to come to one that was already seen.
        """
        if not walks or walks[0].end != "last-page":
            return
        lacking = [article for walk in walks for article in walk.articles if article not in walks[0].articles]
        if lacking:
            self.done.doubts.append(
                f"The list of all digests lacked {len(set(lacking))} that stand under topics or types, such as "
                f"'{lacking[0]}': it changed meanwhile. Run `pprsearch fetch --all` again."
            )
        if lacking or not is_finished:
            walks[0].stop("not compared with all topics and types")

    def _expectation(self, start: str, lists: list[Filter | None]) -> str:
        """Say how much is to come."""
        self._expected = sum(self._memory.expected_pages(walked, self._to_the_end) for walked in lists)
        is_known = all(any(walk.filter == walked for walk in self._memory.walks) for walked in lists)
        about = "about" if is_known else "at least"
        delay = self.visit.delay(start)
        minutes = max(0, self._expected - len(self._memory.fetched)) * delay / 60
        time = f"{about} {minutes:.0f} minutes" if minutes >= 1 else "a minute"
        return f"{len(lists)} lists to walk: {about} {self._expected} pages, one request in {delay:g} s, {time}."

    def _walk(self, walk: ListWalk, start: str) -> None:
        while walk.end is None:
            url = address_of(start, walk.filter, walk.number)
            try:
                _, seen = self._look_at(url)
            except NotHad as reason:
                walk.stop(str(reason))
                self.done.doubts.append(f"{url}: {reason}.")
                return
            new = [article for article in seen.articles if article not in self._old_ids]
            self.done.new_ids.update(new)
            before = len(walk.articles)
            walk.add(seen)
            what = f"{len(walk.articles) - before} more digests of the list" if walk.end != "last-page" else "the end"
            self._tell(f"{self._progress()}: {_name(walk.filter)}, {url}: {what}.")
            if walk.end == "stopped":
                self.done.doubts.append(f"{url}: {walk.reason}. Look at it in a browser.")

    def _progress(self) -> str:
        n = len(self._seen)
        return f"{n} of {self._expected}" if n <= self._expected else str(n)

    def _note(self, walk: ListWalk, start: str) -> None:
        """Write down how a walk ended."""
        finished_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        pages, articles = tuple(walk.pages), tuple(walk.articles)
        noted = Walk(self.done.path.name, walk.filter, walk.end or "stopped", finished_at, pages, articles)
        self._file.write_note(note_of(noted) | {SECOND: walk.second}, address_of(start, walk.filter))
        self.done.walks.append(noted)

    def _look_at(self, url: str) -> tuple[str, Seen]:
        """Return the address where a page was found and what it shows; ask for it only if this run has not had it."""
        earlier = self._memory.newest.get(url)
        if url in self._seen:
            return url, self._seen[url]
        if earlier and url in self._memory.fetched:
            self.done.reused += 1
            page = earlier.page
        else:
            answer = self.visit.get(url, earlier.validators if earlier else None)
            if answer.status == 304 and earlier:
                self.done.unchanged += 1
                page = earlier.page
            else:
                page = self._page(answer)
                self.done.pages += 1
        found_at = page.url or url
        self._seen[url] = self._seen[found_at] = _read(page)
        return found_at, self._seen[url]

    def _keep(self, answer: Answer) -> None:
        """Put an answer into the archive; a 304 names the capture that it confirms."""
        earlier = self._memory.newest.get(answer.url) if answer.status == 304 else None
        self._file.write_answer(answer, earlier.refers_to if earlier else None)

    def _page(self, answer: Answer) -> Page:
        record = answer.record()
        if not is_html_answer(record):
            raise NotHad(f"it is {record.media_type or 'of an unknown kind'}, not one of {', '.join(HTML_TYPES)}")
        try:
            return page_of(record, answer.url, self._max_page_mb)
        except UnreadableBody as reason:
            raise NotHad(str(reason).removesuffix(".")) from reason


def _read(page: Page) -> Seen:
    """Return what a page shows, as the index will read it."""
    reading = read_blocks(page)
    drafts, _ = parse_articles(reading.blocks, page.path)
    proven, conflicts = proven_filters(page, reading)
    articles = dict.fromkeys(article_id(draft.month, draft.title) for draft in drafts)
    return Seen(page.sha256, tuple(articles), reading.choices, proven, bool(conflicts))


def _name(walked: Filter | None) -> str:
    return f"{walked.kind} '{walked.label}'" if walked else "all digests"
