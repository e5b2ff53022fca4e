"""Every operation of the API against its own description: whatever is sent, no error of the server, no answer untold.

Values come from the described schemas and from a list of the usual nuisances; the walk is the same at every run.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.rules.actor import Role
from tests.views import world as made
from tests.views.people import PASSWORD

ROLES = (Role.SYSADMIN, Role.OPERATOR, Role.LEAD, Role.HANDLER, Role.AUDITOR)
NASTY: list[Any] = [
    None, True, "", " ", "0", "-1", 0, -1, 2**31, 2**63, 2**64, 1.5, 1e308, [], {}, [None], [[]], [{}], {"id": {}}, "\x00", "'", "%",
    "a" * 5000, "2026-02-30", "9999-12-31T23:59:60+99:99", "<script>", "{title}", "\ud83d\ude00", "\u202e", "NaN",
    "00000000-0000-0000-0000-000000000000", "../..",
]  # fmt: skip
KEYS = [
    "1",
    "0",
    "-1",
    "999999999999999999999",
    "310120",
    "x",
    "%00",
    "a b",
    "'",
    "R01",
    "round_returned",
    "2026-01-01",
    "\u4e2d",
]
BODIES = [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"a": NaN}', b"{" + b'"a":{' * 500, b'{"version": 1e999}']
FEW = settings(
    max_examples=5, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture(scope="session")
def world(request, server_url, template_url, data_dir):
    return made.shared(request.session, server_url, template_url, data_dir)


def value(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Something that fits now and then, and a nuisance otherwise."""
    kind = schema.get("type")
    fitting: st.SearchStrategy[Any] = st.sampled_from(schema["enum"]) if schema.get("enum") else st.text(max_size=12)
    if kind == "integer" and not schema.get("enum"):
        fitting = st.integers(-5, 400)
    elif kind == "boolean":
        fitting = st.booleans()
    elif kind == "array":
        fitting = st.lists(value(schema.get("items", {})), max_size=3)
    elif schema.get("format") == "date":
        fitting = st.dates().map(str)
    elif kind == "object":
        fitting = st.dictionaries(st.sampled_from(["valid_until", "x", "version"]), st.sampled_from(NASTY), max_size=2)
    return st.one_of(fitting, fitting, st.sampled_from(NASTY))


def sent(operation: dict[str, Any]) -> st.SearchStrategy[Any]:
    """A body: an object of described and strange members, or no JSON at all."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    members = content.get("schema", {}).get("properties", {})
    described = st.fixed_dictionaries({}, optional={name: value(shape) for name, shape in members.items()})
    strange = st.dictionaries(st.sampled_from(["id", "status", "x", "version", ""]), st.sampled_from(NASTY), max_size=2)
    whole = st.tuples(described, strange).map(lambda pair: json.dumps(pair[0] | pair[1]).encode())
    full = st.fixed_dictionaries({name: value(shape) for name, shape in members.items()}).map(
        lambda o: json.dumps(o).encode()
    )
    return st.one_of(whole, full, full, st.sampled_from(BODIES))


def real_keys(client: Any, tokens: dict[Role, str], path: str) -> list[str]:
    """Keys of rows that some of the roles see in the list beside."""
    if not path.startswith("/api/v1/") or "{pk}" not in path:
        return []
    listed = (client.get(path.partition("{pk}")[0], headers={"Authorization": f"Bearer {t}"}) for t in tokens.values())
    return [str(row["id"]) for page in listed if page.status_code == 200 for row in page.json["result"][:2]]


def answers(world: made.World, tokens: dict[Role, str], path: str, method: str, operation: dict[str, Any]) -> list[str]:
    """What was wrong with the answers to one operation."""
    wrong: set[str] = set()
    names = [one for one in operation.get("parameters", []) if "in" in one]
    told = set(map(str, operation["responses"]))
    client = world.app.test_client(use_cookies=False)
    real = real_keys(client, tokens, path)
    keys = [*real, *real, *real, *KEYS]

    @FEW
    @given(data=st.data())
    def walk(data: Any) -> None:
        address, query, headers = path, [], {}
        for one in names:
            if one["in"] == "path":
                key = data.draw(st.sampled_from(keys))
                address = address.replace(f"{{{one['name']}}}", quote(key, safe="%"))
            elif one["in"] == "query" and data.draw(st.booleans()):
                query.append(f"{one['name']}={quote(str(data.draw(value(one.get('schema', {})))), errors='replace')}")
        role = data.draw(st.sampled_from([*ROLES, *ROLES, None]))
        if role is not None:
            headers["Authorization"] = f"Bearer {tokens[role]}"
        body = data.draw(sent(operation)) if method in ("post", "put", "patch") else None
        where = f"{address}?{'&'.join(query)}" if query else address
        answer = client.open(where, method=method.upper(), data=body, headers=headers, content_type="application/json")
        if answer.status_code >= 500 or str(answer.status_code) not in told:
            wrong.add(f"{method} {path}: {answer.status_code} untold ({where[:120]} {(body or b'')[:120]!r})")

    walk()
    return sorted(wrong)[:3]


@pytest.mark.slow  # some thousand requests: every operation, several times
def test_every_answer_is_told_and_none_is_an_error_of_the_server(world):
    with made.undone(world):
        client, tokens = world.app.test_client(use_cookies=False), {}
        for role in ROLES:
            login = {"username": world.names[role], "password": PASSWORD, "provider": "db"}
            tokens[role] = client.post("/api/v1/security/login", json=login).json["access_token"]
        paths = client.get("/api/v1/_openapi").json["paths"]
        wrong = []
        for path, operations in sorted(paths.items()):
            for method, operation in operations.items():
                if method in ("get", "post", "put", "delete", "patch") and "/security/" not in path:
                    wrong += answers(world, tokens, path, method, operation)
    assert wrong == [], "\n".join(wrong)
