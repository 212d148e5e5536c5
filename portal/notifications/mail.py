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
    link = address(letter.link or "/", letter.language, base_url)
    made = EmailMessage(policy=SMTP)
    made["Subject"] = letter.subject
    made["From"], made["To"] = sender, letter.email
    made["Message-ID"] = f"<{letter.public_id}@portal>"
    made["Content-Language"] = letter.language
    made["Auto-Submitted"] = "auto-generated"
    before, _, after = letter.body.rpartition("{link}")  # the last one is ours, whatever people wrote before it
    made.set_content(f"{before}{link}{after}")
    anchor = f'<a href="{escape(link)}">{escape(link)}</a>'
    escaped = f"{escape(before)}\0{escape(after)}".replace("\n\n", "</p><p>").replace("\n", "<br>")
    paragraphs = f"<p>{escaped}</p>".replace("\0", anchor)
    made.add_alternative(
        f'<!doctype html><html lang="{letter.language}"><body style="font:16px/1.6 sans-serif">{paragraphs}</body></html>',
        subtype="html",
    )
    return made


def address(path: str, language: str, base_url: str) -> str:
    """The whole address of an own path, as it stands in a letter of that language."""
    return base_url.rstrip("/") + _in_language(path, language)


def _in_language(path: str, language: str) -> str:
    """Who opens it without signing in reads the page in the letter's language; Korean is the default."""
    if language == "ko":
        return path
    place, mark, fragment = path.partition("#")
    return f"{place}{'&' if '?' in place else '?'}lang={language}{mark}{fragment}"


class NotTaken(Exception):
    """The server was not reached or refused the message: it has not left."""


REFUSALS = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError)


def deliver(made: EmailMessage, letter_id: str, server: str, folder: Path) -> None:
    """Hand the message over. Raises NotTaken; any other error leaves open whether it left."""
    if server:
        _by_smtp(made, server)
        return
    temporary = folder / f".{letter_id}.tmp"
    temporary.write_bytes(bytes(made))
    temporary.replace(folder / f"{letter_id}.eml")


def _by_smtp(made: EmailMessage, server: str) -> None:
    host, _, port = server.partition(":")
    try:
        smtp = smtplib.SMTP(host, int(port or 25), timeout=30)
    except (OSError, smtplib.SMTPException) as error:
        raise NotTaken(str(error)) from error
    try:
        smtp.send_message(made)
    except REFUSALS as error:
        raise NotTaken(str(error)) from error
    finally:
        smtp.close()
