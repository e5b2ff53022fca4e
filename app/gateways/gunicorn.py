"""Settings of the production server (gunicorn, threads, requests read whole before a thread takes them)."""

from __future__ import annotations

from typing import Any

from config import settings

_settings = settings()

bind = f"{_settings['HOST']}:{_settings['PORT']}"
workers = _settings["WORKERS"]
threads = _settings["THREADS"]
worker_class = "app.gateways.patient.PatientWorker"
preload_app = True
timeout = 120
graceful_timeout = 20
keepalive = 5
accesslog = None
errorlog = "-"
loglevel = "warning"
limit_request_line = 8190
proc_name = "gongjiu"
control_socket_disable = True  # nobody steers the server past its signals


def post_fork(server: Any, worker: Any) -> None:
    """Each worker opens its own connections; one of them will lead the scheduler."""
    application = worker.app.wsgi()
    application.extensions["after_fork"]()


def worker_exit(server: Any, worker: Any) -> None:
    """Gives the scheduler's lead to another worker at once."""
    application = worker.app.wsgi()
    application.extensions["before_exit"]()
