/**
 * What the pages do beyond plain HTML. Everything works without this file: links and forms lead to the same places.
 * It finds its work by data attributes, takes every text and address from the server's own pages, and puts data on
 * the page as text only. When anything fails it steps aside and lets the browser navigate.
 */

const TYPING_PAUSE = 120; // ms after the last key before suggestions are asked for
const TICKING_PAUSE = 250; // ms after the last tick before the digests are counted
const SCROLLING_PAUSE = 150; // ms after the last scroll before the place is noted
const BUSY_AFTER = 300; // ms before waiting is shown: what is quicker shall not flicker
const KIND_LABELS = { topic: "Topics", title: "Digests", term: "Words" };
const SINGLE_KEYS = "single-keys"; // in localStorage: "off" when the reader wants none

/** @typedef {{kind: "topic" | "title" | "term", text: string, note: string, href: string}} Suggestion */
/** @typedef {{id: string, facet: string, value: string, top: number}} Place  where a reader clicked */

const main = document.querySelector("main");
const box = /** @type {HTMLInputElement | null} */ (document.querySelector("#q"));
const status = document.querySelector("#status");

// --- small tools ----------------------------------------------------------------------------------------------------

/**
 * Return a new element; strings among the children become text.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Let screen readers say a few words, also when they are the same as before. @param {string} words */
function say(words) {
  status.textContent = "";
  setTimeout(() => (status.textContent = words), 50);
}

/**
 * Return a function that calls `act` once, when it was not called again for a while.
 * @template {unknown[]} A
 * @param {(...values: A) => void} act
 * @param {number} pause
 */
function afterPause(act, pause) {
  let timer = 0;
  return (/** @type {A} */ ...values) => {
    clearTimeout(timer);
    timer = setTimeout(act, pause, ...values);
  };
}

/** Return a function that gives a new signal and aborts the one it gave before: only the last asker gets an answer. */
function oneAtATime() {
  let running = new AbortController();
  return () => {
    running.abort();
    running = new AbortController();
    return running.signal;
  };
}

/** Tell whether a click is the plain one: no new tab, no new window, no download. @param {MouseEvent} event */
function isPlain(event) {
  return !(event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
}

/**
 * Return a page of ours, parsed; it throws for errors, and when the server runs another version by now.
 * @param {string | URL} url
 * @param {AbortSignal} [signal]
 */
async function fetchPage(url, signal) {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url} was answered with ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const [theirs, ours] = [page, document].map((p) => p.querySelector("script")?.getAttribute("src"));
  if (theirs !== ours) throw new Error("the server runs another version");
  return { page, url: response.url };
}

/** Return the address that submitting a GET form leads to; empty fields are left out. @param {HTMLFormElement} form */
function addressOf(form) {
  const url = new URL(form.action);
  const filled = [...new FormData(form)].filter(([, value]) => value !== "");
  url.search = new URLSearchParams(/** @type {string[][]} */ (filled)).toString();
  return url;
}

// --- results change in place ----------------------------------------------------------------------------------------

const newSwap = oneAtATime();
let shown = location.pathname + location.search;
let swapping = false;

/** Tell whether an address is another state of the results on screen. @param {URL | HTMLAnchorElement} url */
function isSwappable(url) {
  return (
    main.querySelector("[data-found]") !== null &&
    url.origin === location.origin &&
    url.pathname === location.pathname &&
    !url.hash
  );
}

/**
 * Show the results of an address in place of those on screen.
 * @param {string} url
 * @param {Place | null} place where the reader clicked
 * @param {number | null} y how far the page was scrolled when history comes back to it; null: a new step of history
 */
async function swap(url, place, y = null) {
  const signal = newSwap();
  swapping = true;
  main.setAttribute("aria-busy", "true");
  const dim = setTimeout(() => main.classList.add("busy"), BUSY_AFTER);
  signal.addEventListener("abort", () => clearTimeout(dim));
  try {
    const answer = await fetchPage(url, signal);
    if (signal.aborted) return;
    if (!answer.page.querySelector("main [data-found]")) throw new Error("not a page of results");
    if (y === null) {
      history.scrollRestoration = "manual"; // the browser would scroll before the results are back
      history.replaceState({ y: scrollY }, "");
      history.pushState({ y: 0 }, "", answer.url);
    }
    shown = location.pathname + location.search;
    const room = Math.min(main.offsetHeight, scrollY + innerHeight - main.offsetTop);
    replaceResults(answer.page);
    moveTo(place, y, room);
    say(main.querySelector("[data-found]").dataset.found);
  } catch {
    if (signal.aborted) return; // a later click took over
    if (y === null) location.assign(url);
    else location.reload();
  }
  clearTimeout(dim);
  swapping = false;
  main.removeAttribute("aria-busy");
  main.classList.remove("busy");
}

/** Put the parts of another page of results in place of ours. @param {Document} page */
function replaceResults(page) {
  const results = page.querySelector("main");
  const folds = new Map([...main.querySelectorAll("details")].map((fold) => [nameOf(fold), fold.open]));
  for (const fold of results.querySelectorAll("details")) fold.open = folds.get(nameOf(fold)) ?? fold.open;
  document.title = page.title;
  main.replaceChildren(...results.childNodes);
  const [form, next] = [document, page].map((p) => p.querySelector("header form[data-suggest]"));
  if (form && next) {
    for (const field of form.querySelectorAll("input[type=hidden]")) field.remove();
    form.prepend(...next.querySelectorAll("input[type=hidden]"));
    if (document.activeElement !== box) box.value = next.querySelector("#q").value;
  }
  enhance();
}

/** Return what a fold goes by, so that it stays open or closed. @param {HTMLDetailsElement} fold */
function nameOf(fold) {
  return fold.id || facetOf(fold) || fold.className;
}

/** Return the name of the facet that an element belongs to, or "". @param {Element} element */
function facetOf(element) {
  return element.closest("[data-facet]")?.dataset.facet ?? "";
}

/** Return what a link of a facet is for: its label, or the year of "2020, 7 digests". @param {Element} link */
function valueOf(link) {
  return (link.querySelector(".label")?.lastChild ?? link).textContent.split(",")[0].trim();
}

/** Return where an element is, so that it can be found again among new results. @param {HTMLElement} element */
function placeOf(element) {
  return {
    id: element.id,
    facet: facetOf(element),
    value: valueOf(element),
    top: element.getBoundingClientRect().top,
  };
}

/** Find a place again: the same element, or the same value of its facet. @param {Place} place */
function findAgain({ id, facet, value }) {
  if (id) return document.getElementById(id);
  const links = facet ? [...main.querySelectorAll("[data-facet] a")].filter((link) => facetOf(link) === facet) : [];
  return links.find((link) => valueOf(link) === value && link.getClientRects().length);
}

/**
 * Move the focus to where the reader clicked, which stays at its height on the screen; else to the heading.
 * @param {Place | null} place
 * @param {number | null} y how far to scroll instead
 * @param {number} room px that `main` needs to fill the screen as before, so that fewer results do not move the place
 */
function moveTo(place, y, room) {
  const target = place && findAgain(place);
  const heading = main.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  main.style.minHeight = target ? `${room}px` : "";
  (target ?? heading)?.focus({ preventScroll: true });
  if (y !== null) scrollTo(0, y);
  else if (target) scrollBy(0, target.getBoundingClientRect().top - place.top);
  else if (heading?.getBoundingClientRect().top < 0) heading.scrollIntoView();
}

function swapResults() {
  if (history.scrollRestoration === "manual" && history.state?.y) scrollTo(0, history.state.y);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("main a[href]");
    if (!link || link.target || !isPlain(event) || !isSwappable(link)) return;
    event.preventDefault();
    swap(link.href, placeOf(link));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !main.contains(form) || form.method !== "get") return;
    const url = addressOf(form);
    if (!isSwappable(url)) return;
    event.preventDefault();
    swap(url.href, placeOf(document.activeElement));
  });
  addEventListener("popstate", (event) => {
    if (location.pathname + location.search === shown) return; // only the part behind "#" changed
    swap(location.href, null, event.state?.y ?? 0);
  });
  const notePlace = () => swapping || history.replaceState({ ...history.state, y: scrollY }, "");
  if (main.querySelector("[data-found]")) addEventListener("scroll", afterPause(notePlace, SCROLLING_PAUSE));
}

/** In the form of filters, the button says what it would show, as boxes are ticked. */
function countBeforeShowing() {
  const newCount = oneAtATime();
  const count = afterPause(async (form) => {
    const signal = newCount();
    const button = form.querySelector("[data-show]");
    try {
      const { page } = await fetchPage(addressOf(form), signal);
      const { found } = page.querySelector("[data-found]").dataset;
      button.textContent = `Show ${found}`;
      say(found);
    } catch {
      if (!signal.aborted) button.textContent = "Show digests";
    }
  }, TICKING_PAUSE);
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-filters]");
    if (form && event.target.name) count(form);
  });
}

/** A link to the reasons of a hit opens them in place, and closes them again. */
function openReasons() {
  /** @type {WeakMap<Element, HTMLElement>} */
  const opened = new WeakMap();
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-why]");
    if (!link || !isPlain(event)) return;
    event.preventDefault();
    if (link.ariaBusy === "true") return;
    link.ariaBusy = "true";
    try {
      const reasons = opened.get(link) ?? (await fetchPage(link.href)).page.querySelector("[data-why-body]");
      if (!opened.has(link)) {
        reasons.hidden = true;
        opened.set(link, reasons);
        link.parentElement.after(reasons);
      }
      reasons.hidden = !reasons.hidden;
      link.ariaExpanded = String(!reasons.hidden);
    } catch {
      location.assign(link.href);
    }
    link.ariaBusy = null;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || !event.target.matches("a[data-why]")) return;
    event.preventDefault(); // a button answers to the space bar, too
    event.target.click();
  });
}

// --- long lists -----------------------------------------------------------------------------------------------------

/** Return a text without accents and capitals. @param {string} text */
function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

/** Put a field over a list that shows only the items with the typed letters. @param {HTMLElement} list */
function makeFilterable(list) {
  const things = list.dataset.filterable;
  const name = `Filter ${things}`;
  const items = [...list.children];
  const field = make("input", { "data-list-filter": "", "aria-label": name, placeholder: name, autocomplete: "off" });
  const show = () => {
    const typed = folded(field.value);
    for (const item of items) {
      item.hidden = !folded((item.querySelector(".label") ?? item).textContent).includes(typed);
    }
    say(`${items.filter((item) => !item.hidden).length} of ${items.length} ${things}`);
  };
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // it would submit the form around it
    if (event.key !== "Escape" || !field.value) return;
    event.preventDefault();
    field.value = "";
    show();
  });
  list.before(field);
}

// --- suggestions under the search box: an editable combobox with a list, nothing preselected ------------------------

/** @param {HTMLInputElement} input @param {HTMLFormElement} form */
function suggest(input, form) {
  const list = make("div", { id: "suggestions", role: "listbox", "aria-label": "Suggestions" });
  const newQuestion = oneAtATime();
  /** @type {HTMLElement[]} */
  let options = [];
  /** @type {Suggestion[]} */
  let items = [];
  let active = -1;
  list.hidden = true;
  input.type = "text"; // a search field may not be a combobox
  input.role = "combobox";
  input.ariaAutoComplete = "list";
  input.ariaExpanded = "false";
  input.setAttribute("aria-controls", list.id);
  input.parentElement.append(list);

  const activate = (/** @type {number} */ number) => {
    options[active]?.setAttribute("aria-selected", "false");
    active = number;
    options[active]?.setAttribute("aria-selected", "true");
    options[active]?.scrollIntoView({ block: "nearest" });
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", options[active].id);
  };
  const close = () => {
    newQuestion(); // takes back the last one: its answer would come too late
    activate(-1);
    list.hidden = true;
    input.ariaExpanded = "false";
  };
  const open = (/** @type {Suggestion[]} */ found) => {
    activate(-1);
    items = found;
    options = items.map(({ text, note }, i) => {
      const option = make("div", { role: "option", id: `suggestion-${i}`, "aria-selected": "false" }, text);
      if (note) option.append(" ", make("span", { class: "note" }, note));
      return option;
    });
    list.replaceChildren(
      ...[...new Set(items.map((item) => item.kind))].map((kind) =>
        make(
          "div",
          { role: "group", "aria-label": KIND_LABELS[kind] },
          make("span", { class: "kind", "aria-hidden": "true" }, KIND_LABELS[kind]),
          ...options.filter((_, i) => items[i].kind === kind),
        ),
      ),
    );
    list.hidden = items.length === 0;
    input.ariaExpanded = String(!list.hidden);
    if (items.length) say(items.length === 1 ? "1 suggestion" : `${items.length} suggestions`);
  };
  const ask = async (signal = newQuestion()) => {
    const typed = input.value.trim();
    if (signal.aborted) return;
    if (!typed) return close();
    try {
      const response = await fetch(`${form.dataset.suggest}?${new URLSearchParams({ q: typed })}`, { signal });
      const found = response.ok ? (await response.json()).items : [];
      if (!signal.aborted && document.activeElement === input) open(found);
    } catch {
      if (!signal.aborted) close();
    }
  };
  const choose = (/** @type {number} */ number) => {
    const { text, href } = items[number];
    input.value = text;
    close();
    if (href) location.assign(new URL(href, location.origin));
    else form.requestSubmit();
  };

  const askSoon = afterPause(ask, TYPING_PAUSE);
  input.addEventListener("input", () => {
    activate(-1);
    askSoon(newQuestion());
  });
  input.addEventListener("blur", close);
  form.addEventListener("submit", close);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the box
  list.addEventListener("click", (event) => {
    const number = options.indexOf(event.target.closest("[role=option]"));
    if (number >= 0) choose(number);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      // one more place than options: none, the box itself
      if (list.hidden) ask();
      else activate(((active + 1 + step + options.length + 1) % (options.length + 1)) - 1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(active);
    } else if (event.key === "Escape" && (!list.hidden || input.value)) {
      event.preventDefault();
      if (list.hidden) input.value = "";
      close();
    } else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      activate(-1); // the cursor moves in the box
    }
  });
}

// --- marked words of a digest ---------------------------------------------------------------------------------------

/** Step through the marked words, or take the marks away. @param {HTMLElement} bar */
function stepThroughMarks(bar) {
  const marks = [...main.querySelectorAll("article mark")];
  const counter = make("span", { class: "counter" });
  let current = -1;
  const step = (/** @type {number} */ by) => {
    marks[current]?.classList.remove("now");
    current = (Math.max(current, by < 0 ? 0 : -1) + by + marks.length) % marks.length;
    marks[current].classList.add("now");
    marks[current].scrollIntoView({ block: "center" });
    counter.textContent = `${current + 1} of ${marks.length}`;
    say(`${counter.textContent}: ${marks[current].textContent}`);
  };
  const button = (/** @type {string} */ name, /** @type {number} */ by) => {
    const made = make("button", { type: "button" }, name);
    made.addEventListener("click", () => step(by));
    return made;
  };
  const hide = bar.querySelector("[data-marks-hide]");
  const dismiss = () => {
    const held = bar.contains(document.activeElement);
    for (const mark of marks) {
      const text = mark.parentNode;
      mark.replaceWith(...mark.childNodes);
      text.normalize();
    }
    bar.remove();
    history.replaceState(history.state, "", hide.href);
    say("The marks are hidden");
    const heading = main.querySelector("h1");
    heading.setAttribute("tabindex", "-1");
    if (held) heading.focus();
  };
  bar.querySelector(".marks-steps")?.remove();
  if (marks.length) hide.before(button("Previous", -1), " ", button("Next", 1), " ", counter, " ");
  bar.classList.add("stepping");
  hide.addEventListener("click", (event) => {
    if (!isPlain(event)) return;
    event.preventDefault();
    dismiss();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && bar.isConnected && !event.defaultPrevented && !isTyping(event.target)) dismiss();
  });
}

// --- keyboard -------------------------------------------------------------------------------------------------------

/** Tell whether keys go into a field, or to an open dialog. @param {EventTarget} target */
function isTyping(target) {
  const fields = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog";
  return target instanceof Element && target.closest(fields) !== null;
}

function singleKeysAreOn() {
  try {
    return localStorage.getItem(SINGLE_KEYS) !== "off";
  } catch {
    return true; // the reader lets no page remember anything
  }
}

function makeHelp() {
  const keys = [
    ["/", "go to the search box"],
    ["Ctrl K or ⌘ K", "go to the search box, from anywhere"],
    ["↓ ↑, then Enter", "choose a suggestion"],
    ["Esc", "close suggestions, then clear the box; hide the marks in a digest"],
    ["?", "show this help"],
  ];
  const single = make("input", { type: "checkbox", id: "single-keys" });
  const close = make("button", { type: "button", autofocus: "" }, "Close");
  const help = make(
    "dialog",
    { id: "help", "aria-labelledby": "help-heading" },
    make("h2", { id: "help-heading" }, "Keyboard"),
    make("dl", {}, ...keys.flatMap(([key, does]) => [make("dt", {}, key), make("dd", {}, does)])),
    make("p", {}, make("label", {}, single, " Use the single keys / and ?")),
    close,
  );
  single.checked = singleKeysAreOn();
  single.addEventListener("change", () => {
    try {
      localStorage.setItem(SINGLE_KEYS, single.checked ? "on" : "off");
    } catch {
      single.checked = true;
    }
  });
  close.addEventListener("click", () => help.close());
  document.body.append(help);
  return help;
}

function listenToKeys() {
  const help = makeHelp();
  const opener = make("button", { type: "button" }, "Keyboard help");
  opener.addEventListener("click", () => help.showModal());
  document.querySelector("footer nav ul")?.append(make("li", {}, opener));
  const goToBox = (/** @type {KeyboardEvent} */ event) => {
    event.preventDefault();
    if (help.open) help.close();
    box?.focus();
    box?.select();
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const combined = event.ctrlKey || event.metaKey || event.altKey;
    if (event.ctrlKey !== event.metaKey && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      goToBox(event);
    } else if ((combined && !event.getModifierState("AltGraph")) || isTyping(event.target) || !singleKeysAreOn()) {
      return;
    } else if (event.key === "/") {
      goToBox(event);
    } else if (event.key === "?") {
      event.preventDefault();
      help.showModal();
    }
  });
}

// --- begin ----------------------------------------------------------------------------------------------------------

/** Give new content of `main` what only the script can. */
function enhance() {
  for (const list of main.querySelectorAll("[data-filterable]")) makeFilterable(list);
  for (const link of main.querySelectorAll("a[data-why]")) {
    link.role = "button";
    link.ariaExpanded = "false";
  }
}

enhance();
openReasons(); // before swapping: who comes first prevents the default
swapResults();
countBeforeShowing();
listenToKeys();
if (box?.form?.dataset.suggest) suggest(box, box.form);
for (const bar of main.querySelectorAll("[data-marks]")) stepThroughMarks(bar);
document.documentElement.dataset.ready = "true";
