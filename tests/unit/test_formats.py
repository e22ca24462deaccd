"""Step 2: bytes -> text -> blocks. Encodings, what HTML hides, furniture, landmarks, and pages meant to do harm."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.articles import parse_articles
from indexer.cleaning import clean
from indexer.formats import read_blocks
from indexer.formats.decoding import decode
from indexer.formats.landmarks import (
    is_email_line,
    is_furniture_line,
    is_implications_heading,
    is_no_filter,
    is_sidebar_heading,
    parse_label,
    parse_month,
    split_run_in_heading,
)
from indexer.model import Block, Page

TEXT = "Flückiger’s clients – r = .278 – said “no” to Señor Núñez."
PARAGRAPH = "Therapists who review recorded sessions notice more of their own missteps than others do. " * 3
ARTICLE = (
    f"<h3>Reviewing Recorded Sessions</h3><p>{PARAGRAPH}</p><h4>Practice Implications</h4><p>Record some sessions.</p>"
)


def page(content: bytes | str, form: str = "html") -> Page:
    return Page("page." + form, form, content.encode() if isinstance(content, str) else content, "0")


def texts(content: bytes | str, form: str = "html") -> list[str]:
    return [block.text for block in read_blocks(page(content, form)).blocks]


def codes(content: bytes | str, form: str = "html") -> list[str]:
    return [problem.code for problem in read_blocks(page(content, form)).problems]


# --- decoding --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        "\ufeff".encode("utf-16-be") + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        b"<meta charset=windows-1252>" + TEXT.encode("cp1252"),
        b'<META http-equiv="Content-Type" content="text/html; charset=iso-8859-1">' + TEXT.encode("cp1252"),
        b"<?xml version='1.0' encoding='windows-1252'?>" + TEXT.encode("cp1252"),
        b"<meta charset=x-mac-roman-or-so><meta charset='macintosh'>" + TEXT.encode(),
    ],
    ids=["utf-8", "bom", "utf-16", "utf-16-be", "utf-32", "meta", "latin-1", "xml", "wrongly-declared"],
)
def test_a_page_in_any_honest_encoding_gives_the_same_text_without_a_word(content: bytes) -> None:
    text, problems = decode(page(content))
    assert text is not None and text.endswith(TEXT)
    assert problems == ()


def test_bytes_of_no_declared_charset_are_read_as_windows_1252_with_a_warning() -> None:
    text, problems = decode(page(TEXT.encode("cp1252")))
    assert text == TEXT
    assert [(problem.code, problem.level) for problem in problems] == [("guessed-encoding", "warning")]


def test_other_charsets_are_read_when_declared() -> None:
    text, problems = decode(page(b"<meta charset=koi8-r>" + "Терапия".encode("koi8-r")))
    assert text is not None and text.endswith("Терапия") and problems == ()


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "undefined", "rot13", "zip", "utf-7"])
def test_a_declared_codec_that_no_page_has_is_not_used(charset: str) -> None:
    text, problems = decode(page(f"<meta charset={charset}>".encode() + b"caf\xe9 " * 50_000))
    assert text is not None and text.endswith("café ")
    assert [problem.code for problem in problems] == ["guessed-encoding"]


def test_text_that_was_saved_in_a_wrong_encoding_is_kept_with_a_warning() -> None:
    garbled = "The client’s Flückiger".encode().decode("cp1252")
    text, problems = decode(page(garbled))
    assert text == garbled
    assert [(problem.code, problem.level) for problem in problems] == [("garbled", "warning")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 9, "not-text"),
        (TEXT.encode("utf-16-le"), "not-text"),
        (b"\xff\xfe" + b"\x00\xd8" * 9, "wrong-encoding"),
        (b"\xef\xbb\xbf\xff\xff", "wrong-encoding"),
        (b"caf\xe9 \x81\x8d", "wrong-encoding"),
    ],
    ids=["picture", "utf-16-without-mark", "broken-utf-16", "broken-utf-8", "neither"],
)
def test_what_is_no_text_is_reported_by_name_with_the_next_step(content: bytes, code: str) -> None:
    text, (problem,) = decode(page(content))
    assert text is None
    assert (problem.code, problem.path, problem.level) == (code, "page.html", "skipped")
    assert "Save the page" in problem.message


def test_invisible_characters_are_taken_out_and_the_windows_1252_range_is_read_as_browsers_do() -> None:
    assert clean("co\u00adop\u200ber\ufeffate\x00\x07") == "cooperate"
    assert clean("u\u0308ber\x92s \x96 \x81") == "über’s – "
    assert clean("a\tb\nc") == "a\tb\nc"


# --- text pages ------------------------------------------------------------------------------------------------------


def test_a_text_page_gives_a_block_per_line_folded_and_without_the_dashes_of_lists() -> None:
    assert texts("Topics\r\n\r\n  - Training \n* Empathy\n• Outcomes\n- July 2020\n-5 points\n", "text") == [
        "Topics",
        "Training",
        "Empathy",
        "Outcomes",
        "- July 2020",
        "-5 points",
    ]


def test_a_run_in_heading_of_a_text_line_becomes_a_block() -> None:
    assert texts("Practice Implications: Do this.\nThe practice implications: many.", "text") == [
        "Practice Implications",
        "Do this.",
        "The practice implications: many.",
    ]


# --- landmarks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("July 2020", "2020-07"),
        ("JULY, 2020", "2020-07"),
        ("Sept. 2020", "2020-09"),
        ("may 2022", "2022-05"),
        ("December 2012:", "2012-12"),
        ("July 2020 was warm", None),
        ("July 15, 2020", None),
        ("July 1920", None),
        ("Juli 2020", None),
        ("- July 2020", None),
        ("July 2020" + " " * 500, None),
        ("", None),
    ],
)
def test_only_a_month_alone_is_a_month_heading(text: str, month: str | None) -> None:
    assert parse_month(text) == month


def test_the_spellings_of_the_heading_that_were_seen_are_known_and_sentences_are_not() -> None:
    for text in ("Practice Implications", "Practical Implications", "Practice Implication", "PRACTICE IMPLICATIONS:"):
        assert is_implications_heading(text)
    for text in ("Practice Implications of the study", "Implications", "The Practice Implications", ""):
        assert not is_implications_heading(text)


@pytest.mark.parametrize("mark", [":", ".", " –", " -", "—"])
def test_a_heading_may_run_into_its_paragraph(mark: str) -> None:
    assert split_run_in_heading(f"Practice Implications{mark} Do this.") == ("Practice Implications", "Do this.")


def test_a_sentence_that_begins_with_the_words_of_the_heading_is_not_split() -> None:
    for text in ("Practice implications are few.", "Practice Implications", "Practice implications:", ""):
        assert split_run_in_heading(text) == (text,)


def test_an_email_line_begins_with_its_name() -> None:
    assert is_email_line("Author email: a@example.org") and is_email_line(
        "Authors’ e-mail a@example.org, b@example.org"
    )
    assert not is_email_line("The author emailed all clients") and not is_email_line("Write to the author email list")


@pytest.mark.parametrize(
    "line",
    [
        "Read more »",
        "Share this: Facebook Twitter",
        "1 2 3 next ›",
        "© 2022 PPRNet",
        "Tags: Alliance, Training",
        "* * *",
        "0 Comments",
        "Back to top",
        "The University of Ottawa 2022. All rights reserved.",
        "Privacy policy",
        "We use cookies to make this page work.",
        "Posted by George Tasca",
        "Page 2 of 12",
    ],
)
def test_buttons_pagers_and_copyright_lines_are_furniture(line: str) -> None:
    assert is_furniture_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "Share this with your clients.",
        "Follow up after three sessions",
        "Read the manual first",
        "How Does Therapy Harm?",
        "Topics: what clients avoid should be named in the session.",
        "Next, ask about goals",
        "Copyrighted tests",
    ],
)
def test_short_lines_with_words_of_their_own_are_not_furniture(line: str) -> None:
    assert not is_furniture_line(line)


def test_labels_sidebar_headings_and_entries_that_take_filters_off_are_known() -> None:
    assert [parse_label(text) for text in ("Summary:", "Reference", "Summary of the Evidence")] == [
        "summary",
        "reference",
        None,
    ]
    assert (
        is_sidebar_heading("Archives") and is_sidebar_heading("Topics:") and not is_sidebar_heading("Topics of Today")
    )
    assert is_no_filter("ALL Topics (clear)") and is_no_filter("- Any -") and not is_no_filter("Alliance")


# --- HTML ------------------------------------------------------------------------------------------------------------


def test_block_elements_and_line_breaks_part_blocks_and_inline_elements_do_not() -> None:
    assert texts("<div>a<b>b</b> <i>c</i><p>d<br>e</div>f<span>g</span><o:p>h</o:p><li>i") == [
        "ab c",
        "d",
        "e",
        "fgh",
        "i",
    ]


def test_level_stress_and_links_are_kept_only_when_they_cover_the_whole_block() -> None:
    blocks = read_blocks(page("<h2>A <a href=x>b</a></h2><p><b>C</b> <strong>d</strong></p><p><b>E</b> f</p>")).blocks
    assert blocks == (Block("A b", 2), Block("C d", emphasis=True), Block("E f"))
    blocks = read_blocks(page("<a href=x>G <i>h</i></a><p style='font-weight: BOLD'>I</p><a name=y><p>J</a>")).blocks
    assert blocks == (Block("G h", link=True), Block("I", emphasis=True), Block("J"))


def test_what_a_browser_does_not_show_is_no_text() -> None:
    hidden = """<head><title>t</title></head><script>s</script><style>y</style><noscript>n</noscript>
    <template>t</template><p hidden>h</p>
    <p style="color:red; display : none">d</p><div style="VISIBILITY:hidden"><p>v</p></div><!-- c -->
    <span aria-hidden="true">★</span><textarea>t</textarea>
    <select><option>o</select><![CDATA[x]]><svg><text>g</text></svg>"""
    assert texts(hidden + "<p>seen</p>") == ["seen"]


def test_entities_and_references_of_windows_1252_become_the_characters_they_stand_for() -> None:
    assert texts("<p>client&#146;s &ldquo;r&rdquo;&nbsp;&lt;&nbsp;.05 &amp;amp; co&shy;op &#x1;e&#769;</p>") == [
        "client’s “r” < .05 &amp; coop é"
    ]


def test_a_title_broken_over_two_lines_is_one_block_and_a_month_above_it_is_not_part_of_it() -> None:
    assert texts("<h3>Reviewing<br>Sessions</h3><h3>July 2020<br>Other Title</h3>") == [
        "Reviewing Sessions",
        "July 2020",
        "Other Title",
    ]


def test_preformatted_text_keeps_its_lines() -> None:
    assert texts("<pre>July 2020\nTitle\n\n  text</pre>") == ["July 2020", "Title", "text"]


@pytest.mark.parametrize(
    "paragraph",
    [
        "<p><strong>Practice Implications:</strong> Do this.</p>",
        "<p><u>Practice Implications</u> Do this.</p>",
        "<p><span class=x>Practice <i>Implications</i></span>: Do this.</p>",
        "<p>Practice Implications: Do this.</p>",
        "<p><b>Practice Implications</b><br>Do this.</p>",
    ],
)
def test_a_heading_that_runs_into_its_paragraph_is_a_block_of_its_own(paragraph: str) -> None:
    assert [text.rstrip(":") for text in texts(paragraph)] == ["Practice Implications", "Do this."]


def test_navigation_and_forms_are_left_out_but_not_one_that_holds_the_articles() -> None:
    inside = f"<form><nav>Home</nav><h2>July 2020</h2>{ARTICLE}<footer>Author email: a@example.org</footer></form>"
    assert texts(f"<aside>News</aside>{inside}<footer>Ottawa</footer><div role=search>Find</div>") == [
        "July 2020",
        "Reviewing Recorded Sessions",
        PARAGRAPH.strip(),
        "Practice Implications",
        "Record some sessions.",
        "Author email: a@example.org",
    ]


def test_text_left_out_after_the_last_digest_is_noted() -> None:
    reading = read_blocks(page(f"<div><h2>July 2020</h2>{ARTICLE}<p>University of Ottawa</p></div>"))
    assert reading.blocks[-1].text == "Record some sessions."
    (problem,) = reading.problems
    assert (problem.code, problem.level) == ("left-out", "note")
    assert "University of Ottawa" in problem.message


def test_entries_of_a_list_at_the_end_of_the_last_digest_are_kept_though_they_have_no_full_stop() -> None:
    listed = "<ul><li>Record one session a month<li>Watch it with a colleague</ul>"
    assert texts(f"<div><h2>July 2020</h2>{ARTICLE}{listed}</div>")[-2:] == [
        "Record one session a month",
        "Watch it with a colleague",
    ]


# --- pages meant to do harm ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "<div>" * 10_000 + "<h2>July 2020</h2>" + ARTICLE,
        "<h2>July 2020</h2>" + ARTICLE + "<p>x</p>" * 10_000,
        "<nav>" * 5_000 + "<h2>July 2020</h2>" + ARTICLE,
        "<b>" * 5_000 + "<h2>July 2020</h2>" + ARTICLE,
        f"<p class='{'a ' * 500_000}' style='{'font-weight :' * 100_000}'>x</p><h2>July 2020</h2>" + ARTICLE,
        "<h2>Topics</h2>" + "<ul><li><a href=x>" * 5_000 + "</a></ul>" * 5_000 + "<h2>July 2020</h2>" + ARTICLE,
        "<script>while(1);</script><!-- <h2>June 2020</h2> --><h2>July 2020</h2>" + ARTICLE + "<a href=javascript:x>",
        "<h2>July 2020</h2>" + ARTICLE.replace("</", "<"),
        "<h2>July 2020</h2>" + ARTICLE + "<p" * 10_000,
        "<h2>June 2020</h2>" * 10_000 + "<h2>July 2020</h2>" + ARTICLE,
    ],
    ids=["deep", "wide", "nav", "bold", "attribute", "choices", "script", "unclosed", "cut-off", "months"],
)
def test_a_hostile_page_gives_its_article_in_a_few_seconds(content: str) -> None:
    started = time.monotonic()
    drafts, _ = parse_articles(read_blocks(page(content)).blocks, "page.html")
    assert time.monotonic() - started < 10  # a hundred times more when one step takes quadratic time
    assert [(draft.month, draft.title) for draft in drafts] == [("2020-07", "Reviewing Recorded Sessions")]


def test_a_page_of_more_tags_than_a_page_can_have_is_refused_by_name() -> None:
    (problem,) = read_blocks(page("<" * 300_001)).problems
    assert (problem.code, problem.path, problem.level) == ("too-many-tags", "page.html", "skipped")
    assert "300,001 tags" in problem.message and "Save the page again" in problem.message


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["html", "text"]))
def test_no_bytes_make_a_reader_raise(content: bytes, form: str) -> None:
    reading = read_blocks(page(content, form))
    parse_articles(reading.blocks, "page")
    assert all(block.text == " ".join(block.text.split()) != "" for block in reading.blocks)


TAGS = "h2 h3 p b i div li ul a nav form footer table tr td th br span dl dt dd article section header pre".split()
PIECES = st.sampled_from(
    [f"<{tag}>" for tag in TAGS]
    + [f"</{tag}>" for tag in TAGS]
    + [
        "July 2020",
        "Practice Implications",
        "Practice Implications: x",
        "A Short Line",
        PARAGRAPH,
        "<a href='http://['>",
        " ",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=40))
def test_no_soup_of_tags_makes_the_reader_raise_or_double_a_text(pieces: list[str]) -> None:
    content = "".join(pieces)
    shown = " ".join(texts(content))
    parse_articles(read_blocks(page(content)).blocks, "page")
    assert shown.count("notice more") <= content.count("notice more")
