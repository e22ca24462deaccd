"""Whatever happens to an update - killed, no room, a damaged index, a second one - the old or the new state is there.

After each fault: the index answers, entirely with the one or with the other; no capture is lost or half written; and
the same command again ends in exactly the new state, without anybody's help.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from damage import cut, flip
from filelock import FileLock
from forked import PPRSEARCH, ROOT, Ended, Forks, environment

from indexer import SearchRequest, open_index
from indexer.engines import COMPILED_FILE
from indexer.generations import RECORDS, open_current

SAMPLE = ROOT / "corpus" / "sample"
OLD_PAGES = ("2018-01.html", "2018-03.html", "2020-12.html")
NEW_PAGES = ("2021-07.html", "2022-05.html")
UPDATE = ("update", "incoming")
KILLS_AT_A_STEP, KILLS_AT_A_TIME = 40, 10


class Library(NamedTuple):
    """A librarian's folder: `incoming` waits to be taken into `corpus/pages` and `index`."""

    folder: Path

    @property
    def index(self) -> Path:
        return self.folder / "index"

    @property
    def pages(self) -> Path:
        return self.folder / "corpus" / "pages"

    def records(self) -> bytes:
        """Return what is live, after searching it as a reader does; opening it compares every file."""
        with closing(open_index(self.index, self.folder / "corpus")) as searcher:
            records = (searcher.generation.folder / RECORDS).read_bytes()
            found = {hit.doc_id for hit in searcher.search(SearchRequest(size=1000)).hits}
            assert found == {json.loads(line)["id"] for line in records.splitlines()}
            assert searcher.search(SearchRequest("therapy")).total > 0
            return records

    def captures(self) -> dict[str, bytes]:
        """Return every file in the folder of captures, hidden ones too."""
        return {path.relative_to(self.pages).as_posix(): path.read_bytes() for path in self.pages.rglob("*")}


class States(NamedTuple):
    """The records before and after the update."""

    old: bytes
    new: bytes


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    with closing(Forks(tmp_path_factory.mktemp("forks"))) as forks:
        yield forks


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, forks: Forks) -> Library:
    """A library whose index has the old pages; tests work on copies."""
    library = Library(tmp_path_factory.mktemp("library"))
    library.pages.mkdir(parents=True)
    (library.folder / "corpus" / "synonyms.toml").touch()  # none, so that opening an index takes a tenth of the time
    (library.folder / "incoming").mkdir()
    for names, folder in ((OLD_PAGES, library.pages), (NEW_PAGES, library.folder / "incoming")):
        for name in names:
            shutil.copy(SAMPLE / name, folder)
    assert forks.run(library.folder, "update").code in (0, 3)
    return library


@pytest.fixture
def library(before: Library, tmp_path: Path) -> Library:
    return _copy(before, tmp_path / "library")


def _copy(library: Library, folder: Path) -> Library:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(library.folder, folder)
    return Library(folder)


@pytest.fixture(scope="module")
def states(before: Library, forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> States:
    """What a build from nothing gives of the old pages, and of all."""
    found = []
    for names in (OLD_PAGES, (*OLD_PAGES, *NEW_PAGES)):
        library = Library(tmp_path_factory.mktemp("state"))
        library.pages.mkdir(parents=True)
        for name in names:
            shutil.copy(SAMPLE / name, library.pages)
        assert forks.run(library.folder, "build").code in (0, 3)
        found.append(library.records())
    assert before.records() == found[0] != found[1]
    return States(*found)


def _assert_old_or_new(library: Library, states: States) -> bytes:
    """Return the records that are live."""
    records = library.records()
    assert records in states
    for name, content in library.captures().items():
        if not name.startswith("."):
            assert content == (SAMPLE / name).read_bytes(), f"{name} was not stored whole"
    assert set(OLD_PAGES) <= set(library.captures())
    return records


def _assert_next_update_ends_in_the_new_state(library: Library, states: States, forks: Forks) -> None:
    done = forks.run(library.folder, *UPDATE)
    assert done.code in (0, 3), done.err
    assert library.records() == states.new
    assert sorted(library.captures()) == sorted((*OLD_PAGES, *NEW_PAGES)), "each capture once, and nothing else"
    for generation in (library.index / "generations").iterdir():
        assert (generation / "manifest.json").is_file(), "leftovers of killed runs are cleared"
    assert sorted(path.name for path in library.index.iterdir()) == ["current", "generations", "lock"]


# --- killed ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def undisturbed(before: Library, states: States, forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """An update that nothing happens to."""
    library = _copy(before, tmp_path_factory.mktemp("undisturbed") / "library")
    done = forks.run(library.folder, *UPDATE)
    assert done.code in (0, 3), done.err
    assert library.records() == states.new
    assert done.steps > KILLS_AT_A_STEP
    return done


def test_killed_at_any_step_it_leaves_the_old_or_the_new_state_and_the_next_run_ends_in_the_new(
    before: Library, states: States, undisturbed: Ended, forks: Forks, tmp_path: Path
) -> None:
    last = undisturbed.steps
    ends = {*range(1, 9), *range(last - 7, last + 1)}  # captures are stored first, the switch is done last
    steps = ends.union(random.Random(6).sample(range(9, last - 7), KILLS_AT_A_STEP - len(ends)))
    seen = set()
    for step in sorted(steps):
        library = _copy(before, tmp_path / "library")
        assert forks.run(library.folder, *UPDATE, kill_at=step).code == -9, step
        seen.add(_assert_old_or_new(library, states))
        _assert_next_update_ends_in_the_new_state(library, states, forks)
    assert seen == set(states), "some steps come before the switch and some after it"


def test_killed_at_any_time_it_leaves_the_old_or_the_new_state_and_the_next_run_ends_in_the_new(
    before: Library, states: States, undisturbed: Ended, forks: Forks, tmp_path: Path
) -> None:
    library = _copy(before, tmp_path / "library")
    began = time.monotonic()
    forks.run(library.folder, *UPDATE)
    took = time.monotonic() - began
    moments = random.Random(7)
    killed = 0
    for _ in range(KILLS_AT_A_TIME):
        library = _copy(before, tmp_path / "library")
        killed += forks.run(library.folder, *UPDATE, kill_after_s=moments.uniform(0.05, 0.95) * took).code == -9
        _assert_old_or_new(library, states)
        _assert_next_update_ends_in_the_new_state(library, states, forks)
    assert killed > KILLS_AT_A_TIME / 2


# --- no room, no permission ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("refuse", ["full", "read-only"])
def test_refused_by_the_disk_from_any_step_on_it_says_so_in_one_line_and_leaves_the_old_state(
    refuse: str, before: Library, states: States, undisturbed: Ended, forks: Forks, tmp_path: Path
) -> None:
    steps = random.Random(8).sample(range(2, undisturbed.steps), 8)
    refused = 0
    for step in (1, *sorted(steps)):
        library = _copy(before, tmp_path / "library")
        done = forks.run(library.folder, *UPDATE, refuse=refuse, refuse_from=step)
        live = _assert_old_or_new(library, states)
        if done.code == 1:
            refused += 1
            assert live == states.old, step
            reason = "No space left on device" if refuse == "full" else "Read-only file system"
            told = [line for line in done.err.splitlines() if line.startswith("pprsearch: ")]
            assert len(told) == 1 and reason in told[0], done.err
        else:
            assert live == states.new, step
        assert "Traceback" not in done.err and "unexpected error" not in done.err
        _assert_next_update_ends_in_the_new_state(library, states, forks)
    assert refused >= 5


# --- damage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [flip, cut], ids=["flipped", "cut"])
def test_any_damaged_file_of_the_live_generation_is_refused_or_told_check_names_it_and_the_mend_works(
    damage: Callable[[Path], None], before: Library, states: States, forks: Forks, tmp_path: Path
) -> None:
    names = sorted(
        path.relative_to(before.index).as_posix()
        for path in (*open_current(before.index).folder.rglob("*"), before.index / "current")
        if path.is_file() and path.stat().st_size
    )
    assert len(names) > 12
    for name in names:
        library = _copy(before, tmp_path / "library")
        damage(library.index / name)
        checked = forks.run(library.folder, "check")
        assert (checked.code, name in checked.err) == (1, True), (name, checked.err)
        searched = forks.run(library.folder, "search", "therapy")
        if name.endswith(COMPILED_FILE):
            mend = ("compile",)
            assert searched.code == 0 and "pprsearch compile" in searched.err, name
        else:
            mend = ("build",)
            assert searched.code == 1 and "pprsearch build" in searched.err, name
        assert f"pprsearch {mend[0]} --index index" in checked.err
        mended = forks.run(library.folder, *mend)
        assert mended.code in (0, 3), (name, mended.err)
        assert forks.run(library.folder, "check").code == 0, name
        assert library.records() == states.old, name


def test_an_update_of_a_damaged_index_gives_the_new_state_all_the_same(
    before: Library, states: States, forks: Forks, tmp_path: Path
) -> None:
    for name in ("articles.jsonl", "ledger.json", "manifest.json", "report.json", COMPILED_FILE):
        library = _copy(before, tmp_path / "library")
        flip(open_current(library.index).folder / name)
        _assert_next_update_ends_in_the_new_state(library, states, forks)


# --- at once ---------------------------------------------------------------------------------------------------------


def test_of_two_updates_at_once_one_is_done_and_the_other_says_why_it_is_not(
    library: Library, states: States, forks: Forks
) -> None:
    pipe = subprocess.PIPE
    processes = [
        subprocess.Popen(
            [*PPRSEARCH, *UPDATE], cwd=library.folder, env=environment(), stdout=pipe, stderr=pipe, text=True
        )
        for _ in range(2)
    ]
    ended = [(process.communicate(timeout=60)[1], process.returncode) for process in processes]
    refused = [errors for errors, code in ended if code == 1]
    assert any(code in (0, 3) for _, code in ended), ended
    for errors in refused:  # the second one may also come when the first is done: then nothing is left to do
        assert "Another run is writing to 'index'. Wait until it has finished, then try again." in errors
    assert library.records() == states.new
    _assert_next_update_ends_in_the_new_state(library, states, forks)


def test_an_update_while_another_holds_the_index_is_refused_and_stores_nothing(
    library: Library, states: States, forks: Forks
) -> None:
    with FileLock(library.index / "lock"):
        done = forks.run(library.folder, *UPDATE)
        assert forks.run(library.folder, "status").out.endswith("a run is writing to the index now\n")
    assert (done.code, done.out) == (1, "")
    assert done.err == "pprsearch: Another run is writing to 'index'. Wait until it has finished, then try again.\n"
    assert sorted(library.captures()) == sorted(OLD_PAGES)
    _assert_next_update_ends_in_the_new_state(library, states, forks)


# --- under readers ---------------------------------------------------------------------------------------------------

N_READERS = 8


@contextmanager
def _served(library: Library) -> Iterator[str]:
    """Serve a library by a real server; yield its address."""
    command = [*PPRSEARCH, "serve", "--port", "0"]
    server = subprocess.Popen(
        command, cwd=library.folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        yield server.stdout.readline().rsplit(" at ", 1)[1].strip()
    finally:
        server.kill()
        server.communicate(timeout=30)


def _fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=30) as response:  # an error status would raise
        return bytes(response.read())


def test_readers_never_see_a_failed_answer_or_a_mixture_while_an_update_goes_on(
    library: Library, states: States, forks: Forks
) -> None:
    years = [Counter(json.loads(line)["month"][:4] for line in state.splitlines()) for state in states]
    old, new = ((sum(count.values()), dict(count)) for count in years)
    counted: list[tuple[int, dict[str, int]]] = []
    pages: list[bytes] = []
    failures: list[BaseException] = []
    stop = threading.Event()

    def count(address: str) -> tuple[int, dict[str, int]]:
        answer = json.loads(_fetch(f"{address}status.json"))
        return answer["digests"], answer["counts"]["year"]

    def read(address: str) -> None:
        try:
            while not stop.is_set():
                counted.append(count(address))
                pages.append(_fetch(f"{address}search?q=therapy+outcomes"))
        except BaseException as error:
            failures.append(error)

    with _served(library) as address:
        before = _fetch(f"{address}search?q=therapy+outcomes")
        readers = [threading.Thread(target=read, args=(address,)) for _ in range(N_READERS)]
        for reader in readers:
            reader.start()
        done = forks.run(library.folder, *UPDATE)
        patience = time.monotonic() + 20
        while count(address) != new and time.monotonic() < patience:
            pass  # one thread opens the new generation, the others answer from the one before
        seen_before_the_end = len(pages)
        while len(pages) < seen_before_the_end + N_READERS and not failures:
            time.sleep(0.01)
        stop.set()
        for reader in readers:
            reader.join()
        after = _fetch(f"{address}search?q=therapy+outcomes")
    assert done.code in (0, 3), done.err
    assert failures == []
    assert before != after
    assert set(pages) == {before, after}
    assert [answer for answer in counted if answer not in (old, new)] == []
    assert (counted[0], counted[-1]) == (old, new)
