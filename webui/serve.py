"""`pprsearch serve`: the search page on a production server, until it is stopped. Config in; a running server."""

from __future__ import annotations

import contextlib
import errno
import logging
import socket

import click
import waitress

from indexer import Config, ConfigError, build_if_changed, say, setting_options
from webui.app import create_app
from webui.lab import is_loopback
from webui.live import LiveIndex
from webui.workers import run_workers

BACKLOG = 1024  # connections that wait to be accepted
SOURCES = {"sample": "from the sample", "pages": "from your pages", "records": "from your records"}


@click.command(name="serve")
@click.option("--build", is_flag=True, help="index the pages first, when they changed")
@click.option("--lab", is_flag=True, help="add /lab, the pages for maintainers; on this machine only")
@setting_options("corpus", "index", "host", "port", "threads", "workers")
def command(build: bool, lab: bool, config: Config) -> None:
    """Serve the search page, and print its address once it listens.

    A new index made by `pprsearch build` is picked up while this runs. Ctrl-C stops it.
    """
    if lab and not is_loopback(config.host):
        raise ConfigError(
            f"The lab is for this machine only, but '{config.host}' is open to others. "
            "Leave out --lab, or serve with --host 127.0.0.1."
        )
    if build:
        build_if_changed(config, say, click.echo)
    # Waitress warns of every request that waits for a thread, be it for a millisecond.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    index = LiveIndex(config)
    live = index.current()  # fails here, with the command that mends it, rather than on each page
    sockets = _listen(config)
    what = f"{live.n_digests:,} digest{'s' * (live.n_digests != 1)} ({SOURCES[live.searcher.generation.source]})"

    def serve() -> None:
        # the server starts its threads when it is made, so each worker makes its own
        waitress.create_server(create_app(config, index, lab), sockets=sockets, threads=config.threads).run()

    with contextlib.suppress(KeyboardInterrupt):  # stopped is how serving ends; `run` does the same a moment later
        click.echo(f"Serving {what} at {_address(sockets[0])}")
        if config.workers == 1:
            serve()
        else:
            run_workers(config.workers, serve)


def _listen(config: Config) -> list[socket.socket]:
    """Return a listening socket for each address of the host; ConfigError when host or port cannot be had."""
    sockets: list[socket.socket] = []
    try:
        port = config.port
        for family, _, _, _, address in socket.getaddrinfo(config.host, port, type=socket.SOCK_STREAM):
            sockets.append(socket.create_server((address[0], port), family=family, backlog=BACKLOG))
            port = sockets[0].getsockname()[1]  # with port 0 the first one chooses for all
        return sockets
    except (OSError, ValueError) as error:
        for opened in sockets:
            opened.close()
        code = error.errno if isinstance(error, OSError) else None
        if code == errno.EADDRINUSE:
            raise ConfigError(
                f"Port {config.port} of {config.host} is in use by another program. Stop that one, "
                "or choose another port with --port, 0 for any free one."
            ) from error
        if code == errno.EACCES:
            raise ConfigError(f"You may not listen at port {config.port}. Choose one from 1024 with --port.") from error
        raise ConfigError(
            f"Cannot listen at '{config.host}', port {config.port}: {error}. Check --host and --port."
        ) from error


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
