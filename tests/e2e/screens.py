"""`python -m tests.e2e.screens`: every page of the demonstration, per role, in both languages and at two widths.

Pictures go to screens/<role>/<language>-<width>-<endpoint>.png; what axe, the width or the languages find wrong is
printed at the end, and makes the exit status 1.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, sync_playwright
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from portal.accounts.models import Person
from portal.demo import seed
from portal.demo.acting import wait_for_worker
from portal.demo.people import DOMAIN
from portal.platform.db import db
from portal.platform.names import email_key
from tests.e2e.conftest import PHONE, WIDE
from tests.e2e.eyes import Eyes
from tests.e2e.house import CHROMIUM, CHROMIUM_ARGS, ROOT, House

MOST = 90  # pages of one role
ROLES = {
    "visitor": ("", "/"),
    "applicant": ("applicant", "/applications"),
    "awarded": ("awarded", "/applications"),
    "reviewer": ("reviewer", "/reviews"),
    "chair": ("chair", "/reviews"),
    "officer": ("officer", "/office"),
    "administrator": ("administrator", "/office"),
    "budget": ("budget", "/office/budget"),
    "auditor": ("auditor", "/office/audit"),
}
PUBLIC = ("desks_public.", "programs.", "accounts.", "notifications.")  # shown once, to the first who meets them
VARIANTS = [(language, size) for language in ("ko", "en") for size in (WIDE, PHONE)]


@dataclass(frozen=True)
class Target:
    role: str
    person_id: int | None
    endpoint: str
    path: str


def fill(house: House) -> None:
    """The demonstration, as `flask --app app demo seed` makes it, with the house's own worker."""
    worker = house.worker
    assert worker is not None
    house.within_app(lambda: seed.seed(wait_for_worker(lambda: worker.poll() is None, patience=600), print))


def crawl(house: House, browser: Browser) -> list[Target]:
    """What each role can reach by links from its desk, each kind of page once."""
    people = house.reading(lambda: {address: _person(address) for address, _ in ROLES.values() if address})
    shared: set[str] = set()
    targets: list[Target] = []
    for role, (address, desk) in ROLES.items():
        person_id = people[address] if address else None
        context = _context(house, browser, person_id, "ko", WIDE)
        targets += _reach(house, context, role, person_id, desk, shared)
        context.close()
    return targets


def _person(address: str) -> int:
    return db.session.scalars(select(Person.id).where(Person.email_key == email_key(f"{address}@{DOMAIN}"))).one()


def _reach(
    house: House, context: BrowserContext, role: str, person_id: int | None, desk: str, shared: set[str]
) -> list[Target]:
    found: dict[str, Target] = {}
    waiting, seen = deque([desk]), {desk}
    while waiting and len(found) < MOST:
        path = waiting.popleft()
        endpoint = _endpoint(house, path)
        if endpoint is None or endpoint in found or endpoint in shared:
            continue
        answer = context.request.get(path, max_redirects=0)
        if not answer.ok or "text/html" not in answer.headers.get("content-type", ""):
            continue
        found[endpoint] = Target(role, person_id, endpoint, path)
        if endpoint.startswith(PUBLIC):
            shared.add(endpoint)
        for link in re.findall(r'<a [^>]*href="(/[^"#]*)', answer.text()):
            link = link.replace("&amp;", "&")
            if link not in seen and "lang=" not in link:
                seen.add(link)
                waiting.append(link)
    return list(found.values())


def _endpoint(house: House, path: str) -> str | None:
    try:
        endpoint, _ = house.app.url_map.bind("localhost").match(urlsplit(path).path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return None if endpoint == "static" else str(endpoint)


def _context(
    house: House, browser: Browser, person_id: int | None, language: str, size: dict[str, int]
) -> BrowserContext:
    made = browser.new_context(base_url=house.url, viewport=size, locale=language)  # type: ignore[arg-type]
    if person_id is not None:
        made.add_cookies([house.cookie(person_id, language)])  # type: ignore[list-item]
    return made


def look(house: House, browser: Browser, targets: list[Target], folder: Path | None = None) -> Iterator[str]:
    """Open every page in every variant; yields each complaint. With `folder`, keeps a picture of each."""
    for language, size in VARIANTS:
        for role in dict.fromkeys(target.role for target in targets):
            mine = [target for target in targets if target.role == role]
            context = _context(house, browser, mine[0].person_id, language, size)
            found: list[str] = []
            names = house.names()
            eyes = Eyes(context.new_page(), f"{role} {language} {size['width']}", language, found, lambda n=names: n)
            for target in mine:
                glue = "&" if "?" in target.path else "?"
                eyes.go(f"{target.path}{glue}lang={language}")
                if folder is not None:
                    file = folder / role / f"{language}-{size['width']}-{target.endpoint}.png"
                    file.parent.mkdir(parents=True, exist_ok=True)
                    eyes.page.screenshot(path=file, full_page=True)
            context.close()
            yield from dict.fromkeys(found)


def main() -> int:
    folder, screens = Path(tempfile.mkdtemp()), ROOT / "screens"
    house = House(folder, f"sqlite:///{folder / 'portal.db'}")
    shutil.rmtree(screens, ignore_errors=True)
    try:
        house.start()
        fill(house)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
            targets = crawl(house, browser)
            print(f"{len(targets)} pages")
            found = list(look(house, browser, targets, screens))
            browser.close()
    finally:
        house.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(found) or "nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
