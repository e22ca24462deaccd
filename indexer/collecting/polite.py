"""Requests to one host, as a guest who wants to be let in again.

Input: addresses. Output: answers. robots.txt is obeyed, requests keep their distance, `Retry-After` is obeyed, errors
wait longer each time and end the visit when they go on, redirects to other hosts are not followed. Nothing of this can
be switched off; only a server on this very machine may be asked faster.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
import urllib3
from protego import Protego
from urllib3.util import Retry

from indexer.answers import UnreadableBody, read_body
from indexer.collecting.addresses import LEAST_INTERVAL, PORTS, target_on_host
from indexer.collecting.taping import Answer, TapingAdapter
from indexer.errors import CollectError

PRODUCT = "pprsearch"  # the name that a robots.txt can address
MOST_ERRORS = 5  # in a row
MOST_WAIT = 3600.0  # seconds that a server can make us wait; what asks for more ends the visit
MOST_REDIRECTS = 5
ROBOTS_BYTES = 512_000  # RFC 9309 wants 500 KiB to be read at least
BLOCK = 1 << 16
REDIRECTS = (301, 302, 303, 307, 308)


class NotHad(Exception):
    """This one page cannot be had; the message, half a sentence, says why. Others may be asked for."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a host is visited.

    interval     seconds between an answer and the next request; a larger Crawl-delay wins.
    timeout      seconds of silence after which an answer is given up; a whole one may take ten times as long.
    max_requests, max_minutes, max_mb  end the visit.
    """

    contact: str
    interval: float = LEAST_INTERVAL
    timeout: float = 30.0
    max_page_mb: int = 16
    max_requests: int = 2000
    max_minutes: float = 240.0
    max_mb: float = 500.0


class _Session(requests.Session):
    """One that leaves redirects alone: it would read their target even where it does not follow."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class Visit:
    """One visit to a host. Every full answer, errors and redirects too, is handed to `keep` before anything else."""

    def __init__(self, manners: Manners, keep: Callable[[Answer], None], tell: Callable[[str], None]) -> None:
        self._manners = manners
        self._keep = keep
        self._tell = tell
        self._adapter = TapingAdapter(manners.max_page_mb * 1_000_000, 10 * manners.timeout)
        self._session = _Session()
        for scheme in PORTS:
            self._session.mount(f"{scheme}://", self._adapter)
        self._session.headers.update(
            {
                "User-Agent": f"{PRODUCT} (contact: {manners.contact})",
                "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
                "Accept-Encoding": "gzip",
            }
        )
        self._session.auth = lambda request: request  # else passwords of a .netrc would be sent, and archived
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._rules: dict[tuple[str, str], Protego] = {}
        self._began = time.monotonic()
        self._next_turn = 0.0
        self._errors = 0
        self.requests = 0
        self.bytes = 0

    def close(self) -> None:
        self._session.close()

    def get(self, url: str, validators: Mapping[str, str] | None = None) -> Answer:
        """Return the answer 200 (or 304, where `validators` were sent), after redirects on the same host.

        NotHad for this page alone; CollectError when the visit is over: refused, too many errors, a limit.
        """
        for _ in range(MOST_REDIRECTS + 1):
            self._check_robots(url)
            answer = self._ask_until_answered(url, validators)
            if answer.status not in REDIRECTS:
                break
            url, validators = _target(url, answer), None
        else:
            raise NotHad(f"it was redirected more than {MOST_REDIRECTS} times")
        if answer.status != 200 and not (answer.status == 304 and validators):
            self._count_error(f"answer {answer.status}")
            raise NotHad(f"the server answered {answer.status}")
        self._errors = 0
        return answer

    def delay(self, url: str) -> float:
        """Return the seconds between requests: ours, or those that robots.txt asks for when they are more."""
        return max(self._manners.interval, self._rules_for(url).crawl_delay(PRODUCT) or 0.0)

    def _ask_until_answered(self, url: str, validators: Mapping[str, str] | None) -> Answer:
        """Ask again, later each time, while the server is silent, faulty (5xx) or busy (429)."""
        while True:
            self._check_limits()
            wait = 0.0
            try:
                answer = self._ask(url, validators, self.delay(url))
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                if self._adapter.tape.broken_off:
                    raise NotHad(self._adapter.tape.broken_off) from error
                reason = f"no answer ({_reason(error)})"
            else:
                self._keep(answer)
                if answer.status < 500 and answer.status != 429:
                    return answer
                reason = f"answer {answer.status}"
                wait = _retry_after(answer.headers.get("Retry-After"))
            if wait > MOST_WAIT:
                raise CollectError(
                    f"The server asks for a pause of {wait / 3600:.1f} hours ({url}). Run `pprsearch fetch` again then."
                )
            self._count_error(reason)
            # exponential, with jitter so that several visitors do not come back at the same moment
            backed_off = self.delay(url) * 2**self._errors * random.uniform(1.0, 1.5)
            wait = max(wait, min(backed_off, MOST_WAIT))
            self._tell(f"{url}: {reason}; trying again in {wait:.0f} s.")
            self._next_turn = time.monotonic() + wait

    def _ask(self, url: str, validators: Mapping[str, str] | None, delay: float) -> Answer:
        """Send one request when its turn has come."""
        time.sleep(max(0.0, self._next_turn - time.monotonic()))
        self.requests += 1
        self._adapter.new_tape()  # there may be no connection to begin one
        asked_at = datetime.now(UTC)
        try:
            with self._session.get(
                url, headers=validators, timeout=self._manners.timeout, allow_redirects=False, stream=True
            ) as response:
                for _ in response.raw.stream(BLOCK, decode_content=False):
                    pass  # the tape has it
        finally:
            self._next_turn = time.monotonic() + delay
            self.bytes += len(self._adapter.tape.answer)
        return Answer(url, response.status_code, response.headers, asked_at, self._adapter.tape)

    def _count_error(self, reason: str) -> None:
        self._errors += 1
        if self._errors >= MOST_ERRORS:
            raise CollectError(
                f"{MOST_ERRORS} errors in a row, the last: {reason}. The blog may be out of order: "
                "run `pprsearch fetch` again later, it goes on where it stopped."
            )

    def _check_limits(self) -> None:
        manners, minutes = self._manners, (time.monotonic() - self._began) / 60
        for is_reached, limit in (
            (self.requests >= manners.max_requests, f"--max-pages {manners.max_requests}"),
            (minutes >= manners.max_minutes, f"--max-minutes {manners.max_minutes:g}"),
            (self.bytes >= manners.max_mb * 1e6, f"--max-mb {manners.max_mb:g}"),
        ):
            if is_reached:
                raise CollectError(f"The limit {limit} is reached. Run `pprsearch fetch` again: it goes on from here.")

    # --- robots.txt, as RFC 9309 says --------------------------------------------------------------------------------

    def _check_robots(self, url: str) -> None:
        if not self._rules_for(url).can_fetch(url, PRODUCT):
            raise NotHad("robots.txt does not allow it")

    def _rules_for(self, url: str) -> Protego:
        """Return the rules of a host: from its robots.txt, none where it has none (4xx), CollectError when unknown."""
        parts = urlsplit(url)
        origin = (parts.scheme, parts.netloc)
        if origin not in self._rules:
            self._rules[origin] = rules = self._read_rules(f"{parts.scheme}://{parts.netloc}/robots.txt")
            pause = rules.crawl_delay(PRODUCT) or 0.0
            if not 0 <= pause <= MOST_WAIT:
                raise CollectError(f"robots.txt of {parts.netloc} asks for {pause:g} s between requests: too long.")
            self._next_turn = max(self._next_turn, time.monotonic() + pause)
        return self._rules[origin]

    def _read_rules(self, url: str) -> Protego:
        for _ in range(MOST_REDIRECTS + 1):
            self._check_limits()
            try:
                answer = self._ask(url, None, self._manners.interval)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                raise _no_rules(url, f"no answer ({_reason(error)})") from error
            self._keep(answer)
            if answer.status == 200:
                try:
                    body = read_body(answer.record().warc, self._manners.max_page_mb * 1_000_000)
                except UnreadableBody as reason:
                    raise _no_rules(url, str(reason)) from reason
                return Protego.parse(body[:ROBOTS_BYTES].decode("utf-8", "replace"))
            if 400 <= answer.status < 500 and answer.status != 429:
                return Protego.parse("")
            if answer.status not in REDIRECTS:
                raise _no_rules(url, f"answer {answer.status}")
            try:
                url = _target(url, answer)
            except NotHad as reason:
                raise _no_rules(url, str(reason)) from reason
        raise _no_rules(url, "too many redirects")


def _target(url: str, answer: Answer) -> str:
    """Return where a redirect leads; NotHad when that is another host."""
    location = answer.headers.get("Location", "")
    target = target_on_host(url, location)
    if target is None:
        raise NotHad(f"it leads to another host, which is not followed ({location[:200]})")
    return target


def _retry_after(value: str | None) -> float:
    """Return the seconds that a server asks to wait, 0 when it does not, or not in a way that means anything."""
    try:
        return Retry().parse_retry_after(value) if value else 0.0
    except (urllib3.exceptions.InvalidHeader, ValueError, OverflowError):
        return 0.0


def _no_rules(url: str, reason: str) -> CollectError:
    return CollectError(
        f"{url} could not be read: {reason}. As long as the host does not tell what it allows, nothing is collected. "
        "Check the address, or try again later."
    )


def _reason(error: Exception) -> str:
    """Return what went wrong, from the innermost of the nested errors of requests and urllib3."""
    inner: BaseException = error
    while inner.__cause__ or inner.__context__:
        inner = inner.__cause__ or inner.__context__ or inner
    return (isinstance(inner, OSError) and inner.strerror) or str(inner) or type(inner).__name__
