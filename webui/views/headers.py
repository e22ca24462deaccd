"""The headers that every response has, whatever made it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from webui.caching import REVALIDATE, TAG
from webui.views.site import Site

# Pages hold text from elsewhere: were a piece of it ever to slip through as markup, it could load and run nothing.
# Strict-Transport-Security is the proxy's to send: this server speaks plain HTTP and cannot know whether TLS stands
# in front of it, and a browser that was told so on a host without TLS would be locked out.
SECURITY_HEADERS = [
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),  # the address holds the reader's question
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
]
NOT_KEPT = ("Cache-Control", "no-store")  # for what does not say how long it may be kept


def add_headers(site: Site) -> None:
    """Add the headers around the application: cheaper than within it, where each would be checked twice a request."""
    answer = site.app.wsgi_app

    def complete(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            if TAG in environ and status.startswith("200"):
                headers += (("ETag", environ[TAG]), REVALIDATE)
            elif NOT_KEPT[0] not in [name for name, _ in headers]:
                headers.append(NOT_KEPT)
            headers += SECURITY_HEADERS
            return start_response(status, headers, exc_info)

        return answer(environ, start)

    site.app.wsgi_app = complete  # type: ignore[method-assign]
