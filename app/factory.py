"""Puts the house together: config, database, FAB, registry, web hooks, commands."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask
from flask_appbuilder import AppBuilder
from werkzeug.middleware.proxy_fix import ProxyFix

from app import cli, compiled, jobs
from app.extensions import csrf, db
from app.gateways import malware, messengers, pace, prepared, schema, storage, vault
from app.gateways.database import database_url
from app.models.base import use_vault
from app.views import gate, routes, web
from config import ROOT, settings


def build(overrides: dict[str, Any]) -> Flask:
    """An application bound to its database. Writes nothing: the schema is the release step's job."""
    app = Flask("app", root_path=str(ROOT / "app"), template_folder="templates", static_folder="static")
    app.url_rule_class = routes.LateRule
    named = {"DATA_DIR": str(overrides["DATA_DIR"])} if "DATA_DIR" in overrides else {}
    app.config.update(settings({**os.environ, **named}))
    app.config.update(overrides)
    if "SQLALCHEMY_DATABASE_URI" not in app.config:  # asking for an address may start a database
        app.config["SQLALCHEMY_DATABASE_URI"] = database_url(app.config["DATABASE_URL"], app.config["DATA_DIR"])
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "translations")
    use_vault(vault.from_settings(app.config["FIELD_KEYS"], app.config["INDEX_KEY"]))
    app.extensions["storage"] = storage.from_settings(app.config["STORAGE_URL"], app.config["DATA_DIR"] / "files")
    app.extensions["malware"] = malware.from_settings(app.config["CLAMD_URL"])
    app.extensions["messengers"] = messengers.from_settings(app.config)
    app.extensions["pace"] = pace.Pace(app.config["REDIS_URL"])
    db.init_app(app)
    schema.install(app, db)
    with app.app_context():
        prepared.install(db.engine)
    hops = app.config["TRUSTED_PROXIES"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    web.before_fab(app)
    csrf.init_app(app)  # after the gate: somebody whose session has ended is led to the login, not told of a token
    app.config["FAB_ROLES"] = compiled.fab_roles()
    app.extensions["grants"] = compiled.grants()
    app.extensions["functions"] = compiled.functions()
    app.extensions["menu"] = compiled.menu()
    appbuilder = AppBuilder()  # one per application: FAB keeps its views on it
    with app.app_context():
        appbuilder.init_app(app, db.session)
        compiled.register(appbuilder)
        compiled.assert_safe(appbuilder)
        app.extensions["open_endpoints"] = gate.open_endpoints(appbuilder)
    web.after_fab(app)
    app.cli = cli.LateGroup(app.name)
    app.extensions["jobs"] = jobs.JOBS
    app.extensions["run_job"] = jobs.run_now
    jobs.hooks(app)
    return app
