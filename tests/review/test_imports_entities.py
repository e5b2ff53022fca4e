"""Every importable entity: its template can be filled and imported, a second run changes nothing, bad rows are named."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select, update

from app.models.accounts import Person
from app.models.agencies import Agency, AgencyUnit
from app.models.gigs import GigOffer, GigWanted
from app.models.messages import Outbox
from app.models.positions import Posting
from app.models.reference import DictItem, Industry, Major, MinimumWage, Occupation, Region, WorkDay
from app.models.review import ReviewEvent, ReviewRound
from app.models.schools import School, Student
from app.models.system import ImportRun
from app.models.units import Unit
from app.review.imports.entities import IMPORTERS
from app.review.imports.options import Options
from app.review.imports.plan import Result, dry_run
from app.review.imports.reading import read_table
from app.review.imports.run import perform
from app.review.imports.table import heading
from app.rules.actor import Actor, Role
from app.rules.dates import today
from app.rules.reference import FIXED, OPEN
from app.rules.refused import Refused
from app.views import import_files, labels
from tests.review.samples import REGION, account, owner_of, reviewer, school, school_admin, seeker, uscc
from tests.review.samples import unit as approved

MODELS: dict[str, Any] = {
    "unit": Unit, "posting": Posting, "own_posting": Posting, "agency_posting": Posting, "gig_offer": GigOffer,
    "gig_wanted": GigWanted, "gig_offer_for": GigOffer, "gig_wanted_for": GigWanted, "school": School, "student": Student,
    "dictionary": DictItem, "region": Region, "industry": Industry, "occupation": Occupation, "major": Major,
    "work_day": WorkDay, "minimum_wage": MinimumWage,
}  # fmt: skip
THERE_ALREADY = {"region", "occupation", "school", "work_day"}  # examples of the templates that the release ships
PHONE = "13800000000"


@pytest.fixture
def sender(session):
    """Who imports an entity and with which options."""

    def of(key: str) -> tuple[Actor, dict[str, Any]]:
        importer = IMPORTERS[key]
        more: dict[str, Any] = {"entity": key}
        if importer.place == "region":
            more["region_code"] = "310000"
        if key == "student":
            admin = school_admin(session, school(session))
            return admin, {**more, "school_id": admin.school_id}
        if Role.HANDLER in importer.roles:
            return owner_of(session, approved(session), Role.HANDLER), more
        if key == "gig_wanted":
            return seeker(session), more
        if key == "agency_posting":
            return _agency(session), more
        if Role.LEAD in importer.roles:
            return reviewer(session, role=Role.LEAD), more
        role = next(iter(importer.roles))
        return Actor(account(session), role), more

    return of


def _agency(session) -> Actor:
    client = approved(session, name="示例（上海）贸易有限公司")
    agency = Agency(name="测试职介", region_code=REGION, licence_no="1")
    session.add(agency)
    session.flush()
    session.add(AgencyUnit(agency_id=agency.id, unit_id=client.id, state="linked"))
    session.commit()
    return Actor(account(session), Role.AGENCY, agency_id=agency.id)


def registered(session, phone: str = PHONE) -> int:
    """Somebody known by this phone."""
    person = session.get(Person, account(session))
    person.set_phone(phone)
    session.commit()
    return person.account_id


def filled(app, key: str, *rows: dict[str, str]) -> bytes:
    """The template of an entity with its example and these changes of it, one row for each."""
    importer = IMPORTERS[key]
    with app.test_request_context("/"):
        book = openpyxl.load_workbook(io.BytesIO(import_files.template(importer)))
    sheet = book.worksheets[0]
    for line, changes in enumerate(rows, 2):
        for place, column in enumerate(importer.columns, 1):
            text = changes.get(column.key, column.sample(today()))
            if text:
                sheet.cell(line, place, text)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def listed(key: str, *rows: dict[str, str]) -> bytes:
    """The same as CSV with the customary headings: what most lists look like, and quicker to make."""
    importer, out = IMPORTERS[key], io.StringIO()
    writer = csv.writer(out)
    writer.writerow(column.names[0] for column in importer.columns)
    writer.writerows([row.get(c.key, c.sample(today())) for c in importer.columns] for row in rows)
    return out.getvalue().encode("gb18030")


def run(session, actor: Actor, data: bytes, **options: Any) -> Result:
    return perform(session, actor, read_table(data), Options(**options), today(), file_name="list.xlsx")


def count(session, key: str) -> int:
    return session.scalar(select(func.count()).select_from(MODELS[key]))


def said(result: Result) -> list[tuple[int, str, str]]:
    return [(n.line, n.key, n.code) for n in result.errors]


@pytest.mark.parametrize("key", IMPORTERS)
def test_the_template_comes_in_and_a_second_run_changes_nothing(app, session, sender, key):
    if key.endswith("_for"):
        registered(session)
    actor, options = sender(key)
    data = filled(app, key, {"uscc": ""} if key == "gig_offer_for" else {})
    before = count(session, key)
    tried = dry_run(session, read_table(data), Options(**options), today(), actor)
    assert tried.errors == []
    assert count(session, key) == before, "a dry run writes nothing"
    first = run(session, actor, data, **options)
    assert first.errors == []
    assert (tried.created, tried.changed, tried.unchanged) == (first.created, first.changed, first.unchanged)
    assert first.created + first.changed + first.unchanged == 1
    if key not in THERE_ALREADY:
        assert first.created == 1
        assert count(session, key) == before + 1
    there = count(session, key)
    again = run(session, actor, data, **options)
    assert (again.created, again.changed, again.unchanged, again.errors) == (0, 0, 1, [])
    assert count(session, key) == there
    kept = session.get(ImportRun, again.run_id)
    assert (kept.entity, kept.state, kept.unchanged) == (key, "done", 1)


# entity, changes of the example, what is said: field and code
FAULTS = [
    ("unit", {"name": ""}, ("name", "cell_empty")),
    ("unit", {"uscc": "91310120MA1HABCD7P"}, ("uscc", "uscc_check_char")),
    ("unit", {"contact_phone": "123"}, ("contact_phone", "phone_form")),
    ("unit", {"contact_email": "nobody"}, ("contact_email", "email_form")),
    ("unit", {"region_code": "韶关市"}, ("region_code", "outside_division")),
    ("unit", {"founded_on": "2027/13/01"}, ("founded_on", "cell_not_date")),
    ("unit", {"staff_count": "很多"}, ("staff_count", "cell_not_number")),
    ("unit", {"nature": "火星企业"}, ("nature", "cell_not_listed")),
    ("own_posting", {"pay": "看心情"}, ("pay", "pay_unreadable")),
    ("own_posting", {"valid_until": "2020-01-01"}, ("valid_until", "date_out_of_range")),
    ("agency_posting", {"unit_name": "陌生有限公司"}, ("unit_name", "cell_no_client")),
    ("gig_offer", {"pay_amount": "两百"}, ("pay_amount", "cell_not_amount")),
    ("gig_offer", {"start_at": "明天"}, ("start_at", "cell_not_date")),
    ("gig_offer", {"phone": "1380000"}, ("phone", "phone_form")),
    ("gig_offer", {"mode": "外太空"}, ("mode", "cell_not_listed_of")),
    ("gig_wanted", {"settlement": ""}, ("settlement", "cell_empty")),
    ("gig_wanted_for", {"poster_phone": "13900000001"}, ("poster_phone", "cell_no_person")),
    ("gig_offer_for", {"uscc": "91310120MA1HABCD7P"}, ("uscc", "cell_no_unit")),
    ("gig_offer_for", {"region_code": "韶关市", "uscc": ""}, ("region_code", "outside_division")),
    ("student", {"id_number": "110101200501010018"}, ("id_number", "document_check_char")),
    ("student", {"id_number": "1.10101E+17"}, ("id_number", "cell_shortened")),
    ("student", {"major_id": "46030X"}, ("major_id", "cell_not_listed")),
    ("student", {"graduation_year": "2009"}, ("graduation_year", "too_young_to_graduate")),
    ("student", {"enrolled": "也许"}, ("enrolled", "cell_not_yes_no")),
    ("school", {"code": "10 246"}, ("code", "code_form")),
    ("school", {"region_code": "亚特兰蒂斯"}, ("region_code", "cell_not_listed")),
    ("dictionary", {"dict_code": "工种"}, ("dict_code", "code_form")),
    ("region", {"code": "31012"}, ("code", "code_form")),
    ("region", {"level": "2"}, ("level", "level_form")),
    ("region", {"valid_to": "2000-01-01"}, ("valid_to", "date_order")),
    ("industry", {"code": "9999", "parent_code": "999"}, ("parent_code", "cell_no_parent")),
    ("occupation", {"code": "4-4"}, ("code", "code_form")),
    ("major", {"catalogue": "小学"}, ("catalogue", "cell_not_listed_of")),
    ("major", {"code": "08091"}, ("code", "code_form")),
    ("work_day", {"is_work": "半天"}, ("is_work", "cell_not_yes_no")),
    ("work_day", {"day": "1999-01-01"}, ("day", "import_out_of_range")),
    ("minimum_wage", {"monthly": "27"}, ("monthly", "import_out_of_range")),
    ("minimum_wage", {"hourly": "二十"}, ("hourly", "cell_not_fen")),
    ("minimum_wage", {"region_code": "440000"}, ("region_code", "outside_division")),
]


@pytest.mark.parametrize(("key", "changes", "fault"), FAULTS, ids=lambda v: v if isinstance(v, str) else "")
def test_a_bad_cell_is_named_in_the_dry_run_and_in_the_run(session, sender, key, changes, fault):
    if key.endswith("_for"):
        registered(session)
    actor, options = sender(key)
    data = listed(key, changes)
    before = count(session, key)
    tried = dry_run(session, read_table(data), Options(**options), today(), actor)
    assert said(tried) == [(2, *fault)]
    result = run(session, actor, data, **options)
    assert said(result) == [(2, *fault)]
    assert (result.created, result.changed, count(session, key)) == (0, 0, before)


@pytest.mark.parametrize("key", IMPORTERS)
def test_a_row_that_stands_twice_is_named(session, sender, key):
    if key.endswith("_for"):
        registered(session)
    actor, options = sender(key)
    changes = {"uscc": ""} if key == "gig_offer_for" else {}
    result = dry_run(session, read_table(listed(key, changes, changes)), Options(**options), today(), actor)
    assert [(n.line, n.code, n.facts["first_line"]) for n in result.errors] == [(3, "row_repeated", 2)]


@pytest.mark.parametrize("key", IMPORTERS)
def test_nobody_else_may_import(session, sender, key):
    """Every role without the entity, and the same role for another place."""
    importer, (actor, options) = IMPORTERS[key], sender(key)
    importer.require_reach(actor, Options(**options))
    for role in set(Role) - importer.roles - {Role.CLOCK}:
        other = Actor(actor.account_id, role, region_code="310000", school_id=actor.school_id, unit_id=actor.unit_id)
        with pytest.raises(Refused, match="not_allowed"):
            importer.require_reach(other, Options(**options))
    elsewhere = SimpleNamespace(region={"region_code": "440200"}, school={"school_id": 2**40})
    if importer.place in ("region", "school") and actor.role is not Role.OPERATOR:
        with pytest.raises(Refused, match="not_allowed"):
            importer.require_reach(actor, Options(**{**options, **getattr(elsewhere, importer.place)}))


def test_units_are_imported_unverified_and_changed_until_they_register(session, sender):
    actor, options = sender("unit")
    code = uscc(7_000_001)
    data = {"uscc": code, "staff_count": "45"}
    assert run(session, actor, listed("unit", data), **options).created == 1
    unit = session.scalars(select(Unit).where(Unit.listed_uscc == code)).one()
    assert (unit.status, unit.source, unit.uscc, unit.created_by_id) == ("imported", "import", None, None)
    assert unit.contact_phone_masked != unit.contact_phone
    changed = run(
        session,
        actor,
        listed("unit", {**data, "staff_count": "46.0", "name": "示例（上海）实业有限公司"}),
        **options,
    )
    assert (changed.created, changed.changed, changed.errors) == (0, 1, [])
    session.expire_all()
    assert (unit.staff_count, unit.name) == (46, "示例（上海）实业有限公司")
    own = approved(session, name="自行注册有限公司", uscc=code)
    kept = run(session, actor, listed("unit", {**data, "name": own.name, "staff_count": "9"}), **options)
    assert (kept.created, kept.changed, kept.unchanged) == (0, 0, 1)
    assert "unit_kept" in {n.code for n in kept.remarks}
    session.expire_all()
    assert own.staff_count == 100


def test_one_code_under_two_names_is_named(session, sender):
    actor, options = sender("unit")
    code = uscc(7_000_002)
    rows = [{"name": f"示例{n}有限公司", "uscc": code} for n in (1, 2)]
    result = dry_run(session, read_table(listed("unit", *rows)), Options(**options), today(), actor)
    assert said(result) == [(3, "uscc", "uscc_twice")]


@pytest.mark.parametrize(("submit", "status"), [(False, "draft"), (True, "pending")])
def test_own_postings_are_drafts_or_sent_in(session, sender, submit, status):
    actor, options = sender("own_posting")
    result = run(session, actor, listed("own_posting", {}), **options, submit=submit)
    assert result.errors == []
    posting = session.scalars(select(Posting).where(Posting.unit_id == actor.unit_id)).one()
    assert (posting.status, posting.source, posting.created_by_id) == (status, "form", actor.account_id)
    assert (posting.pay_min, posting.pay_max, posting.region_code) == (6000, 8000, REGION)
    rounds = select(func.count()).select_from(ReviewRound).where(ReviewRound.subject_id == posting.id)
    assert session.scalar(rounds) == int(submit)
    newer = run(session, actor, listed("own_posting", {"pay": "7-9千/月"}), **options)
    session.expire_all()
    if submit:
        assert [n.code for n in newer.remarks] == ["row_differs"]
        assert posting.pay_min == 6000
    else:
        assert (newer.changed, posting.pay_min) == (1, 7000)


def test_an_agency_posts_only_for_units_that_authorised_it(session, sender):
    actor, options = sender("agency_posting")
    assert run(session, actor, listed("agency_posting", {}), **options).created == 1
    posting = session.scalars(select(Posting).where(Posting.agency_id == actor.agency_id)).one()
    assert posting.unit_name == "示例（上海）贸易有限公司"
    session.execute(update(AgencyUnit).values(state="ended"))
    session.commit()
    result = run(session, actor, listed("agency_posting", {"posting_no": "2"}), **options)
    assert said(result) == [(2, "unit_name", "cell_no_client")]


def test_a_handler_without_the_grant_imports_nothing(session):
    actor = owner_of(session, approved(session), Role.HANDLER, frozenset({"media"}))
    for key in ("own_posting", "gig_offer"):
        with pytest.raises(Refused, match="not_allowed"):
            IMPORTERS[key].require_reach(actor, Options(entity=key))


def test_gigs_are_sent_in_only_with_the_agreement(session, sender):
    actor, options = sender("gig_offer")
    data = listed("gig_offer", {})
    with pytest.raises(Refused, match="import_agree"):
        run(session, actor, data, **options, submit=True)
    assert run(session, actor, data, **options).errors == []
    gig = session.scalars(select(GigOffer).where(GigOffer.poster_id == actor.account_id)).one()
    assert (gig.status, gig.agreed, gig.unit_id) == ("draft", False, actor.unit_id)
    result = run(session, actor, listed("gig_offer", {"gig_no": "2"}), **options, submit=True, agreed=True)
    assert result.errors == []
    sent = session.scalars(select(GigOffer).where(GigOffer.poster_id == actor.account_id, GigOffer.id != gig.id)).one()
    assert (sent.status, sent.agreed) == ("pending", True)


def test_a_bureau_prepares_drafts_which_their_posters_agree_to_themselves(session, sender):
    poster = registered(session)
    actor, options = sender("gig_wanted_for")
    assert run(session, actor, listed("gig_wanted_for", {}), **options).errors == []
    gig = session.scalars(select(GigWanted)).one()
    assert (gig.status, gig.agreed, gig.poster_id, gig.created_by_id) == ("draft", False, poster, poster)
    told = session.scalars(select(Outbox).where(Outbox.template == "gig_prepared")).one()
    assert (told.account_id, told.link) == (poster, f"/gigwantedview/show/{gig.id}")
    assert session.scalar(select(func.count()).select_from(ReviewRound)) == 0
    again = run(session, actor, listed("gig_wanted_for", {"expected_pay": "300"}), **options)
    assert [n.code for n in again.remarks] == ["row_differs"]
    assert session.scalar(select(func.count()).select_from(Outbox)) == 1


def test_only_who_acts_for_a_unit_gets_drafts_for_it(session, sender):
    company = approved(session)
    stranger, handler = registered(session, "13800000001"), owner_of(session, company, Role.HANDLER)
    person = session.get(Person, handler.account_id)
    person.set_phone("13800000002")
    session.commit()
    assert stranger
    actor, options = sender("gig_offer_for")
    rows = [{"poster_phone": f"1380000000{n}", "uscc": company.uscc} for n in (1, 2)]
    result = run(session, actor, listed("gig_offer_for", *rows), **options)
    assert said(result) == [(2, "uscc", "cell_not_acting")]
    assert session.scalars(select(GigOffer)).one().unit_id == company.id


def test_a_roster_is_sealed_and_known_again_by_number(session, sender):
    actor, options = sender("student")
    assert run(session, actor, listed("student", {}), **options).created == 1
    student = session.scalars(select(Student)).one()
    stored = session.connection().exec_driver_sql("SELECT id_number, phone FROM student").one()
    assert all(value.startswith("v1:") for value in stored)
    assert (student.id_number_masked, student.school_id) == ("110***********0017", actor.school_id)
    changed = run(session, actor, listed("student", {"class_name": "机电2302", "graduation_year": "2028届"}), **options)
    assert (changed.changed, changed.errors) == (1, [])
    session.expire_all()
    assert (student.class_name, student.graduation_year) == ("机电2302", 2028)
    taken = run(session, actor, listed("student", {"student_no": "2"}), **options)
    assert said(taken) == [(2, "id_number", "student_twice")]
    assert taken.errors[0].value == "110***********0017", "a note never holds the number in clear"


def test_every_bad_cell_of_a_student_is_named_at_once(session, sender):
    actor, options = sender("student")
    row = {"id_number": "110101200501010018", "education": "火星", "graduation_year": "明年"}
    tried = dry_run(session, read_table(listed("student", row)), Options(**options), today(), actor)
    assert {(n.key, n.code) for n in tried.errors} == {
        ("id_number", "document_check_char"),
        ("education", "cell_not_listed_of"),
        ("graduation_year", "cell_not_number"),
    }


def test_who_studies_elsewhere_still_is_named_and_who_graduated_is_not(session, sender):
    first, options = sender("student")
    assert run(session, first, listed("student", {}), **options).created == 1
    second, there = sender("student")
    assert said(run(session, second, listed("student", {}), **there)) == [(2, "id_number", "student_elsewhere")]
    session.execute(update(Student).values(graduation_year=today().year - 1))
    session.commit()
    assert run(session, second, listed("student", {}), **there).created == 1


def test_two_students_with_one_document_are_named(session, sender):
    actor, options = sender("student")
    data = listed("student", {}, {"student_no": "2"})
    result = dry_run(session, read_table(data), Options(**options), today(), actor)
    assert [(n.line, n.key, n.code) for n in result.errors] == [(3, "id_number", "row_repeated")]


def test_a_tree_in_any_order_is_written_from_above_and_finer_levels_take_their_place(session, sender):
    actor, options = sender("occupation")
    rows = [
        {"code": "4-04-05-05", "name": "人工智能训练师", "parent_code": ""},
        {"code": "4-04-05", "name": "软件和信息技术服务人员", "parent_code": ""},
        {"code": "4-04-05-99", "name": "新职业", "parent_code": ""},
    ]
    result = run(session, actor, listed("occupation", *(r | {"level": ""} for r in rows)), **options)
    assert (result.created, result.changed, result.errors) == (2, 1, [])
    parents = dict(session.execute(select(Occupation.code, Occupation.parent_code)).all())
    assert parents["4-04-05-05"] == parents["4-04-05-99"] == "4-04-05"
    assert parents["4-04-05"] == "4-04"


def test_a_division_gets_its_place_its_full_name_and_its_initials(session, sender):
    actor, options = sender("region")
    row = {
        "code": "310199",
        "name": "试验区",
        "parent_code": "",
        "level": "",
        "full_name": "",
        "valid_from": "",
        "valid_to": "",
    }
    assert run(session, actor, listed("region", row), **options).errors == []
    region = session.get(Region, "310199")
    assert (region.parent_code, region.level, region.full_name, region.initials) == ("310100", 3, "上海市试验区", "syq")


def test_wages_are_read_in_yuan_and_in_fen(session, sender):
    actor, options = sender("minimum_wage")
    ways = ("25", "25.00", "2500", "25元", "2500.0")
    for number, hourly in enumerate(ways):
        row = {"hourly": hourly, "valid_from": (today() + timedelta(days=number)).isoformat()}
        result = run(session, actor, listed("minimum_wage", row), **options)
        assert bool(result.errors) == (hourly in ("25", "2500.0")), hourly
    wages = session.scalars(select(MinimumWage.hourly).where(MinimumWage.region_code == "310000")).all()
    assert wages == [2500, 2500, 2500]


def test_numbers_and_days_of_spreadsheets_mean_what_they_show(session, sender):
    """2026.0 is 2026, a day is a number of days since 1900, a yes is a yes."""
    actor, options = sender("work_day")
    text = "日期,是否工作日,备注\n46305,1.0,a\n2026.10.11,否,b\n2026年10月12日,√,c\n20261013,休,d\n"
    result = run(session, actor, text.encode("gb18030"), **options)
    assert result.errors == []
    days = dict(session.execute(select(WorkDay.day, WorkDay.note).where(WorkDay.note.in_(list("abcd")))).all())
    assert sorted(d.isoformat() for d in days) == ["2026-10-10", "2026-10-11", "2026-10-12", "2026-10-13"]


def test_headings_are_known_in_both_languages_and_by_their_customary_names(app):
    with app.test_request_context("/"):
        for importer in IMPORTERS.values():
            heads = [import_files.heading_of(c) for c in importer.columns]
            assert len(set(heads)) == len(heads), importer.key
            for column in importer.columns:
                assert column.label, (importer.key, column.key)
                assert column.is_called(import_files.heading_of(column)), column.key
            called = {column.key: column.called() for column in importer.columns}
            for name in {name for column in importer.columns for name in column.names}:
                meant = [key for key, names in called.items() if heading(name).casefold() in names]
                assert len(meant) == 1, (importer.key, name, meant)


WORD = {
    "dict_code": "gig_type",
    "code": "night_guard",
    "name_zh": "夜间看护",
    "name_en": "Night guard",
    "sort": "20",
    "active": "是",
}
CLOSED = [
    ({"dict_code": "unit_nature", "code": "guild"}, "dict_code", "not_a_choice"),
    ({"dict_code": "no_such_list"}, "dict_code", "not_a_choice"),
    ({"code": "Night-Guard"}, "code", "dict_code_form"),
    ({"dict_code": "unit_nature", "code": "enterprise", "active": "否"}, "active", "dict_fixed"),
    ({"sort": "10000"}, "sort", "number_between"),
]


@pytest.mark.parametrize(("change", "field", "code"), CLOSED)
def test_a_list_of_words_gets_no_further_than_the_screen(session, sender, change, field, code):
    actor, options = sender("dictionary")
    before = session.query(DictItem).count()
    result = perform(
        session,
        actor,
        read_table(listed("dictionary", WORD | change)),
        Options(**options),
        today(),
        file_name="字典.csv",
    )
    assert [(n.key, n.code) for n in result.errors] == [(field, code)]
    assert session.query(DictItem).count() == before
    assert session.scalar(select(DictItem.active).filter_by(dict_code="unit_nature", code="enterprise"))


def test_imported_settings_stand_on_the_ledger_like_typed_ones(session, sender):
    actor, options = sender("dictionary")
    for words in (WORD, WORD, WORD | {"name_zh": "夜间值守"}):
        table = read_table(listed("dictionary", words))
        perform(session, actor, table, Options(**options), today(), file_name="字典.csv")
    noted = select(ReviewEvent.action, ReviewEvent.actor_id).where(ReviewEvent.action.like("setting_%"))
    events = session.execute(noted.order_by(ReviewEvent.id)).all()
    assert events == [("setting_added", actor.account_id), ("setting_changed", actor.account_id)]


def test_every_list_of_settings_is_on_the_ledger_as_its_screen_is(app):
    screens = [v for v in app.extensions["appbuilder"].baseviews if getattr(v, "imports", ())]
    found = {(key, getattr(IMPORTERS[key], "on_ledger", False)) for view in screens for key in view.imports}
    wanted = {(key, bool(view.on_ledger)) for view in screens for key in view.imports}
    assert found == wanted


def test_the_dictionaries_of_the_rules_are_those_of_the_screen():
    assert set(labels.DICTIONARIES) == FIXED | OPEN and not FIXED & OPEN


@pytest.mark.slow  # the longest list that is tried at once
def test_a_whole_national_table_is_tried_with_few_statements(session, sender, statements):
    actor, options = sender("school")
    rows = [{"code": f"{20_000 + n}", "name": f"测试学校{n}"} for n in range(IMPORTERS["school"].tried_at_once)]
    table = read_table(listed("school", *rows))
    statements.clear()
    tried = dry_run(session, table, Options(**options), today(), actor)
    assert (tried.created, tried.errors) == (len(rows), [])
    assert len(statements) < 20


@pytest.mark.parametrize("status", ["draft", "returned", "rejected", "deleted"])
def test_what_somebody_only_began_to_register_keeps_no_list_out(session, sender, status):
    """GD-22: neither its code nor its name is in use."""
    actor, options = sender("unit")
    begun = approved(session, name="抢注示例有限公司", uscc=uscc(7_000_002))
    begun.status = status
    session.commit()
    result = run(session, actor, listed("unit", {"uscc": begun.uscc, "name": begun.name}), **options)
    assert (result.created, result.changed, {n.code for n in result.remarks} & {"unit_kept"}) == (1, 0, set())
