"""What the racing processes do. Each has its own interpreter and connection, as workers on several hosts have."""

from __future__ import annotations

import os
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app.gateways.vault import Vault
from app.models.base import use_vault
from app.review import decide, desk, greens, queue
from app.rules.actor import Actor
from app.rules.refused import Refused

_start: list[Barrier] = []


def ready(barrier: Barrier) -> None:
    """Runs once in each process. The rows raced for hold no sealed values, so any key does."""
    use_vault(Vault({"k": b"k" * 32}, "k", b"i" * 32))
    _start.append(barrier)


def together(url: str, act: Callable[[Session], Any]) -> Any:
    """Connects, waits for the others, then acts."""
    engine = create_engine(url, poolclass=NullPool)
    with Session(engine) as session:
        session.connection()
        session.rollback()
        _start[0].wait(timeout=60)
        return act(session)


def outcome(act: Callable[[], Any]) -> str:
    """ "ok", or the code of the refusal."""
    try:
        act()
    except Refused as refusal:
        return refusal.code
    return "ok"


def work_the_queue(url: str, actor: Actor) -> list[int]:
    """Claims and approves until nothing is left; the rounds this process decided."""

    def act(session: Session) -> list[int]:
        done = []
        while (row := queue.claim_next(session, actor)) is not None:
            seen = {"version": row.version, "epoch": row.epoch, "digest": row.evidence_digest}
            done.append(decide.decide(session, actor, row.id, "approve", **seen)["id"])
        return done

    return together(url, act)


def decide_one(url: str, actor: Actor, round_id: int, seen: dict[str, Any], key: str | None) -> Any:
    """Decides one given round; the answer, or the code of the refusal."""

    def act(session: Session) -> Any:
        try:
            return decide.decide(session, actor, round_id, "approve", idempotency_key=key, **seen)
        except Refused as refusal:
            return refusal.code

    return together(url, act)


def approve_together(url: str, actor: Actor, items: list[tuple[int, int, str]]) -> list[str]:
    """Approves green items as one batch; "ok" or the code of each."""
    return together(url, lambda s: [o.code or "ok" for o in greens.batch(s, actor, items)])


def decide_each(url: str, actor: Actor, rounds: list[tuple[int, dict[str, Any]]]) -> list[str]:
    """Decides rounds one after the other."""
    return together(
        url,
        lambda s: [outcome(lambda r=r, seen=seen: decide.decide(s, actor, r, "approve", **seen)) for r, seen in rounds],
    )


def edit_each(url: str, actor: Actor, postings: list[int]) -> list[str]:
    """Edits postings one after the other."""
    return together(
        url,
        lambda s: [outcome(lambda p=p: desk.edit(s, actor, "posting", p, {"address": f"新址{p}号"})) for p in postings],
    )


def submit_one(url: str, actor: Actor, posting: int) -> str:
    """A double click on "submit"."""
    return together(url, lambda s: outcome(lambda: desk.submit(s, actor, "posting", posting)))


def add_pictures(url: str, actor: Actor, files: list[str]) -> list[str]:
    """Uploads pictures one after the other."""

    def content(file: str) -> dict[str, Any]:
        return {"slot": "image", "title": "", "files": [{"slot": "image", "file_id": file}]}

    return together(
        url, lambda s: [outcome(lambda f=f: desk.create(s, actor, "unit_media", content(f))) for f in files]
    )


def die_while_deciding(url: str, actor: Actor, round_id: int, seen: dict[str, Any]) -> None:
    """Everything is written and nothing committed when the process is gone."""
    ready(None)  # type: ignore[arg-type]
    with Session(create_engine(url, poolclass=NullPool)) as session:
        event.listen(session, "before_commit", lambda _: os._exit(9))
        decide.decide(session, actor, round_id, "approve", **seen)
