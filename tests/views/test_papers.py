"""Papers in PDF: taken where the slot says so, shown page by page to whom the paper is shown, downloaded as a file."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import func, select

from app.gateways import pdfs
from app.gateways.turns import Turns
from app.models.agencies import CertificationMaterial
from app.models.files import StoredFile
from app.models.units import UnitMaterial
from app.review import desk, purging
from app.review.files import store_pdf
from app.review.kinds import KINDS
from app.rules.actor import Role
from app.rules.refused import Refused
from tests.gateways.test_pdfs import pdf
from tests.review.samples import Story
from tests.views import world as made

STRANGERS = (Role.SEEKER, Role.STUDENT, Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR)
ADD = "/employercertificationview/add"


@pytest.fixture(scope="module")
def world(request, server_url, template_url, data_dir):
    return made.shared(request.session, server_url, template_url, data_dir)


def kept(session: Any, uploaded_by: int | None = None, pages: int = 3) -> StoredFile:
    """A paper of some pages, as an upload leaves it."""
    places = current_app.extensions["storage"], current_app.extensions["malware"]
    return store_pdf(session, *places, pdf(pages=pages), "电子营业执照.pdf", uploaded_by=uploaded_by)


@pytest.fixture
def paper(world):
    """The licence of the unit of this side, in PDF."""
    with made.undone(world) as session, world.app.test_request_context():
        file = kept(session)
        session.add(UnitMaterial(unit_id=world.rows["UnitView"]["a"], slot="licence", file_id=file.id))
        session.commit()
        yield file


def fetched(client: Any, *ways: str) -> list[Any]:
    """Whole answers: what is streamed is taken and closed."""
    return [client.get(way, buffered=True) for way in ways]


def codes(world: Any, role: Role, ways: list[str]) -> list[int]:
    return [answer.status_code for answer in fetched(world.people[role].client, *ways)]


def test_who_may_see_the_paper_sees_its_pages_and_nobody_else(world, paper):
    ways = [f"/files/{paper.id}{way}" for way in ("", "/thumb", "/pages/", "/pages/1", "/pages/3")]
    for role in (Role.OWNER, Role.REVIEWER):
        assert codes(world, role, ways) == [200] * 5, role
    for role in STRANGERS:
        assert codes(world, role, ways) == [404] * 5, role
    assert [world.app.test_client().get(way).status_code for way in ways] == [404, 404, 302, 302, 302]
    beyond = [f"/files/{paper.id}/pages/{number}" for number in (0, 4, 99999999999999999999)]
    assert codes(world, Role.OWNER, beyond) == [404] * 3


def test_the_original_is_a_download_and_a_page_is_a_picture(world, paper):
    answer, page = fetched(world.people[Role.REVIEWER].client, f"/files/{paper.id}", f"/files/{paper.id}/pages/2")
    assert answer.data == pdf(pages=3)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert (answer.mimetype, page.mimetype) == ("application/octet-stream", "image/webp")
    for one in (answer, page):
        assert one.headers["X-Content-Type-Options"] == "nosniff"
        assert one.headers["Cache-Control"] == "private, no-store"
        assert one.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_the_record_and_the_page_of_the_paper_lead_to_every_page(world, paper):
    record = world.get(Role.REVIEWER, f"/unitview/show/{world.rows['UnitView']['a']}").text
    whole = world.get(Role.REVIEWER, f"/files/{paper.id}/pages/").text
    for number in (1, 2, 3):
        assert f'href="/files/{paper.id}/pages/{number}"' in record
        assert f'href="/files/{paper.id}/pages/{number}"' in whole
    for text in (record, whole):
        assert f'href="/files/{paper.id}" download' in text
        assert "3页" in text


def test_a_picture_has_no_pages(world):
    with made.undone(world) as session, world.app.test_request_context():
        medium = session.scalars(
            select(StoredFile.id)
            .where(StoredFile.mime == "image/jpeg", StoredFile.uploaded_by_id.is_not(None))
            .limit(1)
        ).one()
        assert world.get(Role.OWNER, f"/files/{medium}/pages/").status_code == 404


def sent(world: Any, name: str, data: bytes, slot: str = "employment_proof") -> Any:
    values = {"title": "人事主管", f"file_{slot}": (io.BytesIO(data), name)}
    return world.post(Role.OWNER, ADD, values, content_type="multipart/form-data")


def test_a_proof_in_pdf_is_taken_in(world):
    with made.undone(world) as session:
        answer = sent(world, "在职证明.pdf", pdf(pages=2))
        assert answer.status_code == 302, answer.text
        newest = select(CertificationMaterial).order_by(CertificationMaterial.id.desc()).limit(1)
        file = session.get_one(StoredFile, session.scalars(newest).one().file_id)
        assert (file.mime, file.pages, file.name) == ("application/pdf", 2, "在职证明.pdf")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pdf(catalog=b"/OpenAction << /S /JavaScript /JS (1) >>"), "含有脚本"),
        (pdf(trailer=b"/Encrypt 100 0 R"), "密码或权限"),
        (pdf(pages=21), "21页"),
        (b"%PDF-1.7 nothing", "无法读取"),
        (pdf() + b"PK\x03\x04", "夹带"),
    ],
    ids=["script", "locked", "pages", "broken", "twofold"],
)
def test_what_is_refused_is_said_beside_its_field(world, data, words):
    with made.undone(world):
        answer = sent(world, "在职证明.pdf", data)
        assert answer.status_code == 422
        place = re.search(
            r'aria-describedby="file_employment_proof-h".*?id="file_employment_proof-h"', answer.text, re.DOTALL
        )[0]
        assert words in place
        assert "在职证明.pdf" in place
        assert 'aria-invalid="true"' in place


def test_where_many_papers_are_drawn_already_the_sender_is_told_when_to_come_again(world, monkeypatch):
    """What was typed stands in the form, and nothing is stored."""
    turns = Turns(2, 1)
    monkeypatch.setattr(pdfs, "_turns", turns)
    with made.undone(world) as session, turns.turn(1):
        before = session.scalar(select(func.count()).select_from(StoredFile))
        answer = sent(world, "在职证明.pdf", pdf())
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
        assert "在职证明.pdf：当前上传材料较多，请一分钟后再试" in answer.text and 'value="人事主管"' in answer.text
        assert session.scalar(select(func.count()).select_from(StoredFile)) == before


def test_a_persons_identity_stays_a_picture(world):
    """Neither by the form nor by the number of a file that was sent for another place (HL-09)."""
    with made.undone(world):
        answer = world.post(
            Role.SEEKER,
            "/agencyentryview/add",
            {"file_handler_id": (io.BytesIO(pdf()), "身份证.pdf")},
            content_type="multipart/form-data",
        )
        assert answer.status_code == 422
        assert "只接受图片" in answer.text


def test_no_kind_takes_a_pdf_where_a_picture_belongs(session):
    story = Story(session, "unit_registration")
    unit, file = story.created(), kept(session, story.sender.account_id, pages=1)
    with pytest.raises(Refused) as refused:
        desk.edit(
            session,
            story.sender,
            "unit_registration",
            unit.id,
            {"files": [{"slot": "handler_id", "file_id": str(file.id)}]},
        )
    assert (refused.value.code, refused.value.field) == ("pdf_place", "files")


def test_evidence_pins_the_bytes_and_the_number_of_pages(session):
    story = Story(session, "unit_registration")
    unit, file = story.created(), kept(session, story.sender.account_id)
    there = [
        {"slot": slot, "file_id": str(one.id)}
        for slot, one in KINDS["unit_registration"].attached(session, unit)
        if slot != "licence"
    ]
    desk.edit(
        session,
        story.sender,
        "unit_registration",
        unit.id,
        {"files": [*there, {"slot": "licence", "file_id": str(file.id)}]},
    )
    row = desk.submit(session, story.sender, "unit_registration", unit.id)
    licence = next(one for one in row.evidence.content["files"] if one["slot"] == "licence")
    assert (licence["sha256"], licence["pages"], licence["mime"]) == (file.sha256, 3, "application/pdf")
    assert "pages" not in next(one for one in row.evidence.content["files"] if one["slot"] != "licence")


def test_what_removes_a_paper_removes_its_pages(session):
    storage, file = current_app.extensions["storage"], kept(session)
    session.commit()
    keys = file.keys
    assert len(keys) == 5
    assert all(storage.exists(key) for key in keys)
    assert purging.remove_unused(session, storage, {file.id}) == 1
    session.commit()
    assert not any(storage.exists(key) for key in keys)
