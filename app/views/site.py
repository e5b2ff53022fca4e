"""The address of this installation, as links in messages need it. What a request says of its host is not believed."""

from __future__ import annotations

import logging
from typing import Final

from flask import current_app, has_request_context, request

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
log = logging.getLogger("app.site")


def address() -> str:
    """SITE_URL; without it the own machine, where nobody else reaches the server. Else "": no message carries a link then."""
    set_up = str(current_app.config.get("SITE_URL") or "").rstrip("/")
    if set_up:
        return set_up
    if current_app.config.get("HOST", "127.0.0.1") not in LOOPBACK or current_app.config.get("TRUSTED_PROXIES"):
        log.error("SITE_URL is not set: messages carry no links")
        return ""
    if has_request_context() and request.host.partition(":")[0] in LOOPBACK:
        return request.host_url.rstrip("/")
    return f"http://{current_app.config.get('HOST', '127.0.0.1')}:{current_app.config.get('PORT', 8080)}"
