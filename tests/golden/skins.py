"""Digests -> HTML pages in many skins, none of which looks like the shipped sample.

Input: the digests of one page, in order. Output: the bytes of a page that a browser would show as the same digests
among furniture. Each skin stands for a way in which such pages are really made: a content management system, a word
processor, hand-written HTML of the nineties, a table layout, an accordion.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby

WORDS_BELOW_THE_PAGE = (
    "Copyright 2022 by the Psychotherapy Practice Research Network. The digests on this page may be passed on to "
    "colleagues and students as long as the source is named; they are no substitute for the studies they describe, "
    "nor for advice in a given case. Contact the University of Ottawa for anything else."
)
COOKIES = "We use cookies to make this page work. By continuing to read it you agree that we may set some of them."
TOPICS = ("Adherance", "Attachment", "Attendance, Attrition, and Drop-Out", "Training", "Trauma and/or PTSD")
PAST_MONTHS = ("December 2016", "November 2016", "October 2016", "September 2016", "July 2016")


@dataclass(frozen=True)
class Digest:
    """One article as a reader of the page sees it; `month` and `heading` as printed."""

    month: str
    title: str
    citation: str | None
    summary: tuple[str, ...]
    heading: str
    implications: tuple[str, ...]
    email: str | None = None


Skin = Callable[[Sequence[Digest]], bytes]


# --- pieces ----------------------------------------------------------------------------------------------------------


def by_month(digests: Sequence[Digest]) -> list[tuple[str, list[Digest]]]:
    return [(month, list(group)) for month, group in groupby(digests, key=lambda digest: digest.month)]


def adorned(text: str) -> str:
    """Escaped text with stress, links, entities and no-break spaces inside; what a reader sees stays the same."""
    words = text.split(" ")
    for number, word in enumerate(words):
        shown = escape(word, quote=False)
        if re.match(r"(https?://|doi:|10\.\d{4})", word, re.IGNORECASE):
            shown = f'<a href="{escape(word)}" target="_blank">{shown}</a>'
        elif number % 13 == 5:
            shown = f"<em>{shown}</em>"
        elif number % 17 == 8:
            shown = f"<strong>{shown}</strong>"
        elif number % 29 == 11:
            shown = f'<span style="color: #333">{shown}</span><sup></sup>'
        elif number % 31 == 12:
            shown = f'<a href="#note{number}">{shown}</a>'
        words[number] = shown
    joined = "&nbsp;".join([" ".join(words[:3]), " ".join(words[3:])]) if len(words) > 3 else " ".join(words)
    return joined.replace("’", "&rsquo;").replace("–", "&#8211;").replace("ü", "&uuml;")


def paragraphs(texts: Sequence[str], tag: str = "p") -> str:
    return "".join(f"<{tag}>{adorned(text)}</{tag}>\n" for text in texts)


def wrapped(text: str) -> str:
    """Escaped text broken over indented lines, as pretty-printers leave it."""
    lines = textwrap.wrap(text, 70, break_long_words=False, break_on_hyphens=False)
    return "\n        " + "\n        ".join(escape(line, quote=False) for line in lines) + "\n      "


def options(name: str) -> str:
    return (
        f"<select name='{name}'>"
        + "".join(f"<option value='{i}'>{t}</option>" for i, t in enumerate(TOPICS))
        + "</select>"
    )


def body(digest: Digest, h: str) -> str:
    """Citation, summary, heading, implications and e-mail as plain elements, the heading in <h>."""
    return (
        (f"<p>{adorned(digest.citation)}</p>\n" if digest.citation else "")
        + paragraphs(digest.summary)
        + f"<{h}>{escape(digest.heading)}</{h}>\n"
        + paragraphs(digest.implications)
        + (f"<p>{escape(digest.email)}</p>\n" if digest.email else "")
    )


# --- content management systems --------------------------------------------------------------------------------------


def drupal_view(digests: Sequence[Digest]) -> bytes:
    """Nested divs, title as link, sidebar of past months before, pager and a long footer after, all of them divs."""
    rows = []
    for month, group in by_month(digests):
        rows.append(f'<div class="view-grouping"><div class="view-grouping-header"><h3>{month}</h3></div>')
        for n, d in enumerate(group):
            fields = [("title", f'<h4 class="field-content"><a href="/node/{n}">{escape(d.title)}</a></h4>')]
            fields += [("citation", f'<div class="field-content">{adorned(d.citation)}</div>')] if d.citation else []
            fields += [("body", paragraphs(d.summary)), ("label", f"<strong>{d.heading}</strong>")]
            fields += [("implications", paragraphs(d.implications))]
            fields += [("mail", f"<p>{d.email.replace('@', '&#64;')}</p>")] if d.email else []
            fields += [
                (
                    "links",
                    '<ul class="links inline"><li><a href="/n">Read more</a></li><li><a href="#">Share</a></li></ul>',
                )
            ]
            cells = "\n".join(f'<div class="views-field views-field-{name}">{inner}</div>' for name, inner in fields)
            rows.append(f'<div class="views-row views-row-{n}">{cells}</div>')
        rows.append("</div>")
    archive = "".join(f'<li><a href="/archive/{i}">{month}</a> (3)</li>' for i, month in enumerate(PAST_MONTHS))
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Blog | PPRNet</title>
<script>var month = "June 2019"; document.write("<h3>Practice Implications</h3>");</script>
<style>.x {{ content: "May 2018" }}</style></head><body class="html">
<div id="skip-link"><a href="#main" class="element-invisible">Skip to main content</a></div>
<div id="page"><div id="header"><h1>Blog</h1><div class="breadcrumb"><a href="/">Home</a> » Blog</div></div>
<div id="sidebar"><h2>Archive</h2><ul>{archive}</ul>{options("cat_2")}</div>
<div id="main"><div class="region-content"><div class="view">{"".join(rows)}
<div class="item-list"><ul class="pager"><li>1</li>
<li><a href="?p=2">2</a></li><li><a href="?p=2">next ›</a></li></ul></div>
</div></div></div>
<div id="footer"><div>{WORDS_BELOW_THE_PAGE}</div></div>
<div class="cookie"><p>{COOKIES}</p><button>Accept</button></div></div></body></html>""".encode()


def wordpress(digests: Sequence[Digest]) -> bytes:
    """<article> with <header> and <footer>, share lines between the parts, widgets of linked months after."""
    posts = []
    for month, group in by_month(digests):
        posts.append(f'<h1 class="archive-title">{month}</h1>')
        for d in group:
            posts.append(
                f'<article><header class="entry-header"><h2><a href="/p">{escape(d.title)}</a></h2></header>'
                f'<div class="entry">{body(d, "h3")}</div>'
                '<div class="sharedaddy">Share this: <a href="#">Facebook</a> <a href="#">Twitter</a></div>'
                '<footer class="meta"><span>Tags: Alliance, Training</span> '
                '<a href="#">Leave a comment</a></footer></article>'
            )
    months = "".join(f"<li><a href='/{m}'>{m}</a></li>" for m in PAST_MONTHS)
    return f"""<!doctype html><html><head><meta charset=utf-8></head><body>
<header role=banner><p>PPRNet</p><nav><a href=/>Home</a></nav>
</header><div id=primary>{"".join(posts)}<nav class=navigation><a href=/2>Older posts</a></nav></div>
<div id=secondary><section><h2>Recent Posts</h2><ul><li><a href=#>How Therapists Change</a></li></ul></section>
<section><h2>Archives</h2><ul>{months}</ul></section><section><h2>Topics</h2><p>{", ".join(TOPICS)}</p></section></div>
<footer role=contentinfo><p>{COOKIES}</p></footer></body></html>""".encode()


def asp_net(digests: Sequence[Digest]) -> bytes:
    """One <form> around everything, bold spans for headings, tables for layout, no element for the month but a cell."""
    rows = []
    for month, group in by_month(digests):
        rows.append(
            f'<tr><td colspan="2" class="hdr"><span style="font-weight:bold;font-size:14pt">{month}</span></td></tr>'
        )
        for d in group:
            rows.append(f'<tr><td><span style="font-weight: 700">{escape(d.title)}</span></td><td></td></tr>')
            rows += [f"<tr><td>{adorned(d.citation)}</td></tr>"] if d.citation else []
            rows += [f"<tr><td>{adorned(text)}</td></tr>" for text in d.summary]
            rows.append(f"<tr><td><b>{d.heading}</b></td></tr>")
            rows += [f"<tr><td>{adorned(text)}</td></tr>" for text in d.implications]
            rows += [f"<tr><td>{d.email}</td></tr>"] if d.email else []
    return f"""<html><head><title>PPRNet</title></head><body><form method="post" action="./blog" id="form1">
<input type="hidden" name="__VIEWSTATE" value="/wEPDwUK">
<div class="menu"><a href="/">Home</a> | <a href="/blog">Blog</a></div>
<nav><a href="#">December 2016</a></nav>{options("cat_1")}
<table width="100%"><tr><td><table>{"".join(rows)}</table></td>
<td valign="top"><b>Topics</b><br>{"<br>".join(TOPICS)}</td></tr></table>
<div>University of Ottawa, 136 Jean-Jacques-Lussier</div>
<div><input type="submit" value="Search"></div></form></body></html>""".encode()


def accordion(digests: Sequence[Digest]) -> bytes:
    """<details>/<summary> by month, buttons in headings, everything closed; hidden copies and templates beside it."""
    parts = []
    for month, group in by_month(digests):
        parts.append(f"<details><summary><time datetime='2020-01'>{month}</time></summary>")
        for d in group:
            parts.append(
                f'<div class="card"><h5><button type="button" aria-expanded="false">{escape(d.title)}</button></h5>'
                f'<div class="collapse">{body(d, "h6")}</div></div>'
            )
        parts.append("</details>")
    first = digests[0]
    return f"""<!DOCTYPE html><html><body><main><template><h5>Title</h5><h6>Practice Implications</h6></template>
<div style="display:none">{first.month} {escape(first.title)} {body(first, "h6")}</div>
<div hidden><p>July 2019</p></div>
<!-- <h2>July 2019</h2><p>{COOKIES}</p> -->{"".join(parts)}</main>
<noscript><p>{COOKIES}</p></noscript>
<aside><h2>This month...</h2><p>…I blog about what came out in July 2019.</p></aside></body></html>""".encode()


# --- hand-written and old HTML ---------------------------------------------------------------------------------------


def nineties(digests: Sequence[Digest]) -> bytes:
    """Upper-case tags, unclosed <P>, <FONT>, no <HTML> or <BODY>, windows-1252 with a meta element that says so."""
    parts = [
        "<META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=ISO-8859-1'>"
        "<TITLE>Blog</TITLE><CENTER>PPRNet</CENTER><HR>"
    ]
    for month, group in by_month(digests):
        parts.append(f"<H2 ALIGN=CENTER>{month}</H2>")
        for d in group:
            parts.append(f"<P><B><FONT SIZE=4>{escape(d.title)}</FONT></B>")
            parts += [f"<P><FONT SIZE=2>{escape(d.citation)}</FONT>"] if d.citation else []
            parts += [f"<P>{escape(text, quote=False)}" for text in d.summary]
            parts.append(f"<P><B><I>{d.heading}</I></B>")
            parts += [f"<P>{escape(text, quote=False)}" for text in d.implications]
            parts += [f"<P>{d.email}"] if d.email else []
            parts.append("<HR>")
    parts.append("<A HREF=#top>Back to top</A><BR>&copy; 2022 PPRNet")
    return "\n".join(parts).encode("cp1252", "xmlcharrefreplace")


def line_breaks(digests: Sequence[Digest]) -> bytes:
    """All text in one element, parted by <br><br>, titles and headings bold."""
    parts = []
    for month, group in by_month(digests):
        parts.append(f"<b>{month}</b>")
        for d in group:
            parts.append(f"<b>{escape(d.title)}</b>")
            parts += [adorned(d.citation)] if d.citation else []
            parts += [adorned(text) for text in d.summary]
            parts.append(f"<b>{d.heading}</b>")
            parts += [adorned(text) for text in d.implications]
            parts += [d.email] if d.email else []
    text = "<br><br>\n".join(parts)
    head = "<html><body><div id='top'><b>Blog</b><br>This month...</div>"
    return f"{head}<div>{text}</div><div>{COOKIES}</div></body></html>".encode()


def bare_breaks(digests: Sequence[Digest]) -> bytes:
    """Text directly in <body>, parted by <br/>, without any markup for titles; XHTML, pretty-printed."""
    parts = []
    for month, group in by_month(digests):
        parts.append(month)
        for d in group:
            texts = [d.title, d.citation, *d.summary, d.heading, *d.implications, d.email]
            parts += [wrapped(text) for text in texts if text]
    text = "<br />\n<br />\n".join(parts)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Blog</title></head><body>
{text}<div class="foot">University of Ottawa</div></body></html>""".encode()


def word_export(digests: Sequence[Digest]) -> bytes:
    """A word processor's HTML: classes, <o:p>, conditional comments, run-in headings, UTF-16 with its mark."""
    parts = []
    for month, group in by_month(digests):
        parts.append(f"<p class=MsoNormal align=center><b><u><span lang=EN-CA>{month}<o:p></o:p></span></u></b></p>")
        for d in group:
            parts.append(f"<p class=MsoNormal><b><span lang=EN-CA>{escape(d.title)}<o:p></o:p></span></b></p>")
            parts += (
                [f"<p class=MsoNormal><span>{escape(d.citation)}</span><o:p>&nbsp;</o:p></p>"] if d.citation else []
            )
            parts += [
                f"<p class=MsoNormal>{adorned(text)}<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>"
                for text in d.summary
            ]
            first, *rest = d.implications
            parts.append(f"<p class=MsoNormal><b><span>{d.heading}:</span></b> {adorned(first)}</p>")
            parts += [f"<p class=MsoNormal>{adorned(text)}</p>" for text in rest]
            parts += [f"<p class=MsoNormal>{d.email}</p>"] if d.email else []
    return f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<!--[if gte mso 9]><xml><o:Title>July 2019</o:Title></xml><![endif]-->
</head><body lang=EN-CA><div class=WordSection1>{"".join(parts)}</div></body></html>""".encode("utf-16")


def definition_list(digests: Sequence[Digest]) -> bytes:
    """<dl> with the names of the parts as terms, one list an article, months as <h4>."""
    parts = []
    for month, group in by_month(digests):
        parts.append(f"<h4>{month}</h4>")
        for d in group:
            entries = [("Title", [d.title]), ("Citation", [d.citation]), ("Summary", list(d.summary))]
            entries += [(d.heading, list(d.implications))]
            parts.append("<dl>")
            for term, texts in entries:
                dds = "".join(
                    f"<dd>{adorned(text) if text != d.title else escape(text)}</dd>" for text in texts if text
                )
                parts.append(f"<dt>{term}</dt>{dds}" if dds else "")
            parts.append(f"<dd>{d.email}</dd></dl>" if d.email else "</dl>")
    head, foot = "<html><body><div><ul><li>Home<li>Blog</ul></div>", f"<div><p>{WORDS_BELOW_THE_PAGE}</p></div>"
    return f"{head}<div>{''.join(parts)}</div>{foot}</body></html>".encode()


def table_per_article(digests: Sequence[Digest]) -> bytes:
    """Each article in its own table, the month as caption or spanning header cell, run-in heading underlined."""
    parts = []
    for month, group in by_month(digests):
        for n, d in enumerate(group):
            head = f"<caption>{month}</caption>" if n == 0 else f"<tr><th colspan=2>{month}</th></tr>"
            parts.append(f"<table>{head}<tr><th colspan=2>{escape(d.title)}</th></tr>")
            parts += [f"<tr><td><blockquote>{adorned(d.citation)}</blockquote></td></tr>"] if d.citation else []
            parts.append(f"<tr><td>{paragraphs(d.summary)}</td></tr>")
            first, *rest = d.implications
            parts.append(f"<tr><td><p><u>{d.heading}</u> {adorned(first)}</p>{paragraphs(rest)}")
            parts.append(f"<p>{d.email}</p></td></tr></table>" if d.email else "</td></tr></table>")
    return f"<html><body><p>Blog</p>{''.join(parts)}<div class=f>{WORDS_BELOW_THE_PAGE}</div></body></html>".encode()


def bulleted(digests: Sequence[Digest]) -> bytes:
    """Nested lists with unclosed <li>: months, in them articles, in them parts; all in one <form>."""
    parts = ["<form><ul>"]
    for month, group in by_month(digests):
        parts.append(f"<li><strong>{month}</strong><ul>")
        for d in group:
            parts.append(f"<li><strong>{escape(d.title)}</strong><ul>")
            parts += [f"<li>{adorned(d.citation)}"] if d.citation else []
            parts += [f"<li>{adorned(text)}" for text in d.summary]
            parts.append(f"<li><span class=label>{d.heading}:</span> " + "<li>".join(map(adorned, d.implications)))
            parts.append(f"<li>{d.email}</ul>" if d.email else "</ul>")
        parts.append("</ul>")
    parts.append("</ul></form><p>University of Ottawa")
    return "".join(parts).encode()


def one_paragraph(digests: Sequence[Digest]) -> bytes:
    """Title, citation and text of an article in one <p> with <br>; month in a link; past months in plain divs."""
    parts = []
    for month, group in by_month(digests):
        parts.append(f"<h3><a href='/blog/{month[-4:]}'>{month}</a></h3>")
        for d in group:
            lines = [f"<strong>{escape(d.title)}</strong>", *([adorned(d.citation)] if d.citation else [])]
            lines += [adorned(text) for text in d.summary]
            lines += [f"<em>{d.heading}</em>", *map(adorned, d.implications), *([d.email] if d.email else [])]
            parts.append(f"<p>{'<br/>'.join(lines)}</p><p><a href='#'>Share this</a></p>")
    archive = "".join(f"<div>{month}</div>" for month in PAST_MONTHS)
    return f"""<body><div class=l>{archive}<div>Blog</div><div>{WORDS_BELOW_THE_PAGE}</div></div>
<div class=r>{"".join(parts)}
</div><div class=l2>{archive}<div>{", ".join(TOPICS)}</div><div>{COOKIES}</div></div></body>""".encode()


def flat(digests: Sequence[Digest]) -> bytes:
    """Everything directly in <body>: bold divs for headings, divs for text, and furniture as divs too."""
    parts = ["<div><a href=/>Home</a> &gt; <a href=/blog>Blog</a></div><div>Blog</div>"]
    for month, group in by_month(digests):
        parts.append(f"<div><b>{month}</b></div>")
        for d in group:
            parts.append(f"<div><strong>{escape(d.title)}</strong></div>")
            parts += [f"<div><em>{escape(d.citation)}</em></div>"] if d.citation else []
            parts.append(paragraphs(d.summary, "div") + f"<div><strong>{d.heading}</strong></div>")
            parts.append(paragraphs(d.implications, "div") + (f"<div>{d.email}</div>" if d.email else ""))
    parts.append(
        f"<div>Topics</div>{''.join(f'<div>{topic}</div>' for topic in TOPICS)}<div>{WORDS_BELOW_THE_PAGE}</div>"
    )
    return f"<html><body>{''.join(parts)}</body></html>".encode()


def month_below_title(digests: Sequence[Digest]) -> bytes:
    """A feed of cards: each has its title, then its date, and the e-mail line in a <footer>."""
    cards = []
    for d in digests:
        text = body(replace(d, email=None), "h3")
        footer = f"<footer><small>{d.email}</small></footer>" if d.email else ""
        cards.append(f"<section><h2>{escape(d.title)}</h2><p class=date>{d.month}</p>{text}{footer}</section>")
    return f"<html><body><h1>Blog</h1>{''.join(cards)}<div>{COOKIES}</div></body></html>".encode()


def numbered_references(digests: Sequence[Digest]) -> bytes:
    """Characters as numeric references of windows-1252 and decomposed letters; headings all of one level."""
    page = "".join(
        f"<h2>{month}</h2>" + "".join(f"<h2>{escape(d.title)}</h2>{body(d, 'h2')}" for d in group)
        for month, group in by_month(digests)
    )
    for char, reference in (("&rsquo;", "&#146;"), ("“", "&#147;"), ("”", "&#x94;"), ("é", "e&#769;")):
        page = page.replace(char, reference)
    return f"<div class=content>{page}</div><div><p>{WORDS_BELOW_THE_PAGE}</p></div>".encode()


# --- plain layouts ---------------------------------------------------------------------------------------------------

ARCHIVE_DIVS = "".join(f"<div>{month}</div>" for month in PAST_MONTHS)
ARCHIVE_LINKS = "".join(f"<h2><a href='/{n}'>{month}</a></h2>" for n, month in enumerate(PAST_MONTHS))
TRAIL = "<ol><li><a href=/>Home</a></li><li><a href=/blog>Blog</a></li><li>July 2020</li></ol>"
BLOG = f"<h1>Blog</h1><p>{WORDS_BELOW_THE_PAGE}</p>"
TEASER = "<h2>This month...</h2><p>…I blog about what July 2020 brought.</p><p>July 2020 was warm.</p>"
TOPIC_DIVS = "<div>Topics</div><div>ALL Topics (clear)</div>" + "".join(f"<div>{topic}</div>" for topic in TOPICS)
FOOTER = f"<div id=f><p>PPRNet, University of Ottawa</p><p>{COOKIES}</p></div>"
MORE = "<p><a href=/x>Read the study</a></p><p>Share this: <a>Facebook</a> <a>Twitter</a></p><p>0 Comments</p><hr>"
CONTACT = "<p>Page 1 of 12</p><p>Contact: PPRNet, 136 Jean-Jacques Lussier</p><p>© 2022 All rights reserved.</p>"
LINKS = "<ul><li>Contact us</li><li>Privacy policy</li><li>Terms of use</li></ul>"
DIV = "<div>{}</div>"
BLOCK = "<span style='display:block'>{}</span>"

# name: page, month, title, citation, paragraph, heading, what follows each article; {} is the text.
LAYOUTS: dict[str, tuple[str, str, str, str, str, str, str]] = {
    "h1_h2_in_a_fragment": ("{}" + FOOTER, "<h1>{}</h1>", "<h2>{}</h2>", "<p>{}</p>", "<p>{}</p>", "<h3>{}</h3>", ""),
    "h4_h5_after_a_trail": (
        TRAIL + BLOG + "{}",
        "<h4>{}</h4>",
        "<h5>{}</h5>",
        "<p>{}</p>",
        "<p>{}</p>",
        "<h6>{}</h6>",
        "",
    ),
    "blockquoted_citations": (
        "<div>{}</div>" + FOOTER,
        "<h3>{}</h3>",
        "<h4><a href=x>{}</a></h4>",
        "<blockquote><p>{}</p></blockquote>",
        "<p>{}</p>",
        "<p><u>{}</u></p>",
        "",
    ),
    "text_in_divs": ("<div><div>{}</div></div>" + FOOTER, DIV, DIV, DIV, DIV, DIV, ""),
    "past_months_like_headings": (f"<body>{ARCHIVE_DIVS}{BLOG}{{}}{ARCHIVE_DIVS}</body>", DIV, DIV, DIV, DIV, DIV, ""),
    "linked_past_months_after": (
        "{}<h3>Archives</h3>" + ARCHIVE_LINKS + f"<p>{COOKIES}</p>",
        "<h2>{}</h2>",
        "<h3>{}</h3>",
        "<p>{}</p>",
        "<p>{}</p>",
        "<h4>{}</h4>",
        "",
    ),
    "topics_after": (
        "<div><div>{}</div><div>" + TOPIC_DIVS + "</div></div>",
        "<h2>{}</h2>",
        "<h3>{}</h3>",
        DIV,
        DIV,
        DIV,
        "",
    ),
    "months_in_the_teaser": (TEASER + "{}", "<p>{}</p>", "<h3>{}</h3>", "<p>{}</p>", "<p>{}</p>", "<h4>{}</h4>", ""),
    "links_after_each_article": (
        "<div>{}<p><a href=#>Back to top</a></p></div>" + FOOTER,
        "<h2>{}</h2>",
        "<h3>{}</h3>",
        "<p>{}</p>",
        "<p>{}</p>",
        "<h4>{}</h4>",
        MORE,
    ),
    "all_bold_paragraphs": (
        "<div>{}</div>" + FOOTER,
        "<p><b>{}</b></p>",
        "<p><b>{}</b></p>",
        "<p><i>{}</i></p>",
        "<p>{}</p>",
        "<p><b>{}</b></p>",
        "",
    ),
    "footer_lines_among_the_articles": (
        "<div>{}" + CONTACT + "</div>",
        "<h2>{}</h2>",
        "<h3>{}</h3>",
        "<p>{}</p>",
        "<p>{}</p>",
        "<h4>{}</h4>",
        "",
    ),
    "list_of_links_below": (
        "<body>{}" + LINKS,
        "<h2>{}</h2>",
        "<h3>{}</h3>",
        "<p>{}</p>",
        "<p>{}</p>",
        "<h4>{}</h4>",
        "",
    ),
    "spans_shown_as_blocks": ("<div>{}</div>" + FOOTER, BLOCK, BLOCK, BLOCK, BLOCK, BLOCK, ""),
    "nothing_closed": ("{}", "<div><h2>{}", "<div><h3>{}</h3>", "<div><p>{}", "<p>{}", "<h4>{}</h4>", ""),
    "run_in_headings": (
        "<form>{}</form>",
        "<h2>{}</h2>",
        "<h3>{}</h3>",
        "<p>{}</p>",
        "<p>{}</p>",
        "<p><span class=x>{}</span><br>",
        "",
    ),
    "everything_a_link": (
        "<a href=/all>{}</a>",
        "<h2>{}</h2>",
        "<h3>{}</h3>",
        "<p>{}</p>",
        "<p>{}</p>",
        "<h4>{}</h4>",
        "",
    ),
}


def in_layout(name: str) -> Skin:
    page, month, title, citation, paragraph, heading, after = LAYOUTS[name]

    def skin(digests: Sequence[Digest]) -> bytes:
        parts = []
        for shown_month, group in by_month(digests):
            parts.append(month.format(shown_month))
            for d in group:
                parts.append(title.format(escape(d.title)))
                parts += [citation.format(adorned(d.citation))] if d.citation else []
                parts += [paragraph.format(adorned(text)) for text in d.summary]
                parts.append(heading.format(d.heading))
                parts += [paragraph.format(adorned(text)) for text in d.implications]
                parts += [paragraph.format(d.email)] if d.email else []
                parts.append(after)
        return page.format("\n".join(parts)).encode()

    return skin


SKINS: dict[str, Skin] = {
    skin.__name__: skin
    for skin in (
        drupal_view,
        wordpress,
        asp_net,
        accordion,
        nineties,
        line_breaks,
        bare_breaks,
        word_export,
        definition_list,
        table_per_article,
        bulleted,
        one_paragraph,
        flat,
        month_below_title,
        numbered_references,
    )
} | {name: in_layout(name) for name in LAYOUTS}
