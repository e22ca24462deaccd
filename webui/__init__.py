"""The reader's web page: a Flask application over an index folder, server-rendered, no cookies, whole without scripts.

Follow a request: views/ (route) -> params.py (address to SearchRequest) -> live.py (the open index) -> pages/
(everything a template shows) -> templates/. `create_app` is loaded when it is first used: the commands of the engine
come through this package too (webui/cli.py) and must not wait for Flask.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from webui.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> object:
    if name != "create_app":
        raise AttributeError(f"module 'webui' has no attribute '{name}'")
    return getattr(importlib.import_module("webui.app"), name)
