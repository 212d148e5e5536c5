"""The copy of one's data: the same content for machines (JSON) and for people (HTML), in one ZIP."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime

from flask import current_app

from portal.accounts import queries
from portal.desks.person import pages
from portal.desks.person.compose import holdings
from portal.platform.formats import utc
from portal.platform.language import say, speaking


def archive(person_id: int, now: datetime) -> bytes:
    """`data.json` and `data.html`. The same database and moment give the same bytes."""
    person = queries.person_of(person_id)
    ids = queries.identities(person)
    found = holdings(ids)
    read = pages.readings(ids, now)
    with speaking(person.language):
        content = {
            "made_at": utc(now),
            "holdings": [{"kind": h.code, "title": say(h.title), "rows": [dict(row) for row in h.rows]} for h in found],
            "readings": [{"day": r.day.isoformat(), "role": r.role, "times": r.times} for r in read],
        }
        shown = current_app.jinja_env.get_template("desks/person/copy.html").render(
            person=person, holdings=found, readings=read, terms=pages.term_rows(), now=now, language=person.language,
            show=pages.shown,
        )  # fmt: skip
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, body in (("data.json", text), ("data.html", shown)):
            bundle.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), body)
    return out.getvalue()
