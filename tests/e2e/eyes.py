"""One person's browser. Whatever page it looks at is judged at once: axe, width, errors, languages."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, Response

from tests.e2e.words import ENGLISH

PATIENCE = 60_000  # ms; a busy machine is slow, and nothing here waits without a reason
SHOTS = os.environ.get("PORTAL_SHOTS", "")  # a folder in which every page looked at is kept as a picture

# Words of the interface that stand in another language than the page. What people or programs wrote is not meant:
# it has a lang of its own, or stands in a cell, a text or a heading made of a title.
FOREIGN_WORDS = """(language) => {
  const hangul = /[\\uac00-\\ud7a3]/, latin = /[A-Za-z]{3,}/;
  const names = /^(English|한국어|NVIDIA .*|MIT|Apache 2.0|GPU|[A-Z0-9 .:-]{2,})$/;
  const own = ".people-text, .paper, .prose, [lang]:not(html), td, dd, blockquote, .card, .award, .status, .form-box";
  const found = [];
  document.querySelectorAll("button, label, legend, summary, th[scope=col], nav a, .status, h2, .field-hint").forEach((e) => {
    const close = e.closest(own);
    if ((close && close !== e) || !e.offsetParent) return;
    const text = e.innerText.trim();
    if (!text || names.test(text)) return;
    if (language === "en" ? hangul.test(text) : latin.test(text) && !hangul.test(text)) found.push(text);
  });
  return found;
}"""
AXE_LOOKS = 2  # axe takes a second: a page is judged by it as it opens and as it answers, not at every later visit
WIDER = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return "";
  const wide = Array.from(document.querySelectorAll("main *, header *, footer *")).find((e) => {
    const box = e.getBoundingClientRect();
    return box.right > width + 1 && box.width > 0 && !e.closest(".table-scroll, .sr-only, svg");
  });
  return `${document.documentElement.scrollWidth} > ${width}: ${wide ? wide.outerHTML.slice(0, 160) : "?"}`;
}"""


def _shape(url: str) -> str:
    """The address without what differs from one thing to the next."""
    return re.sub(r"[0-9a-f]{20,}|[A-Za-z0-9_-]{25,}", "x", url.split("/", 3)[3].split("?")[0])


class Eyes:
    """`go` opens an address and looks; `look` judges what is shown now; `found` collects every complaint."""

    def __init__(
        self, page: Page, name: str, language: str, found: list[str], names: Callable[[], Iterable[str]]
    ) -> None:
        self.page, self.name, self.language, self.found, self._names = page, name, language, found, names
        self._expected: set[int] = set()
        self._looked: Counter[str] = Counter()
        page.set_default_timeout(PATIENCE)
        page.set_default_navigation_timeout(PATIENCE)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._complain(f"script: {error}"))
        page.on("response", self._answered)

    def _complain(self, what: str) -> None:
        self.found.append(f"{self.name} {self.page.url}: {what}")

    def _said(self, message: ConsoleMessage) -> None:
        refused = re.search(r"status of (\d+)", message.text)
        if message.type == "error" and not (refused and int(refused[1]) in self._expected):
            self._complain(f"console: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self._complain(f"{response.status} from {response.url}")

    @contextmanager
    def refused(self, *statuses: int) -> Iterator[None]:
        """A refusal is wanted here: the browser's own line about it is no complaint."""
        self._expected = set(statuses or (400, 403, 409, 422))
        yield
        self.page.wait_for_load_state()
        self._expected = set()

    def go(self, address: str) -> Page:
        self.page.goto(address)
        self.look()
        return self.page

    def open_letter(self, link: str) -> Page:
        """A link from a letter, in this browser's language whatever language the letter had."""
        return self.go(f"{link.partition('?')[0]}?lang={self.language}")

    def look(self, *, axe: bool = True) -> None:
        self.page.wait_for_load_state()
        if SHOTS:
            self._keep()
        if wider := self.page.evaluate(WIDER):
            self._complain(f"wider than the screen: {wider}")
        for words in self.page.evaluate(FOREIGN_WORDS, self.language):
            if self.is_foreign(words):
                self._complain(f"not in {self.language}: {words[:60]}")
        shape = _shape(self.page.url)
        self._looked[shape] += 1
        if axe and self._looked[shape] <= AXE_LOOKS:
            for violation in Axe().run(self.page).response["violations"]:
                nodes = "; ".join(node["html"][:140] for node in violation["nodes"][:2])
                self._complain(f"axe {violation['id']}: {nodes}")

    def is_foreign(self, words: str) -> bool:
        """Still in another language when the names of people and institutions are taken out."""
        for name in self._names():
            words = words.replace(name, "")
        return bool(re.search(r"[\uac00-\ud7a3]" if self.language == "en" else r"[A-Za-z]{3,}", words))

    def _keep(self) -> None:
        folder = Path(SHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        path = _shape(self.page.url)
        number = len(list(folder.glob("*.png")))
        file = folder / f"{number:03d}-{self.name}-{path.replace('/', '_') or 'home'}.png"
        self.page.screenshot(path=file, full_page=True)

    # --- what people do; what they press is named in Korean, and in an English browser found by its English ---

    def word(self, korean: str) -> str:
        return ENGLISH.get(korean, korean) if self.language == "en" else korean

    def button(self, label: str) -> Locator:
        return self.page.locator("main").get_by_role("button", name=self.word(label), exact=True).first

    def press(self, label: str) -> None:
        """The button of that name in the page; the page that follows is waited for and looked at."""
        self.leaves(self.button(label).click)

    def follow(self, label: str) -> None:
        """The link of that name, and the page behind it."""
        self.leaves(self.page.locator("main").get_by_role("link", name=self.word(label)).first.click)

    def leaves(self, act: Callable[[], None]) -> None:
        """`act` opens another page (or this one anew): never look at the one that is left."""
        self.page.evaluate("window.left = true")
        act()
        self.page.wait_for_function("!window.left")
        self.look()

    def tick(self, name: str, value: str) -> None:
        """A radio or a checkbox, by its label as people do."""
        box = self.page.locator(f"input[name='{name}'][value='{value}']")
        self.page.locator(f"label[for='{box.get_attribute('id')}']").click()

    def saved(self) -> None:
        """The autosave has said so."""
        self.page.wait_for_selector("#saved[data-state=saved]")

    def says(self, words: str) -> None:
        self.page.locator("main").get_by_text(self.word(words)).first.wait_for()

    def turns_to(self, pane: str) -> None:
        """On a phone one side is shown at a time."""
        tab = self.page.locator(f"[data-pane={pane}]")
        if tab.is_visible():
            tab.click()
