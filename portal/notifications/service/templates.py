"""Words that an office keeps for its letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from portal.audit.service import record
from portal.notifications.errors import TemplateNameTaken, UnknownPlace
from portal.notifications.models import LetterTemplate
from portal.notifications.rules import PLACES, unknown_places
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.names import nfc
from portal.programs.models import Call


@dataclass(frozen=True)
class Words:
    """Subject and body by language."""

    subjects: Mapping[str, str]
    bodies: Mapping[str, str]

    def checked(self) -> Words:
        """In NFC. Raises UnknownPlace beside the field (`subject_ko`, ...) that holds it."""
        made = Words(
            {code: " ".join(nfc(text).split()) for code, text in self.subjects.items()},
            {code: nfc(text).replace("\r\n", "\n").strip() for code, text in self.bodies.items()},
        )
        for part, texts in (("subject", made.subjects), ("body", made.bodies)):
            for code, text in texts.items():
                if unknown := unknown_places(text):
                    known = ", ".join(f"{{{place}}}" for place in PLACES)
                    raise UnknownPlace(f"{part}_{code}", unknown=", ".join(unknown), known=known)
        return made


def save_template(
    context: Context,
    call: Call,
    words: Words,
    name: str,
    *,
    everywhere: bool = False,
    known: LetterTemplate | None = None,
) -> LetterTemplate:
    """A new template, or other words for a known one. Raises UnknownPlace, TemplateNameTaken."""
    words, name = words.checked(), nfc(name).strip()
    call_id = known.call_id if known is not None else None if everywhere else call.id
    db.session.scalars(select(Call.id).where(Call.id == call.id).with_for_update(of=Call)).one()
    of_call = LetterTemplate.call_id.is_(None) if call_id is None else LetterTemplate.call_id == call_id
    taken = db.session.scalars(select(LetterTemplate).where(of_call, LetterTemplate.name == name)).one_or_none()
    if taken is not None and taken is not known:
        raise TemplateNameTaken("name")
    made = known or LetterTemplate(public_id=context.ids.public_id(), call_id=call_id)
    made.name, made.subjects, made.bodies = name, dict(words.subjects), dict(words.bodies)
    made.changed_at, made.changed_by_id = context.now, context.actor.person_id
    db.session.add(made)
    db.session.flush()
    record(context, "LetterTemplateSaved", "letter_template", made.public_id, call=call.public_id)
    return made


def delete_template(context: Context, call: Call, template: LetterTemplate) -> None:
    """What was sent with it keeps its words."""
    record(context, "LetterTemplateDeleted", "letter_template", template.public_id, call=call.public_id)
    db.session.delete(template)
