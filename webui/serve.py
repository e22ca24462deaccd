"""`pprsearch serve`: the search page on a production server, until it is stopped. Config in; a running server."""

from __future__ import annotations

import contextlib
import errno
import logging
from typing import Any

import click
import waitress
from flask import Flask

from indexer import Config, ConfigError, build_if_changed, say, setting_options
from webui.app import create_app
from webui.live import LiveIndex

SOURCES = {"sample": "from the sample", "pages": "from your pages", "records": "from your records"}


@click.command(name="serve")
@click.option("--build", is_flag=True, help="index the pages first, when they changed")
@setting_options("corpus", "index", "host", "port", "threads")
def command(build: bool, config: Config) -> None:
    """Serve the search page, and print its address once it listens.

    A new index made by `pprsearch build` is picked up while this runs. Ctrl-C stops it.
    """
    if build:
        build_if_changed(config, say, click.echo)
    # Waitress warns of every request that waits for a thread, be it for a millisecond.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    index = LiveIndex(config)
    live = index.current()  # fails here, with the command that mends it, rather than on each page
    server = _listen(create_app(config, index), config)
    what = f"{live.n_digests:,} digest{'s' * (live.n_digests != 1)} ({SOURCES[live.searcher.generation.source]})"
    with contextlib.suppress(KeyboardInterrupt):  # stopped is how serving ends; `run` does the same a moment later
        click.echo(f"Serving {what} at {_address(server, config.host)}")
        server.run()


def _listen(app: Flask, config: Config) -> Any:
    """Return a server that listens; ConfigError when the host or port of the settings cannot be had."""
    try:
        return waitress.create_server(app, host=config.host, port=config.port, threads=config.threads)
    except (OSError, ValueError) as error:
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


def _address(server: Any, host: str) -> str:
    """Return the address a server listens at. A name for several of them has one port for each."""
    listening = getattr(server, "effective_listen", None)
    port = listening[0][1] if listening else server.effective_port
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
