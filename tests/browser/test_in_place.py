"""Results that change in place: no reload, and history, focus, live region and scrolling as if there had been one."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect
from reader import Reader

Readers = Callable[..., Reader]
ALLIANCE = "Alliance and Therapeutic Relationship"


def topic(page: Page, name: str = ALLIANCE) -> str:
    return f"[data-facet=topic] .rows:not([data-filterable]) a.row:has-text('{name}')"


def mark_window(page: Page) -> None:
    page.evaluate("() => { window.same = true }")


def is_same_window(page: Page) -> bool:
    return bool(page.evaluate("() => window.same === true"))


def test_facets_chips_orders_and_pages_change_without_a_reload(reader: Readers) -> None:
    someone = reader()
    page = someone.open("/search?q=therapy")
    mark_window(page)
    before = len(someone.requests)
    for link in (topic(page), "a.chip", ".sorts a:has-text('Newest')", ".pager a[rel=next]"):
        someone.follow(page.locator(link).first)
    assert is_same_window(page)
    assert someone.path == "/search?q=therapy&sort=newest&page=2"
    # after each step of history the browser looks at the icon again, in its cache
    asked = [request for request in someone.requests[before:] if "/icon.svg" not in request.url]
    assert [request.resource_type for request in asked] == ["fetch"] * 4


def test_back_and_forward_bring_back_results_title_and_place(reader: Readers) -> None:
    someone = reader()
    page = someone.open("/search?q=alliance")
    titles = [page.title()]
    headings = [someone.heading()]
    for link in (topic(page), ".sorts a:has-text('Oldest')"):
        someone.follow(page.locator(link).first)
        titles.append(page.title())
        headings.append(someone.heading())
    assert len(set(headings)) == 2 and titles[0] != titles[1]
    page.evaluate("() => scrollTo(0, 600)")
    page.wait_for_function("() => history.state?.y === 600")
    for step, number in ((page.go_back, 1), (page.go_back, 0), (page.go_forward, 1), (page.go_forward, 2)):
        with someone.answered():
            step()
        assert (page.title(), someone.heading()) == (titles[number], headings[number])
    page.wait_for_function("() => scrollY === 600")


def test_back_from_a_digest_shows_the_results_that_were_left(reader: Readers) -> None:
    someone = reader()
    page = someone.open("/search?q=alliance")
    someone.follow(page.locator(topic(page)).first)
    heading = someone.heading()
    someone.travel(page.locator(".card .title a").nth(3))
    page.go_back()
    someone.wait_until_ready()
    assert someone.heading() == heading and someone.path == "/search?q=alliance&topic=alliance"
    with someone.answered():
        page.go_back()
    assert someone.path == "/search?q=alliance"


def test_the_focus_stays_on_the_clicked_value_which_stays_where_it_is(reader: Readers) -> None:
    someone = reader()
    page = someone.open("/search?q=alliance")
    link = page.locator(topic(page, "Client Factors")).first
    link.evaluate("link => scrollBy(0, link.getBoundingClientRect().top - 100)")  # room to scroll either way
    before = link.bounding_box()
    someone.follow(link)
    assert "Client Factors" in someone.focused()
    after = page.locator(topic(page, "Client Factors")).first.bounding_box()
    assert before and after and abs(before["y"] - after["y"]) <= 1
    page.keyboard.press("Enter")  # and a second time takes it away again
    expect(page.locator("a.chip")).to_have_count(0)
    assert "Client Factors" in someone.focused()


def test_the_focus_goes_to_the_heading_when_what_was_clicked_is_gone(reader: Readers) -> None:
    someone = reader()
    page = someone.open("/search?q=alliance&topic=alliance")
    someone.follow(page.locator("a.chip").first)
    assert someone.focused() == someone.heading()
    page.locator(".pager a[rel=next]").scroll_into_view_if_needed()
    someone.follow(page.locator(".pager a[rel=next]"))
    assert someone.focused() == someone.heading()
    expect(page.locator("h1")).to_be_in_viewport()


def test_the_live_region_says_the_count_and_nothing_else(reader: Readers) -> None:
    someone = reader()
    page = someone.open("/search?q=alliance")
    status = page.locator("[role=status]")
    expect(status).to_have_count(1)
    expect(status).to_be_empty()
    someone.follow(page.locator(topic(page)).first)
    expect(status).to_have_text(f"{someone.total()} digests")
    someone.follow(page.locator(".sorts a:has-text('Oldest')"))
    expect(status).to_have_text(f"{someone.total()} digests")


def test_nothing_that_is_on_screen_shifts(reader: Readers) -> None:
    someone = reader()
    page = someone.open("/search?q=therapy")
    for link in (topic(page), "[data-facet=year] a", "a.chip", ".sorts a:has-text('Title')", "a.clear"):
        someone.follow(page.locator(link).last)
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert someone.shifts() == []


def test_the_last_click_wins_however_slow_the_first_one_is(reader: Readers) -> None:
    someone = reader()
    page = someone.open("/search?q=alliance")
    held: list[Route] = []
    page.route("**/search?*sort=oldest*", lambda route: held.append(route))
    page.locator(".sorts a:has-text('Oldest')").click()
    expect(page.locator("main")).to_have_attribute("aria-busy", "true")
    someone.follow(page.locator(".sorts a:has-text('Title')"))
    for route in held:
        route.abort()
    assert someone.path == "/search?q=alliance&sort=title"
    expect(page.locator(".sorts [aria-current]")).to_have_text("Title")


def test_when_an_answer_does_not_come_the_browser_goes_there_itself(reader: Readers) -> None:
    someone = reader()
    page = someone.open("/search?q=alliance")
    mark_window(page)
    page.route(
        "**/search?*", lambda route: route.abort() if route.request.resource_type == "fetch" else route.continue_()
    )
    someone.travel(page.locator(".sorts a:has-text('Oldest')"))
    assert someone.path == "/search?q=alliance&sort=oldest" and not is_same_window(page)
    someone.complaints = [said for said in someone.complaints if "ERR_FAILED" not in said]


def test_a_click_with_ctrl_opens_a_window_of_its_own(reader: Readers) -> None:
    someone = reader()
    page = someone.open("/search?q=alliance")
    with page.context.expect_page() as opened:
        page.locator(topic(page)).first.click(modifiers=["Control"])
    opened.value.wait_for_load_state()
    assert opened.value.url.endswith("/search?q=alliance&topic=alliance")
    assert someone.path == "/search?q=alliance"


def test_an_open_fold_stays_open_and_a_long_list_can_be_filtered(reader: Readers) -> None:
    someone = reader()
    page = someone.open("/search?q=alliance")
    fold = page.locator("#all-topic")
    fold.locator("summary").click()
    items = fold.locator("li")
    n_items = items.count()
    fold.locator("[data-list-filter]").fill("cLÍent")
    visible = [text for item, text in zip(items.all(), items.all_inner_texts(), strict=True) if item.is_visible()]
    assert 0 < len(visible) < n_items and all("lient" in text for text in visible)
    someone.follow(fold.locator("a.row:visible").first)
    assert "topic=client-" in someone.path
    expect(fold).to_have_attribute("open", "")
    assert len([item for item in fold.locator("li").all() if item.is_visible()]) >= n_items - 1
