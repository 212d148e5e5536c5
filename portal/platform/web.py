"""The edge of every page: the request's context, one way to carry out a form, one way to answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError
from wtforms import FieldList, FormField, HiddenField, PasswordField, StringField
from wtforms.validators import Length

from portal.platform.context import Context, RandomIds
from portal.platform.errors import DomainError
from portal.platform.fields import Sayings
from portal.platform.files.resident_number import ResidentNumberFound, find_resident_numbers, masked
from portal.platform.language import Text, say
from portal.platform.requests import AlreadyDone, answer, answered_before, claim
from portal.platform.transaction import retrying, transaction

UNHASHED = {"csrf_token", "request_id"}
kept_through_sign_in: set[str] = {"lang"}  # what of the browser's session outlives signing in; nothing outlives leaving
_constraints: dict[str, Text] = {}


def constraint_says(name: str, sentence: Text) -> None:
    """The sentence for a named database constraint."""
    _constraints[name] = sentence


class BrokenRule(DomainError):
    """A database constraint refused: the sentence registered for it, or a general one."""

    status = 409

    def __init__(self, sentence: Text) -> None:
        super().__init__(None)
        self.text = sentence

    def sentence(self) -> str:
        return say(self.text)


def _refused_by_database(error: IntegrityError) -> BrokenRule | None:
    message = str(error.orig)
    for name, sentence in _constraints.items():
        if name in message:
            return BrokenRule(sentence)
    return None


def _texts(fields: Iterable[Any]) -> Iterator[Any]:
    """Every field into which somebody may write, inside rows and tables as well; secrets are only compared."""
    for field in fields:
        if isinstance(field, FieldList):
            yield from _texts(field.entries)
        elif isinstance(field, FormField):
            yield from _texts(field.form)
        elif isinstance(field, StringField) and not isinstance(field, PasswordField) and isinstance(field.data, str):
            yield field


class PortalForm(FlaskForm):  # type: ignore[misc]
    """Base of every form. `request_id` is made when the form is rendered and claimed when it is carried out."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, form: Any) -> Sayings:
            return Sayings()

    request_id = HiddenField(validators=[Length(max=64)])
    status = 200

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.request_id.data:
            self.request_id.data = RandomIds().public_id()

    def validate(self, extra_validators: Any = None) -> bool:
        """What WTForms checks, and in every text field that nobody's resident registration number stands there."""
        sound = bool(super().validate(extra_validators))
        for field in _texts(self):
            spans = find_resident_numbers(field.data)
            if spans:
                sentence = ResidentNumberFound(field.name, shown=masked(field.data, spans[0])).sentence()
                field.errors = [*field.errors, sentence]
                sound = False
        return sound

    def refuse(self, error: DomainError) -> None:
        """Put the refusal beside its field, or at the head of the form; everything typed stays."""
        self.status = error.status
        field = self._fields.get(error.field or "")
        if field is None:
            self.form_errors.append(error.sentence())
        else:
            field.errors = [*field.errors, error.sentence()]


def context() -> Context:
    """The context of this request."""
    return Context(actor=g.actor, now=g.now)


def body_hash() -> str:
    """SHA-256 over everything posted but the token and the id, files by content."""
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    for name, values in sorted(request.form.lists()):
        if name not in UNHASHED:
            digest.update(f"{name}={values!r}\n".encode())
    for name, files in sorted(request.files.lists()):
        for file in files:
            content = hashlib.sha256()
            while block := file.stream.read(1 << 20):
                content.update(block)
            file.stream.seek(0)
            digest.update(f"{name}={file.filename!r}:{content.hexdigest()}\n".encode())
    return digest.hexdigest()


def carry_out(request_id: str, action: Callable[[Context], str], expected: str = "") -> str:
    """Claim the id and run `action` in one retried transaction; the answer of a repetition is the first one's.

    `expected`: what `action` will most likely return; right, it saves a statement.
    """
    digest = body_hash()

    def once() -> str:
        with transaction():
            claim(context(), request_id, digest, expected)
            result = action(context())
            if result != expected:
                answer(request_id, result)
        return result

    try:
        return retrying(once)
    except AlreadyDone as done:
        return done.result
    except IntegrityError as error:
        refusal = _refused_by_database(error)
        if refusal is None:
            raise
        raise refusal from error


def answer_to_repetition() -> Response | None:
    """For a post that is refused because its first copy used up the right to it: the first copy's answer."""
    request_id = request.form.get("request_id", "") if request.method == "POST" else ""
    if not request_id:
        return None
    address = answered_before(g.actor.person_id, request_id, body_hash())
    return redirect(address, code=303) if address else None  # type: ignore[return-value]


def perform(
    form: PortalForm, action: Callable[[Context], str], done: Text | None = None, *, expected: str = ""
) -> Response | None:
    """On a valid post: claim, act in a transaction, redirect (303) to the address `action` returns.

    None means the page is to be rendered: nothing posted yet, or refused with errors in the form.
    """
    if not form.is_submitted():
        return None
    if not form.validate():
        form.status = 422
        return None
    try:
        address = carry_out(form.request_id.data, action, expected)
    except DomainError as error:
        form.refuse(error)
        return None
    if done is not None:
        flash(say(done), "success")
    return redirect(address, code=303)  # type: ignore[return-value]


def page(template: str, form: PortalForm | None = None, status: int | None = None, **values: Any) -> Response:
    """Render; a refused form answers with its 4xx."""
    body = render_template(template, form=form, **values)
    return make_response(body, status if status is not None else (form.status if form is not None else 200))


def addresses(endpoint: str, name: str) -> Callable[[str], str]:
    """`url_for` for the rows of a list, which differ in one public id: the address is built once."""
    place = "0" * 26
    pattern = url_for(endpoint, **{name: place})  # type: ignore[arg-type]
    return lambda public_id: pattern.replace(place, public_id)


class ActionForm(PortalForm):
    """A button: nothing but the request id."""
