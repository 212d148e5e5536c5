"""A resident registration number is refused in every text field of every form, with a sentence, and kept nowhere."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import String, Text, cast, func, or_, select

from portal.platform.db import db
from tests.databases import SQLite
from tests.integration.access.cells import address
from tests.integration.access.posts import POSTS
from tests.integration.access.test_parallel_posts import House, built

NUMBER = "900101-1234568"
# A small form of a page with many: what it refuses is said on the page it leads back to.
ON_THE_NEXT_PAGE = {"applications.ask_confirmation"}
TYPED = f"번호는 {NUMBER}"
SAYS = "주민등록번호로 보이는 숫자"
# Secrets are compared and hashed, never kept as text; a one-time code is six digits.
SECRETS = {"password", "again", "current", "code"}


@pytest.fixture(scope="module")
def house(sqlite: SQLite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    yield from built(sqlite, tmp_path_factory.mktemp("numbers"))


def text_fields(at: str, page: str, action: str) -> set[str]:
    """Names of the inputs and text areas into which anything can be typed, in the forms that the page at `at` posts
    to `action`."""
    found: set[str] = set()
    for whole, inner in re.findall(r"(<form[^>]*>)(.*?)</form>", page, re.S):
        target = re.search(r'action="([^"]*)"', whole)
        posted_to = html.unescape(target[1]) if target else at
        if 'method="post"' not in whole or posted_to.partition("?")[0] != action:
            continue
        found |= set(re.findall(r'<textarea[^>]*\bname="([^"]+)"', inner))
        for tag in re.findall(r"<input[^>]*>", inner):
            kind, name = re.search(r'\btype="([^"]*)"', tag), re.search(r'\bname="([^"]+)"', tag)
            free = (kind[1] if kind else "text") in ("text", "email", "search", "tel")
            if name and free and "data-money" not in tag and 'inputmode="numeric"' not in tag:
                found.add(name[1])
    return {name for name in found if name not in SECRETS and "__index__" not in name}


def kept(house: House) -> list[str]:
    """Columns of any table in which the number stands."""
    found = []
    with house.app.app_context():
        for table in db.metadata.sorted_tables:
            texts = [
                cast(c, Text).contains(NUMBER)
                for c in table.columns
                if isinstance(c.type, String | Text) or c.type.python_type in (dict, list)
            ]
            if texts and db.session.scalar(select(func.count()).select_from(table).where(or_(*texts))):
                found.append(table.name)
    return found


@pytest.mark.parametrize("endpoint", [name for name, post in POSTS.items() if not post.raw])
def test_every_text_field_of_every_form_refuses_it(house: House, endpoint: str) -> None:
    post = POSTS[endpoint]
    house.anew(post)
    url, data = house.request(endpoint, post)
    client = house.app.test_client()
    client.set_cookie(*house.world.cookie(post.role).split("=", 1))
    at = address(house.world, *post.page, post.query.format_map(house.world.ids))
    page = client.get(at).text
    for name in sorted(text_fields(at, page, url.partition("?")[0])):
        answer = client.post(url, data=data | {name: [TYPED]}, follow_redirects=True)
        assert SAYS in answer.text, f"{endpoint}: {name} is answered {answer.status_code} without the sentence"
        assert not answer.history or endpoint in ON_THE_NEXT_PAGE, f"{endpoint}: {name} is carried out"
    assert kept(house) == []
