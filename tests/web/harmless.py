"""What proves that text stayed text: marks that hostile texts carry, and a look at a page through real parsers."""

from __future__ import annotations

from urllib.parse import urlsplit

from bs4 import BeautifulSoup

# Each tries to leave the place where text stands in another way, and to bring an element or attribute named "evil".
ATTACKS = [
    "<x-evil evil>",
    '"><x-evil evil>',
    "'><x-evil evil>",
    '" evil="1" x="',
    "' evil='1' x='",
    " evil=1 onfocus=evil() autofocus ",
    "</title></textarea></style></script></template><x-evil evil>",
    "--><x-evil evil><!--",
    "]]><x-evil evil><![CDATA[",
    "<script>evil()</script>",
    "<svg/onload=evil()>",
    "<style>evil{}</style><base href=//evil.example>",
    "javascript:evil()",
    "javascript://blog.example/%0aevil()",
    "//evil.example/",
    "&lt;x-evil evil&gt;&quot;&#x3c;x-evil evil&#x3e;",
    "{{ evil }}{% evil %}",
    "evil\u202eevil\u202c",
]
OTHER_HOSTS = {"doi.org", "blog.example"}
FORBIDDEN_TAGS = ("x-evil", "style", "base", "iframe", "object", "embed", "svg", "math", "template", "img")
ADDRESS_ATTRIBUTES = ("href", "src", "action", "formaction")


def assert_harmless(html: str) -> None:
    """No element and no attribute came from data, no link leads where a script or a foreign host could wait."""
    for parser in ("lxml", "html.parser"):
        page = BeautifulSoup(html, parser)
        assert page.find_all(FORBIDDEN_TAGS) == []
        [script] = page.find_all("script")
        assert set(script.attrs) == {"type", "src"} and not script.get_text()
        for tag in page.find_all(True):
            for name, value in tag.attrs.items():
                assert "evil" not in name and not name.startswith("on"), tag
                assert name not in ("style", "srcset", "srcdoc", "autofocus", "http-equiv"), tag
                if name in ADDRESS_ATTRIBUTES:
                    assert_leads_nowhere_else(value)


def assert_leads_nowhere_else(address: str) -> None:
    """An address is a path of ours, a place on the page, or http(s) to a host that the test knows."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        assert parts.scheme in ("http", "https") and parts.hostname in OTHER_HOSTS, address
    else:
        assert address.startswith(("/", "#", "?")) and not address.startswith(("//", "/\\")), address
