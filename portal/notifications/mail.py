"""Leaving the house: one message by SMTP where a server is configured, otherwise a file in instance/mail."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from markupsafe import escape

from portal.notifications.models import Letter


def message(letter: Letter, sender: str, base_url: str) -> EmailMessage:
    """Plain text and HTML; links are built from configuration, never from a request."""
    link = base_url.rstrip("/") + (letter.link or "/")
    made = EmailMessage(policy=SMTP)
    made["Subject"] = letter.subject
    made["From"], made["To"] = sender, letter.email
    made["Message-ID"] = f"<{letter.public_id}@portal>"
    made["Content-Language"] = letter.language
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter.body.replace("{link}", link))
    paragraphs = "".join(
        f"<p>{str(escape(part)).replace(chr(10), '<br>')}</p>" for part in letter.body.split("\n\n")
    ).replace("{link}", f'<a href="{escape(link)}">{escape(link)}</a>')
    made.add_alternative(
        f'<!doctype html><html lang="{letter.language}"><body style="font:16px/1.6 sans-serif">{paragraphs}</body></html>',
        subtype="html",
    )
    return made


def deliver(made: EmailMessage, letter_id: str, server: str, folder: Path) -> None:
    """Hand the message over; raises when the server does not take it."""
    if server:
        host, _, port = server.partition(":")
        with smtplib.SMTP(host, int(port or 25), timeout=30) as smtp:
            smtp.send_message(made)
        return
    temporary = folder / f".{letter_id}.tmp"
    temporary.write_bytes(bytes(made))
    temporary.replace(folder / f"{letter_id}.eml")
