"""Settings from the environment. Every one has a safe default; docs/settings.md lists them all."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent


def truth(word: str) -> bool:
    """How a switch is written in the environment: 1, true, yes or on."""
    return word.strip().lower() in {"1", "true", "yes", "on"}


def kept_secrets(data_dir: Path) -> dict[str, str]:
    """Keys made at the first start and kept in DATA_DIR, readable by the owner only."""
    path = data_dir / "secrets.json"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        fresh = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "FIELD_KEYS": "k1:" + secrets.token_urlsafe(32),
            "INDEX_KEY": secrets.token_urlsafe(32),
        }
        part = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(fresh, out)
        try:
            os.link(part, path)  # two first starts at once: one wins, both read the winner's
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return json.loads(path.read_text())


def settings(env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The configuration of one process."""
    env = os.environ if env is None else env
    data_dir = Path(env.get("DATA_DIR") or ROOT / "data").resolve()
    named = ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY")
    kept = {} if all(env.get(n) for n in named) else kept_secrets(data_dir)
    return {
        # Where things are.
        "DATA_DIR": data_dir,
        "DATABASE_URL": env.get("DATABASE_URL", ""),  # empty: the embedded PostgreSQL under DATA_DIR
        "HOST": env.get("HOST", "127.0.0.1"),
        "PORT": int(env.get("PORT", "8080")),
        "WORKERS": int(env.get("WORKERS", "2")),
        "THREADS": int(env.get("THREADS", "8")),
        "REQUEST_SECONDS": float(
            env.get("REQUEST_SECONDS", "10")
        ),  # for the head of a request, and for a body beyond its size
        "STORAGE_URL": env.get("STORAGE_URL", ""),  # empty: files under DATA_DIR/files; s3://bucket otherwise
        "REDIS_URL": env.get("REDIS_URL", ""),  # empty: each process counts requests for itself
        "CLAMD_URL": env.get("CLAMD_URL", ""),  # empty: uploads are shown as not scanned
        # How SMS and mail leave; empty: they stay on the outbox screen.
        "SMTP_URL": env.get("SMTP_URL", ""),
        "MAIL_FROM": env.get("MAIL_FROM", ""),
        "SMS_URL": env.get("SMS_URL", ""),
        "SMS_KEY_ID": env.get("SMS_KEY_ID", ""),
        "SMS_SECRET": env.get("SMS_SECRET", ""),
        "SMS_TEMPLATES": env.get("SMS_TEMPLATES", ""),
        "SITE_URL": env.get("SITE_URL", "").rstrip("/"),
        # Host names the site answers to, with commas; empty: any. Others are refused.
        "TRUSTED_HOSTS": [name.strip() for name in env.get("ALLOWED_HOSTS", "").split(",") if name.strip()] or None,
        # Secrets. FIELD_KEYS: kid:key,... in base64url; the first seals, the rest still open old values.
        **{n: env.get(n) or kept[n] for n in named},
        # Demo accounts and data, only for trying out; never in production.
        "DEMO": truth(env.get("DEMO", "1")),
        "SCHEDULER": truth(env.get("SCHEDULER", "1")),
        # Behind a TLS proxy: cookies marked Secure, HSTS sent.
        "TLS": truth(env.get("TLS", "0")),
        # Reverse proxies in front, each of which adds to X-Forwarded-For; 0: the header is not believed.
        "TRUSTED_PROXIES": int(env.get("TRUSTED_PROXIES", "0")),
        # Times, in minutes unless the name says hours (GB/T 22239 practice, standards.md 2.4).
        "IDLE_MINUTES": int(env.get("IDLE_MINUTES", "30")),
        "STAFF_IDLE_MINUTES": int(env.get("STAFF_IDLE_MINUTES", "15")),
        "SESSION_HOURS": int(env.get("SESSION_HOURS", "12")),
        "STAFF_SESSION_HOURS": int(env.get("STAFF_SESSION_HOURS", "12")),
        "LOCK_MINUTES": int(env.get("LOCK_MINUTES", "30")),
        "PROOF_MINUTES": int(env.get("PROOF_MINUTES", "10")),
        "CAPTCHA": True,  # before registering, and after failed logins; no setting switches it off
        "SECOND_FACTOR": True,  # for the staff; no setting switches it off
        "UNDO_SECONDS": int(env.get("UNDO_SECONDS", "60")),
        # Flask and FAB.
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 10},
        "MAX_CONTENT_LENGTH": 210 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": truth(env.get("TLS", "0")),
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": "zh",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "BABEL_DEFAULT_FOLDER": "translations",
        "LANGUAGES": {"zh": {"flag": "cn", "name": "简体中文"}, "en": {"flag": "gb", "name": "English"}},
        "APP_NAME": "公就",
        "AUTH_TYPE": 1,  # passwords in the database
        "AUTH_ROLE_PUBLIC": "Public",
        "FAB_UPDATE_PERMS": False,  # permissions are written by the release step only
        "FAB_CREATE_DB": False,  # the schema belongs to the migrations
        "FAB_BASE_TEMPLATE": "base.html",
        "FAB_INDEX_VIEW": "app.views.home.HomeView",
        "FAB_SECURITY_MANAGER_CLASS": "app.views.security.SecurityManager",
        "FAB_MENU": "app.views.menu.LinearMenu",
        "FAB_API_SWAGGER_UI": False,
        "FAB_ADD_SECURITY_VIEWS": False,
        "FAB_ADD_SECURITY_PERMISSION_VIEW": False,
        "FAB_ADD_SECURITY_VIEW_MENU_VIEW": False,
        "FAB_ADD_SECURITY_PERMISSION_VIEWS_VIEW": False,
        "FAB_API_KEY_ENABLED": True,  # keys are ours (app/views/key_identity.py); the framework only asks whether one came along
        "FAB_API_MAX_PAGE_SIZE": 100,
        "JWT_ACCESS_TOKEN_EXPIRES": 3600,
        # A token is renewed as long as a login of the staff lasts, not for a month without a second factor.
        "JWT_REFRESH_TOKEN_EXPIRES": int(env.get("STAFF_SESSION_HOURS", "12")) * 3600,
    }
