"""Settings from the environment. All local state lives under the instance folder (`PORTAL_INSTANCE` moves it)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def instance_folder() -> Path:
    folder = Path(os.environ.get("PORTAL_INSTANCE", ROOT / "instance")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def kept_once(file: Path, content: bytes) -> None:
    """Write a secret that is readable by its owner alone; of two processes at once the first one's stays."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    temporary.touch(mode=0o600)
    temporary.write_bytes(content)
    try:
        os.link(temporary, file)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()


def _kept_secret(folder: Path, name: str) -> str:
    """A random secret made once and kept beside the data."""
    file = folder / name
    if not file.exists():
        kept_once(file, secrets.token_hex(32).encode())
    return file.read_text().strip()


def load(overrides: dict[str, Any] | None = None) -> dict[str, Any]:
    """The configuration of one process, in Flask's names."""
    given = overrides or {}
    folder = Path(given["INSTANCE"]) if "INSTANCE" in given else instance_folder()
    folder.mkdir(parents=True, exist_ok=True)
    env = os.environ
    demo = env.get("PORTAL_DEMO", "0") == "1"
    production = env.get("PORTAL_PRODUCTION", "0") == "1"
    config: dict[str, Any] = {
        "INSTANCE": folder,
        "SECRET_KEY": env.get("PORTAL_SECRET_KEY") or _kept_secret(folder, "secret_key"),
        "SQLALCHEMY_DATABASE_URI": env.get("DATABASE_URL", f"sqlite:///{folder / 'portal.db'}"),
        "BROKER_URL": env.get("BROKER_URL", f"filesystem://{folder / 'broker'}"),
        "BASE_URL": env.get("PORTAL_BASE_URL", "http://127.0.0.1:" + env.get("PORT", "8000")),
        "MAIL_SERVER": env.get("MAIL_SERVER", ""),  # host:port; empty writes letters to instance/mail
        "MAIL_FROM": env.get("MAIL_FROM", "portal@localhost"),
        "CLAMD": env.get("CLAMD", ""),
        "DEMO": demo,
        "PRODUCTION": production,
        "PROXIES": int(env.get("PORTAL_PROXIES", "0")),  # trusted proxies in front, for addresses and the scheme
        "OFFICIAL_MASTHEAD": env.get("PORTAL_OFFICIAL_MASTHEAD", "0") == "1",
        "MAX_CONTENT_LENGTH": 210 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
        "WTF_CSRF_TIME_LIMIT": None,
        "SESSION_COOKIE_NAME": "__Host-portal" if production else "portal",
        "SESSION_COOKIE_SECURE": production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_HOURS": 12,
        "AUDITOR_MAIL": env.get("PORTAL_AUDITOR_MAIL", ""),
        "VERSION": "0.1.0",
        "TESTING": False,
    }
    config.update(given)
    return config
