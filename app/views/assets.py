"""Static files under addresses that change with their content: a browser asks for each version once and never again."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, has_request_context, request
from werkzeug.utils import safe_join

FOREVER = "public, max-age=31536000, immutable"
ICONS = "app/icons.svg"


@lru_cache(maxsize=512)
def version(folder: str, name: str) -> str:
    """Ten letters of what is in a file; "" where there is none."""
    path = safe_join(folder, name)
    if path is None or not Path(path).is_file():
        return ""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


def _versioned(endpoint: str, values: dict[str, Any]) -> None:
    """Every address of a static file that is built anywhere carries its version."""
    if (
        endpoint == "static"
        and "v" not in values
        and (found := version(str(current_app.static_folder), values["filename"]))
    ):
        values["v"] = found


def _keep(response: Response) -> Response:
    """The version asked for may be kept for a year; any other address is asked again."""
    if request.endpoint == "static" and response.status_code in (200, 304):
        asked, name = request.args.get("v"), (request.view_args or {}).get("filename", "")
        good = asked is not None and asked == version(str(current_app.static_folder), name)
        response.headers["Cache-Control"] = FOREVER if good else "no-cache"
    return response


@lru_cache(maxsize=512)
def _address(root: str, name: str) -> str:
    return f"{root}{current_app.static_url_path}/{name}?v={version(str(current_app.static_folder), name)}"


def address(name: str) -> str:
    """Where a static file is, with its version."""
    return _address(request.script_root if has_request_context() else "", name)


def install(app: Flask) -> None:
    """Makes addresses carry versions and answers say how long they hold."""
    app.url_defaults(_versioned)
    app.after_request(_keep)
