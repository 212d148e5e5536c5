"""create_app: configuration, extensions, blueprints, the request's frame, errors, and the census of policies."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import logging
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, redirect, render_template, request, session, url_for
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.accounts import queries as accounts
from portal.audit import service as audit
from portal.demo.doors import demo_people
from portal.platform import clock, config, formats, skew, storage
from portal.platform.access import arrived, public
from portal.platform.broker import Doorbell
from portal.platform.context import VISITOR, Actor
from portal.platform.db import db, prepare_engine
from portal.platform.errors import DomainError
from portal.platform.language import LANGUAGES, Text, language, say, t, use_language
from portal.platform.transaction import database_is_up, on_commit, publish_with
from portal.platform.web import ActionForm, answer_to_repetition

FEATURES = (
    "accounts", "budgets", "programs", "conflicts", "applications", "screening", "routing", "reviews", "ranking",
    "awards", "notifications", "desks.public", "desks.applicant", "desks.reviewer", "desks.officer",
    "desks.auditor", "desks.person", "desks.preview", "demo",
)  # fmt: skip
MODEL_ROOMS = (
    "audit", "accounts", "budgets", "programs", "conflicts", "applications", "screening", "routing", "reviews",
    "ranking", "awards", "notifications",
)  # fmt: skip
ROOT = Path(__file__).resolve().parents[1]
SERVICE_NAME = Text("AI 연구지원 포털", "AI Grant Portal")

log = structlog.get_logger()
csrf = CSRFProtect()


class UnguardedRoute(RuntimeError):
    """A route without a policy: the app does not start."""


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """The portal's web application; also what commands and workers use for its configuration and database."""
    settings = config.load(overrides)
    app = Flask(
        "portal", root_path=str(ROOT / "portal"), template_folder=str(ROOT / "templates"),
        instance_path=str(settings["INSTANCE"]),
    )  # fmt: skip
    app.config.from_mapping(settings)
    if app.config["DEMO"]:
        app.config["DEMO_PEOPLE"] = demo_people
    if app.config["PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=app.config["PROXIES"], x_proto=app.config["PROXIES"])  # type: ignore[method-assign]
    open_rooms(app)
    for room in MODEL_ROOMS:
        importlib.import_module(f"portal.{room}.models")
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "portal" / "migrations"), render_as_batch=False)
    with app.app_context():
        prepare_engine(db.engine)
    csrf.init_app(app)
    on_commit(audit.seal)
    _prepare_templates(app)
    _frame_requests(app)
    _map_errors(app)
    _register(app)
    census(app)
    if not app.config["TESTING"]:
        with app.app_context():
            skew.alarm()
            db.engine.dispose()
    return app


def open_rooms(app: Flask) -> None:
    """The folders, the clock, the files and the doorbell of the instance that the configuration names."""
    folder: Path = app.config["INSTANCE"]
    for name in ("files", "mail", "broker"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    clock.configure(folder, movable=app.config["DEMO"])
    storage.configure(folder / "files")
    publish_with(Doorbell(app.config["BROKER_URL"], folder).ring)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )


def _prepare_templates(app: Flask) -> None:
    for name in (
        "money", "money_exact", "moment", "moment_for", "day", "clock_time", "left", "duration", "file_size", "playing_time", "number", "quantity",
        "quantity_exact",
    ):  # fmt: skip
        app.jinja_env.filters[name] = getattr(formats, name)
    app.jinja_env.filters["say"] = say
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @lru_cache(maxsize=256)
    def static_url(path: str) -> str:
        stamp = hashlib.sha256((ROOT / "portal" / "static" / path).read_bytes()).hexdigest()[:10]
        return url_for("static", filename=path, v=stamp)

    app.jinja_env.globals.update(t=t, say=say, static_url=static_url, page_zone=formats.page_zone)

    @app.context_processor
    def frame() -> dict[str, Any]:
        from portal.desks.frame import page_frame

        actor: Actor = g.get("actor", VISITOR)
        call = g.get("call")
        signed_in = actor.person_id is not None
        frame = {
            "viewer": actor if signed_in else None, "lang": language(), "now": g.get("now") or clock.now(),
            "csp_nonce": g.get("nonce", ""), "version": app.config["VERSION"], "service_name": say(SERVICE_NAME),
            "demo": {"clock": clock.now(), "offset": bool(clock.offset())} if app.config["DEMO"] else None,
            "other_language_url": _other_language(), "action_form": ActionForm, "preview_of": call.preview_of if call is not None else None,
            "device_key": _device_key(app, actor.person_id) if signed_in else "",
        }  # fmt: skip
        return frame | page_frame(actor)


def _device_key(app: Flask, person_id: int | None) -> str:
    """Under which a person's unsent text is kept on their device: tells nothing, and is another person's never."""
    secret = app.config["SECRET_KEY"].encode()
    return hashlib.sha256(b"device:" + secret + f":{person_id}".encode()).hexdigest()[:20]


def _other_language() -> str:
    other = next(code for code in LANGUAGES if code != language())
    if request.method != "GET" or request.endpoint is None:
        return f"{request.path}?lang={other}"
    arguments = request.args.to_dict(flat=False) | {"lang": [other]}
    return url_for(request.endpoint, **(request.view_args or {}) | arguments)


def _frame_requests(app: Flask) -> None:
    if _as_the_call_speaks not in arrived:
        arrived.append(_as_the_call_speaks)

    @app.before_request
    def stamp() -> None:
        if request.method == "POST":
            request.form  # noqa: B018 - reads the whole request before it is stamped
        g.now = clock.now()
        g.nonce = secrets.token_urlsafe(16)
        g.actor, g.subject = VISITOR, None
        if request.endpoint != "static" and (token := session.get("token")):
            g.actor = accounts.actor_of_session(token, clock.real_now()) or VISITOR
        _choose_language()
        formats.use_zone(None)
        g.call = None

    @app.after_request
    def headers(response: Response) -> Response:
        nonce = g.get("nonce", "")
        defaults = {
            "Content-Security-Policy": (
                f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
                "img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; form-action 'self'; object-src 'none'"
            ),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "X-Frame-Options": "SAMEORIGIN",
        }
        for name, value in defaults.items():
            response.headers.setdefault(name, value)
        if request.endpoint == "static" and "v" in request.args:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        elif request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def _as_the_call_speaks(subject: object) -> None:
    """A page of a call tells times in the call's zone, and speaks its language to whoever has chosen none."""
    from portal.desks.frame import call_of

    g.call = call_of(subject)
    if g.call is None:
        return
    spoken = g.call.definition
    formats.use_zone(spoken.time_zone)
    if language() not in spoken.languages and not session.get("lang") and g.actor.person_id is None:
        use_language(spoken.languages[0])


def _choose_language() -> None:
    """`?lang=` sets it for the session, then the person's setting, then the browser's, then Korean."""
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        session["lang"] = asked
    use_language(session.get("lang") or (g.actor.language if g.actor.person_id else _of_browser()))


def _of_browser() -> str | None:
    """Whoever reads no Korean gets English; a browser that says nothing, the default."""
    accepted = request.accept_languages
    return (accepted.best_match(LANGUAGES) or "en") if accepted else None


ERRORS = {400, 401, 403, 404, 405, 409, 413, 422, 429, 500}


def _map_errors(app: Flask) -> None:
    def answer(status: int, sentence: str | None = None, **more: str) -> tuple[str, int] | tuple[Response, int]:
        if request.accept_mimetypes.best == "application/json" or request.headers.get("X-Requested-With"):
            return jsonify(error=sentence or status, errors={"": [sentence]} if sentence else {}), status
        shown = status if status in ERRORS and status != 401 else (403 if status == 401 else 400)
        return render_template(f"errors/{shown}.html", sentence=sentence, **more), status

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> Any:
        return answer(error.status, None if error.status == 404 else error.sentence())

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> Any:
        sentence = Text(
            "보안 확인값이 오래되었습니다. 페이지를 새로 연 뒤 다시 보내 주십시오.",
            "The page's security token is out of date. Open the page again, then send it once more.",
        )
        return answer(400, say(sentence))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Any:
        if error.code is not None and 300 <= error.code < 400:
            return error
        repeated = answer_to_repetition() if error.code in (403, 404, 409) else None
        return repeated if repeated is not None else answer(error.code or 500)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Any:
        if app.config["TESTING"]:
            raise error
        reference = secrets.token_hex(6)
        log.exception("request.failed", path=request.path, reference=reference)
        db.session.rollback()
        g.actor = VISITOR  # the page of a broken database must not ask it anything
        return answer(500, reference=reference)


def _found(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _register(app: Flask) -> None:
    for feature in FEATURES:
        for room, attribute in (("routes", "bp"), ("commands", "cli")):
            if not _found(f"portal.{feature}.{room}"):
                continue
            part = getattr(importlib.import_module(f"portal.{feature}.{room}"), attribute)
            if attribute == "bp":
                app.register_blueprint(part)
            else:
                app.cli.add_command(part)
    from portal.audit.commands import cli as audit_cli

    app.cli.add_command(audit_cli)

    @app.get("/health")
    @public
    def health() -> Response:
        up = database_is_up(db.session())
        found = skew.measure()
        return jsonify(ok=up, clock={"off_ms": found.milliseconds, "alarm": found.alarming})

    @app.get("/language/<code>")
    @public
    def choose_language(code: str) -> Any:
        if code in LANGUAGES:
            session["lang"] = code
        return redirect("/")


OPEN_ENDPOINTS = {"static"}


def census(app: Flask) -> None:
    """Every route carries a policy or `@public`; otherwise the app refuses to start."""
    bare = sorted(
        f"{rule.endpoint} ({rule.rule})"
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in OPEN_ENDPOINTS
        and not rule.endpoint.endswith(".static")
        and getattr(app.view_functions[rule.endpoint], "policy", None) is None
    )
    if bare:
        raise UnguardedRoute("no policy: " + ", ".join(bare) + " - put @guard(policy) or @public on the view")
