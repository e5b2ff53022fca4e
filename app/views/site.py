"""The address of this installation, as links in messages need it."""

from __future__ import annotations

from flask import current_app, has_request_context, request


def address() -> str:
    """SITE_URL; without it where the request came to, or where the server listens."""
    set_up = str(current_app.config.get("SITE_URL") or "").rstrip("/")
    if set_up:
        return set_up
    if has_request_context():
        return request.host_url.rstrip("/")
    return f"http://{current_app.config.get('HOST', '127.0.0.1')}:{current_app.config.get('PORT', 8000)}"
