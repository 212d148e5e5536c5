"""The macros and the frame of the pages: accessible names, both languages, nothing that the CSP forbids."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template, render_template_string
from jinja2 import StrictUndefined
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FieldList,
    FileField,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from portal.platform import formats
from portal.platform.fields import MoneyField, length, number_range, required, text
from portal.platform.language import LANGUAGES, Text, say, t, use_language

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES, STATIC = ROOT / "templates", ROOT / "portal" / "static"
FILTERS = (
    "money", "money_exact", "moment", "day", "clock_time", "left", "duration", "file_size", "number", "quantity",
    "quantity_exact",
)  # fmt: skip
NOW = datetime(2026, 7, 18, 5, 0, tzinfo=UTC)
IMPORTS = (
    '{% import "macros/forms.html" as forms %}{% import "macros/ui.html" as ui %}'
    '{% import "macros/charts.html" as charts %}'
)
ERROR_PAGES = sorted(p.stem for p in (TEMPLATES / "errors").glob("[0-9]*.html"))


class Member(Form):  # type: ignore[misc]
    name = StringField(text("이름", "Name"), [required()])


class Sample(Form):  # type: ignore[misc]
    csrf_token = HiddenField()
    request_id = HiddenField()
    title = StringField(text("과제명", "Title"), [required()], description=text("80자 이내", "Up to 80"))
    total = MoneyField(text("총액", "Total"))
    people = IntegerField(text("인원", "People"), [number_range(1, 9)])
    science = SelectField(text("분야", "Field"), choices=[("e", text("전기", "Electrical"))])
    kind = RadioField(text("유형", "Kind"), choices=[("u", text("대학", "University")), ("c", "C")])
    means = SelectMultipleField(text("자원", "Means"), choices=[("gpu", "GPU"), ("data", "D")])
    summary = TextAreaField(text("요약", "Summary"), [length(10)])
    paper = FileField(text("파일", "File"))
    agree = BooleanField(text("동의", "I agree"))
    members = FieldList(FormField(Member), min_entries=1)


@pytest.fixture
def pages() -> Any:
    app = Flask("pages", template_folder=str(TEMPLATES), static_folder=str(STATIC))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.secret_key = "of this test"
    for name in FILTERS:
        app.jinja_env.filters[name] = getattr(formats, name)
    app.jinja_env.globals.update(
        t=t, say=say, csrf_token=lambda: "token", static_url=lambda path: f"/static/{path}",
        page_zone=formats.page_zone, preview_of=None,
    )  # fmt: skip
    with app.test_request_context():
        use_language("ko")
        yield app
        use_language("ko")


def show(source: str, **values: Any) -> str:
    return render_template_string(IMPORTS + source, now=NOW, **values)


def refused(**typed: str) -> Sample:
    form = Sample(MultiDict(typed))
    form.validate()
    return form


def test_a_field_names_its_hint_and_its_error(pages: Flask) -> None:
    html = show("{{ forms.field(form.title) }}", form=refused(title=""))
    assert 'for="title"' in html
    assert 'aria-describedby="title-hint title-error"' in html
    assert 'id="title-hint"' in html and 'id="title-error"' in html
    assert 'aria-invalid="true"' in html
    assert "이 항목을 입력해 주십시오." in html


@pytest.mark.parametrize("name", ["title", "total", "people", "science", "summary", "paper", "agree"])
def test_every_input_has_a_label(pages: Flask, name: str) -> None:
    html = show("{{ forms.field(form[name]) }}", form=Sample(), name=name)
    assert f'<label for="{name}">' in html
    assert len(re.findall(rf'<(?:input|select|textarea)[^>]*\bid="{name}"', html)) == 1


@pytest.mark.parametrize(("name", "role"), [("kind", "radiogroup"), ("means", "group")])
def test_choices_are_grouped_under_their_label(pages: Flask, name: str, role: str) -> None:
    html = show("{{ forms.field(form[name]) }}", form=Sample(), name=name)
    assert f'role="{role}" aria-labelledby="{name}-label"' in html
    assert html.count("<label for=") == 2


def test_the_error_summary_links_to_every_field_even_inside_lists(pages: Flask) -> None:
    form = refused(summary="열 글자가 넘는 요약입니다", **{"members-0-name": ""})
    form.form_errors.append("총액이 한도를 넘습니다.")
    html = show("{{ forms.error_summary(form) }}", form=form)
    for target in ("#title", "#summary", "#members-0-name", "#kind"):
        assert f'href="{target}"' in html
    assert "총액이 한도를 넘습니다." in html and 'role="alert"' in html


def test_a_form_without_errors_has_no_summary(pages: Flask) -> None:
    assert show("{{ forms.error_summary(form) }}", form=Sample()) == ""


def test_a_form_prints_its_hidden_fields_once_and_without_ids(pages: Flask) -> None:
    form = Sample(data={"request_id": "r1", "csrf_token": "c1"})
    html = show('{{ forms.form_open(form, data_autosave="/save") }}{{ forms.form_close() }}', form=form)
    assert html.count('name="csrf_token"') == html.count('name="request_id"') == 1
    assert 'value="r1"' in html and 'data-autosave="/save"' in html and "id=" not in html


def test_a_button_form_carries_its_token_request_and_fields(pages: Flask) -> None:
    html = show('{{ forms.post_button("Go", "/x", "r9", fields={"to": 3}) }}')
    for part in ('value="token"', 'name="request_id" value="r9"', 'name="to" value="3"', 'method="post"'):
        assert part in html


def test_money_typed_wrong_is_kept_and_money_known_is_said_in_words(pages: Flask) -> None:
    assert 'value="많이"' in show("{{ forms.field(form.total) }}", form=refused(total="많이"))
    assert "1,936억 원" in show("{{ forms.field(form.total) }}", form=Sample(data={"total": 193_600_000_000}))


def test_a_long_text_shows_its_limit(pages: Flask) -> None:
    html = show("{{ forms.field(form.summary) }}", form=Sample(data={"summary": "가나다"}))
    assert "<b>3</b>/10자" in html and 'data-limit="10"' in html
    assert "maxlength" not in html, "a text over the limit is kept and refused with its count, not cut off"


@pytest.mark.parametrize("tone", ["neutral", "info", "success", "warning", "danger"])
def test_a_status_is_a_word_and_a_shape(pages: Flask, tone: str) -> None:
    html = show('{{ ui.status("접수", tone) }}', tone=tone)
    assert "<svg" in html and "접수" in html and f"status {tone}" in html


@pytest.mark.parametrize(
    ("language", "words"),
    [("ko", "2026. 7. 21.(화) 18:00"), ("en", "Tue 21 Jul 2026, 18:00 KST")],
)
def test_a_countdown_is_complete_without_a_script(pages: Flask, language: str, words: str) -> None:
    use_language(language)
    html = show("{{ ui.countdown(until, now) }}", until=NOW + timedelta(days=3, hours=4))
    assert words in html
    assert ("3일 4시간 남음" if language == "ko" else "3 days 4 hours left") in html


def test_money_shows_the_short_form_and_keeps_the_exact_one(pages: Flask) -> None:
    html = show("{{ ui.money(193600000000) }}")
    assert "1,936억 원" in html and "193,600,000,000원" in html


@pytest.mark.parametrize("code", ["S", "F", "G", "I", "P"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mark_explains_itself(pages: Flask, code: str, language: str) -> None:
    use_language(language)
    html = show("{{ ui.mark(code) }}", code=code)
    assert f"[{code}]" in html and "mark-tip" in html
    assert (re.search("[가-힣]", html) is not None) == (language == "ko")


def test_what_people_typed_is_escaped_everywhere(pages: Flask) -> None:
    bad = "<img src=x>"
    tree = {"name": bad, "cap": 10, "used": 5, "unit": "KRW", "children": []}
    row = {"label": bad, "marks": [70.0], "mean": 70.0}
    html = show(
        "{{ ui.crumbs([(bad, none)]) }}{{ ui.status(bad) }}{{ ui.card(bad, '/') }}{{ ui.empty(bad, bad) }}"
        "{{ ui.task_list([{'label': bad}]) }}{{ ui.summary_list([{'label': bad, 'value': bad}]) }}"
        "{{ ui.tabs([{'label': bad, 'url': '/'}]) }}{{ ui.timeline([{'label': bad, 'state': 'todo'}]) }}"
        "{{ charts.budget_tree(tree, bad) }}{{ charts.score_strips([row], bad) }}"
        "{{ charts.funnel([{'label': bad, 'count': 1}], bad) }}"
        "{{ charts.cap_bar(1, 1, 3, 'KRW', bad) }}",
        bad=bad,
        tree=tree,
        row=row,
    )
    assert "<img" not in html and "&lt;img" in html


def test_pages_of_a_list_keep_the_first_the_last_and_the_neighbours(pages: Flask) -> None:
    page = SimpleNamespace(number=6, pages=12, total=600, url_for=lambda n: f"?page={n}")
    html = show("{{ ui.pagination(page) }}", page=page)
    assert [int(n) for n in re.findall(r'class="page-link[^"]*" href="\?page=(\d+)"', html)] == [1, 4, 5, 7, 8, 12]
    assert 'aria-current="page"' in html


def test_the_funding_line_stands_after_the_last_kept_row(pages: Flask) -> None:
    rows = [{"label": f"과제 {i}", "marks": [90.0 - i, 80.0], "mean": 85.0 - i} for i in range(4)]
    html = show("{{ charts.score_strips(rows, '누가 선 위에 있습니까?', keep=2) }}", rows=rows)
    picture = html.split("<details")[0]
    assert picture.index("과제 1") < picture.index("strip-cut") < picture.index("과제 2")
    assert picture.split('class="legend"')[0].count("<circle") == 8
    assert picture.count("strip-cut") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_budget_tree_says_every_line_in_its_table(pages: Flask, language: str) -> None:
    use_language(language)
    line = {"name": {"ko": "인재", "en": "Talent"}, "cap": 5, "used": 2, "unit": "team", "mark": "P"}
    root = {"name": Text("전체", "All"), "cap": 10**12, "used": 0, "unit": "KRW", "children": [line]}
    html = show("{{ charts.budget_tree(root, question) }}", root=root, question=Text("어디에?", "Where?"))
    table = html.split("<table")[1]
    for node in (root, line):
        assert say(node["name"]) in table
    assert "s-assumed" in html.split("<ul")[0], "an assumed value is drawn dashed"
    assert formats.money_exact(10**12) in table


def test_a_cap_says_by_how_much_it_is_passed(pages: Flask) -> None:
    html = show("{{ charts.cap_bar(4, 3, 5, 'team', '팀', code='TEAMS') }}")
    assert "2팀 초과" in html and 'data-cap-left="TEAMS"' in html and 'class="cap over"' in html


@pytest.mark.parametrize("page", ERROR_PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_page_says_what_why_and_what_next(pages: Flask, page: str, language: str) -> None:
    use_language(language)
    html = render_template(
        f"errors/{page}.html", viewer=None, nav=[], roles=[], inbox_count=0, lang=language, other_language_url="?",
        now=NOW, csp_nonce="n", demo=None, audit_head=None, version="1", service_name="Portal", sentence=None,
    )  # fmt: skip
    main = html.split("<main")[1].split("</main>")[0]
    assert main.count("<h1>") == 1 and "<h2>" in main and 'class="lead"' in main
    assert (re.search("[가-힣]", main) is not None) == (language == "ko")


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda p: str(p.relative_to(TEMPLATES)))
def test_no_template_needs_what_the_csp_forbids(path: Path) -> None:
    if path.parent.name == "email":
        return
    source = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
    found = re.findall(r"""\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:|<style(?![^>]*nonce)""", source)
    assert not found, f"{path.name}: move {found} into portal/static (a class, a data attribute, a listener)"
    assert not re.search(r"<script(?![^>]*(?:src=|nonce=))", source), "an inline script needs nonce"


@pytest.mark.parametrize("sheet", sorted(STATIC.rglob("*.css")), ids=lambda p: p.name)
def test_style_sheets_name_only_files_that_are_here(sheet: Path) -> None:
    for address in re.findall(r"url\(\s*[\"']?([^)\"']+)", sheet.read_text()):
        assert (sheet.parent / address).is_file(), f"{sheet.name} names {address}"
