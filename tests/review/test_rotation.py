"""Key rotation: everything under the new key and nothing lost, killed in the middle or with others writing meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from flask_appbuilder import Model
from sqlalchemy import func, select, text

from app.gateways import vault as vaults
from app.gateways.vault import Vault
from app.models.accounts import Person
from app.models.base import use_vault, vault
from app.models.schools import School, Student
from app.models.system import LIST_PLACE, ImportRun
from app.models.units import Unit
from app.review import desk, rotation
from app.review.evidence import digest_of
from app.review.kinds import KINDS, content
from tests.conftest import ROOT, raw
from tests.review import samples

OLD, NEW = "old:" + "b" * 42 + "c", "new:" + "d" * 42 + "c"
INDEX, NEXT_INDEX = "a" * 42 + "c", "f" * 42 + "c"
KEYS = {"before": (OLD, INDEX), "after": (f"{NEW},{OLD}", f"{NEXT_INDEX},{INDEX}"), "new": (NEW, NEXT_INDEX)}
PHONE = "13800138000"


def ring(name: str) -> Vault:
    """The vault before, during and after a rotation."""
    return vaults.from_settings(*KEYS[name])


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    """The vault of the other tests comes back."""
    kept = vault()
    use_vault(ring("before"))
    yield
    use_vault(kept)


def people(session, number: int = 25) -> list[str]:
    """Students with phones, sealed with the key in use."""
    school = samples.school(session)
    phones = []
    for n in range(number):
        row = samples.student(school)
        row.student_no, row.id_number, row.phone = f"S{n}", f"31010119900101{n:04d}", f"139{n:08d}"
        row.index_personal()
        session.add(row)
        phones.append(row.phone)
    session.commit()
    return phones


def kids(session, table: str = "student", column: str = "phone") -> dict[str, int]:
    found = session.execute(text(f"SELECT split_part({column}, ':', 2), count(*) FROM {table} GROUP BY 1"))
    return {row[0]: row[1] for row in found}


def left_anywhere(session, kid: str) -> list[str]:
    """Columns of the whole database in whose text a token of this key stands, whatever their type."""
    found = []
    for table in Model.metadata.sorted_tables:
        said = text(f"SELECT count(*) FROM \"{table.name}\" AS t WHERE t::text LIKE '%v1:{kid}:%'")
        if session.scalar(said):
            found.append(table.name)
    return found


def test_nothing_is_left_under_the_old_key_in_any_table(app, session):
    storage = app.extensions["storage"]
    people(session)
    story = samples.Story(session, "unit_registration")
    unit, row = story.decided(contact_phone=PHONE)
    edit = samples.Story(session, "gig_offer")
    offer, _round = edit.decided()
    desk.edit(session, edit.sender, "gig_offer", offer.id, {"phone": "13555555555"}, offer.version)
    token = vault().seal("bGlzdA==", LIST_PLACE)
    run = ImportRun(entity="student", file_name="a.csv", file_digest="0" * 64, state="done", errors=[])
    run.file_id = storage.put(token.encode(), "csv")
    session.add(run)
    session.commit()
    old_file, digest = run.file_id, row.evidence_digest
    assert {"student", "unit", "review_evidence", "gig_offer"} <= set(left_anywhere(session, "old"))

    use_vault(ring("after"))
    done = rotation.rotate(session, vault(), storage, batch=10)
    session.expire_all()
    assert not done.failed
    assert left_anywhere(session, "old") == []
    assert not storage.exists(old_file)
    with storage.open(session.get(ImportRun, run.id).file_id) as stream:
        assert ring("new").open(stream.read().decode(), LIST_PLACE) == "bGlzdA=="
    use_vault(ring("new"))  # the old key is gone
    session.expire_all()
    assert session.get(Unit, unit.id).contact_phone == PHONE
    assert {s.phone[:3] for s in session.scalars(select(Student))} == {"139"}
    evidence = session.scalar(text(f"SELECT content FROM review_evidence WHERE digest = '{digest}'"))
    model = KINDS["unit_registration"].model
    assert content.unseal(model, "contact_phone", evidence["_sealed"]["contact_phone"]) == PHONE
    status = rotation.status(session, storage)
    assert {kid for counted in status.values() for kid in counted} == {"new"}


def test_evidence_keeps_its_digest_and_its_marks(app, session):
    story = samples.Story(session, "unit_registration")
    _unit, row = story.submitted(contact_phone=PHONE)
    read = text("SELECT content FROM review_evidence WHERE digest = :d")
    before = session.scalar(read, {"d": row.evidence_digest})
    use_vault(ring("after"))
    rotation.rotate(session, vault(), app.extensions["storage"], indexes=True)
    after = session.scalar(read, {"d": row.evidence_digest})
    assert before["_sealed"] != after["_sealed"]
    assert before["_marks"] == after["_marks"]
    assert digest_of(after) == row.evidence_digest
    again = content.seal(Unit, "contact_phone", PHONE)
    assert again[2] == after["_marks"]["contact_phone"], "or every old item would look changed"


def test_blind_indexes_are_made_anew_and_both_keys_find(app, session):
    phones = people(session, 3)
    old = set(session.scalars(select(Student.phone_hash)))
    use_vault(ring("after"))
    found = select(func.count()).where(Student.phone_hash.in_(vault().blinds(phones[0], "phone")))
    assert session.scalar(found) == 1, "while the rotation is still to come"
    done = rotation.rotate(session, vault(), app.extensions["storage"])
    assert session.scalar(found) == 1
    assert done.indexed >= 6
    new = set(session.scalars(select(Student.phone_hash)))
    assert not new & old
    assert new == {ring("new").blind(phone, "phone") for phone in phones}


def test_a_new_index_key_alone_needs_the_walk_over_all_rows(app, session):
    phones = people(session, 3)
    only_index = vaults.from_settings(OLD, f"{NEXT_INDEX},{INDEX}")
    use_vault(only_index)
    storage = app.extensions["storage"]
    assert rotation.rotate(session, vault(), storage).indexed == 0
    assert rotation.rotate(session, vault(), storage, indexes=True, batch=2).indexed >= 6
    assert set(session.scalars(select(Student.phone_hash))) == {only_index.blind(p, "phone") for p in phones}


def test_one_person_stored_twice_does_not_stop_the_others(app, session):
    """Stored under the old index and once more under the new one, before every writer looked for both."""
    phones = people(session, 3)
    first = session.scalars(select(Student).order_by(Student.id)).first()
    only_index = vaults.from_settings(OLD, f"{NEXT_INDEX},{INDEX}")
    use_vault(only_index)
    twin = samples.student(session.get(School, first.school_id), "twin")
    twin.id_number = first.id_number
    twin.index_personal()
    session.add(twin)
    session.commit()
    for _run in range(2):
        done = rotation.rotate(session, vault(), app.extensions["storage"], indexes=True, batch=2)
        assert {place for place, _row in done.twins} == {"student.id_hash", "student.phone_hash"}
        assert {row for _place, row in done.twins} == {str(first.id)}
    session.expire_all()
    new = {only_index.blind(phone, "phone") for phone in phones[1:]}
    assert new <= set(session.scalars(select(Student.phone_hash)))


def test_what_no_key_opens_is_counted_and_left_alone(app, session):
    people(session, 2)
    session.execute(text("UPDATE student SET phone = 'v1:lost:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAA'"))
    session.commit()
    use_vault(ring("after"))
    done = rotation.rotate(session, vault(), app.extensions["storage"])
    assert done.failed["student.phone"] >= 2
    assert kids(session) == {"lost": 2}
    assert kids(session, column="id_number") == {"new": 2}


def test_every_blind_index_says_what_it_is_made_of():
    """A new column that is forgotten here would be lost with the next index key."""
    silent = [
        f"{table.name}.{column.name}"
        for table in Model.metadata.sorted_tables
        for column in table.columns
        if "blind index" in (column.comment or "") and not {"index_of", "one_way"} & set(column.info)
    ]
    assert silent == []
    for place in rotation.places():
        assert all(source in place.sealed for source, _purpose in place.indexes.values()), place


def test_a_writer_in_between_wins(fresh_app, fresh_db):
    """The batch has read the row; before it writes, somebody stores another value: that one stays."""
    from app.extensions import db

    with fresh_app.app_context():
        use_vault(ring("before"))
        phones = people(db.session, 4)
        use_vault(ring("after"))
        real = vault().seal
        wrote = []

        def seal(plain: str, aad: str) -> str:
            if not wrote and aad == "student.phone":
                wrote.append(plain)
                fresh = real("13100000000", "student.phone")
                with psycopg.connect(raw(fresh_db), autocommit=True) as other:
                    other.execute(
                        "UPDATE student SET phone = %s WHERE phone_hash = %s",
                        (fresh, ring("before").blind(plain, "phone")),
                    )
            return real(plain, aad)

        vault().seal = seal  # type: ignore[method-assign]
        rotation.rotate(db.session, vault(), fresh_app.extensions["storage"], batch=2)
        db.session.expire_all()
        use_vault(ring("new"))
        stored = sorted(row.phone for row in db.session.scalars(select(Student)))
        assert stored == sorted([*(p for p in phones if p != wrote[0]), "13100000000"])
        assert {r.phone_hash for r in db.session.scalars(select(Student))} == {
            ring("new").blind(p, "phone") for p in stored
        }


@pytest.mark.slow
def test_while_others_write_nothing_is_lost(fresh_app):
    """Slow: a second for the writers. One still has the old configuration: its values are taken by a later pass."""
    from app.extensions import db

    with fresh_app.app_context():
        use_vault(ring("before"))
        people(db.session, 60)
        keys = list(db.session.scalars(select(Student.id)))
        db.session.remove()
        stop, last, engine = threading.Event(), {}, db.engine

        def write(number: int, own: Vault) -> None:
            n = 0
            while not stop.is_set():
                n += 1
                key, phone = keys[(n * 7 + number) % len(keys)], f"13{number}{n:08d}"
                with engine.begin() as connection:
                    row = "SELECT id FROM student WHERE id = :k FOR UPDATE"
                    connection.execute(text(row), {"k": key})
                    sealed = {"k": key, "p": own.seal(phone, "student.phone"), "h": own.blind(phone, "phone")}
                    connection.execute(text("UPDATE student SET phone = :p, phone_hash = :h WHERE id = :k"), sealed)
                    last[key] = phone

        writers = [threading.Thread(target=write, args=(n, ring(name))) for n, name in ((1, "before"), (2, "after"))]
        for one in writers:
            one.start()
        use_vault(ring("after"))
        rotation.rotate(db.session, vault(), fresh_app.extensions["storage"], batch=5)
        stop.set()
        for one in writers:
            one.join()
        rotation.rotate(db.session, vault(), fresh_app.extensions["storage"], batch=5)
        use_vault(ring("new"))
        db.session.expire_all()
        assert kids(db.session) == {"new": 60}
        stored = {row.id: row.phone for row in db.session.scalars(select(Student))}
        assert {key: stored[key] for key in last} == last


@pytest.mark.slow
def test_killed_in_the_middle_it_goes_on_where_it_was(fresh_app, fresh_db, data_dir):
    """Slow: two processes of the real command, the first of which is killed while it works."""
    from app.extensions import db

    with fresh_app.app_context():
        use_vault(ring("before"))
        phones = people(db.session, 300)
        db.session.remove()
        keys, index = KEYS["after"]
        env = os.environ | {
            "DATABASE_URL": fresh_db, "DATA_DIR": str(data_dir), "FIELD_KEYS": keys, "INDEX_KEY": index, "DEMO": "0",
            "SECRET_KEY": "x" * 48,
        }  # fmt: skip
        command = [sys.executable, "-m", "flask", "--app", "app", "keys"]
        first = subprocess.Popen([*command, "rotate", "--batch", "1"], env=env, cwd=ROOT)
        deadline = time.monotonic() + 60
        while kids(db.session).get("new", 0) < 5 and first.poll() is None and time.monotonic() < deadline:
            db.session.rollback()
            time.sleep(0.02)
        first.send_signal(signal.SIGKILL)
        first.wait()
        db.session.rollback()
        half = kids(db.session)
        assert half.get("old", 0) > 0
        assert half.get("new", 0) > 0
        use_vault(ring("after"))
        assert sorted(r.phone for r in db.session.scalars(select(Student))) == phones, "both keys open meanwhile"
        assert subprocess.run([*command, "status"], env=env, cwd=ROOT, capture_output=True).returncode == 1
        done = subprocess.run([*command, "rotate"], env=env, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        status = subprocess.run([*command, "status"], env=env, cwd=ROOT, capture_output=True, text=True)
        assert status.returncode == 0, status.stdout
        db.session.rollback()
        db.session.expire_all()
        assert kids(db.session) == {"new": 300}
        use_vault(ring("new"))
        assert sorted(r.phone for r in db.session.scalars(select(Student))) == phones
        assert db.session.scalar(text("SELECT count(*) FROM review_event WHERE action = 'keys_rotated'")) == 1


def test_persons_have_their_indexes_in_the_rotation():
    person = next(place for place in rotation.places() if place.name == Person.__tablename__)
    wanted = {"id_hash": ("id_number", "id_number"), "phone_hash": ("phone", "phone")}
    assert wanted.items() <= person.indexes.items()
