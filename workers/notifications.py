"""Every notice becomes letters; every letter is sent by a job of its own."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app

import portal.notifications.letters  # noqa: F401 - registers the writers
from portal.notifications import mail, service
from portal.notifications.drafts import writers
from portal.notifications.jobs import BATCH, SEND
from portal.platform import clock
from portal.platform.context import Context, system_actor
from portal.platform.transaction import in_transaction, transaction
from workers.wake import Run, handles


def _write(code: str) -> Callable[[Run], None]:
    def write(run: Run) -> None:
        with run.effect() as context:
            service.write_letters(context, code, run.payload)

    return write


for _code, (_kind, _) in writers.items():
    if _kind is not BATCH:
        handles(_kind)(_write(_code))


@handles(BATCH)
def batch(run: Run) -> None:
    """Some at a time, each time in a transaction of its own; what was written before is not written again."""
    batch_id = run.payload["batch_id"]
    written, wanted = -1, 0
    while written < wanted:
        written, wanted = in_transaction(
            lambda: service.write_some(Context(actor=system_actor(run.kind), now=clock.now()), batch_id)
        )
        run.progress(written, wanted)
    with run.effect() as context:
        service.finish_batch(context, batch_id)


@handles(SEND)
def send(run: Run) -> None:
    """SENDING is committed before the mail leaves, so that an interrupted letter is known."""
    settings = current_app.config
    made = None
    with transaction():
        context = Context(actor=system_actor(run.kind), now=clock.now())
        letter = service.begin_sending(context, run.payload["letter_id"])
        if letter is not None:
            made, public_id = mail.message(letter, settings["MAIL_FROM"], settings["BASE_URL"]), letter.public_id
    if made is not None:
        try:
            mail.deliver(made, public_id, settings["MAIL_SERVER"], settings["INSTANCE"] / "mail")
        except mail.NotTaken as error:
            told = str(error)
            in_transaction(lambda: service.mark_failed(run.payload["letter_id"], told))
            raise
    with run.effect() as context:
        service.mark_sent(context, run.payload["letter_id"], run.payload["secret"])
