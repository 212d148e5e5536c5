"""The blueprint that every module of these routes adds to."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("ranking", __name__)
