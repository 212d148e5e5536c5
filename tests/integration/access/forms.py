"""The forms of a page, read and filled in as a browser would send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

WORDS = "시험 삼아 적는 충분히 긴 글입니다. 심사와 결정에 쓰이지 않습니다."


@dataclass
class Form:
    """`fields` as they stand, name -> values; `choices` of what is not chosen yet; `empty` text still to be typed."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    empty: set[str] = field(default_factory=set)

    def filled(self, typed: dict[str, str | None]) -> dict[str, list[str]]:
        """Everything as it stands, words in empty texts, the first of unmade choices; `typed` over it, None: not sent."""
        data = {name: list(values) for name, values in self.fields.items()}
        for name, values in self.choices.items():
            data.setdefault(name, values[:1])
        for name in self.empty:
            data[name] = [WORDS]
        data |= {name: [value] for name, value in typed.items() if value is not None}
        return {name: values for name, values in data.items() if typed.get(name, "") is not None}


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.forms = page, list[Form]()
        self._form: Form | None = None
        self._text: str | None = None
        self._select: str | None = None
        self._by_id: dict[str, Form] = {}

    def _of(self, held: dict[str, str | None]) -> Form | None:
        return self._by_id.get(held.get("form") or "") or self._form

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        name, form = held.get("name"), self._of(held)
        if tag == "form" and (held.get("method") or "").lower() == "post":
            target = urlsplit(held.get("action") or self.page)
            self._form = Form(target.path + (f"?{target.query}" if target.query else ""))
            self.forms.append(self._form)
            if held.get("id"):
                self._by_id[str(held["id"])] = self._form
        elif form is None or "disabled" in held:
            return
        elif tag == "option" and self._select:
            self._option(form, held)
        elif name and tag == "input":
            self._input(form, name, held)
        elif name and tag == "textarea":
            self._text = name
            form.fields[name] = [""]
            form.empty.add(name)
        elif name and tag == "select":
            self._select = name
        elif name and tag == "button":
            form.choices.setdefault(name, []).append(held.get("value") or "")

    def _input(self, form: Form, name: str, held: dict[str, str | None]) -> None:
        kind, value = held.get("type") or "text", held.get("value")
        if kind in ("radio", "checkbox"):
            if "checked" in held:
                form.fields.setdefault(name, []).append(value or "y")
            else:
                form.choices.setdefault(name, []).append(value or "y")
        elif kind != "file":
            form.fields.setdefault(name, []).append(value or "")
            if not value and kind != "hidden":
                form.empty.add(name)

    def _option(self, form: Form, held: dict[str, str | None]) -> None:
        value = held.get("value") or ""
        if "selected" in held:
            form.fields[str(self._select)] = [value]
        elif value:
            form.choices.setdefault(str(self._select), []).append(value)

    def handle_data(self, data: str) -> None:
        if self._text and self._form is not None and data.strip():
            self._form.fields[self._text] = [data.lstrip("\n")]
            self._form.empty.discard(self._text)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._text = None
        elif tag == "select":
            self._select = None


def forms_of(page: str, html: str) -> list[Form]:
    """Every form of the page at address `page` that is posted."""
    reader = _Reader(page)
    reader.feed(html)
    return reader.forms
