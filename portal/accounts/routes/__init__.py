"""Sign-in, one's own account, and the office's pages about people."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("accounts", __name__)

from portal.accounts.routes import (  # noqa: E402, F401
    absences,
    account,
    affiliations,
    doubles,
    frame,
    office,
    passwords,
    relations,
    sign_in,
)
