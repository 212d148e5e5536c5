from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from portal.programs.models import Call
from portal.programs.service import CallFacts

bp = Blueprint("programs", __name__)


def settings_address(call: Call) -> str:
    return url_for("programs.settings", public_id=call.public_id)


def facts_of(form: Any) -> CallFacts:
    """What was typed into a FactsForm."""
    return CallFacts(form.call_code.data, dict(form.call_names.data), form.opens_at.data, form.closes_at.data)
