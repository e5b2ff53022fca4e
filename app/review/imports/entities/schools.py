"""Lists of schools, and the rosters that schools keep of their students."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.models.base import vault
from app.models.schools import School, Student
from app.review import roster
from app.review.imports import cells
from app.review.imports.columns import Reader
from app.review.imports.importer import SCHOOL, Draft
from app.review.imports.options import Options
from app.review.imports.plain import Plain, of
from app.review.imports.table import Row
from app.review.imports.words import plain_word
from app.rules import reference as rules
from app.rules.actor import Actor, Role
from app.rules.names import text_initials
from app.rules.refused import Refused
from app.rules.schools import GRADUATION_YEARS, numbered, student_fault


class SchoolImport(Plain):
    """The national list of schools."""

    key, command, label = "school", "schools", _l("Schools")
    about = _l("Schools by their code; units ask them for residency, students stand on their rosters.")
    model, roles = School, frozenset({Role.OPERATOR})
    identity, key_column = ("code",), "code"
    lists = ("region",)
    custom = School.CUSTOM
    rule = staticmethod(rules.school_fault)
    columns = (
        of(School, "code", ("学校代码", "院校代码", "代码"), read=cells.code, example="10246"),
        of(School, "name", ("学校名称", "院校名称", "名称"), example="复旦大学"),
        of(School, "region_code", ("行政区划", "所在地", "区划代码"), read=cells.one_of("region"), limit=60,
           example="上海市杨浦区"),
        of(School, "website", ("网址", "官网", "学校网址"), example="https://www.example.edu.cn"),
        of(School, "open_for_residency", ("开放入驻", "是否开放入驻"), example="是"),
    )  # fmt: skip

    def finish(self, subject: Any, known: Any) -> None:
        """Initials for the search."""
        subject.initials = text_initials(subject.name)[:60]


# Level of study -> the catalogue its majors stand in.
_CATALOGUES: Final = {
    "secondary": "vocational", "college": "vocational", "bachelor": "undergraduate", "master": "graduate",
    "doctor": "graduate",
}  # fmt: skip


def _graduation_year(reader: Reader, key: str, known: Any) -> int | None:
    """2027, also as 2027届 and 2027年."""
    digits = cells.plain(reader[key]).removesuffix("届").removesuffix("年")
    number = cells.as_whole(digits)
    if number in GRADUATION_YEARS:
        return number
    reader.say("cell_not_number", key, {"low": GRADUATION_YEARS.start, "high": GRADUATION_YEARS.stop - 1})
    return None


def _document_number(reader: Reader, key: str, known: Any) -> str | None:
    """A number of which no digit is lost, good for its kind of document; the X at its end as a capital."""
    found = cells.code(reader, key, known)
    written = plain_word(reader["document_kind"])
    kind = known.codes["document_kind"].get(written) if written else "resident_id"
    if not found or kind is None:  # a kind nobody knows is said of its own cell
        return None
    try:
        numbered(kind, found.upper(), known.today)
    except Refused as refused:
        reader.say(refused.code, key, refused.facts)
        return None
    return found.upper()


class StudentImport(Plain):
    """The roster of a school, kept by its administrator (S09, S10)."""

    key, command, label = "student", "students", _l("Students")
    about = _l("The roster of your school. A student is known again by number; document numbers are stored encrypted.")
    model, roles, place = Student, frozenset({Role.SCHOOL}), SCHOOL
    identity, key_column, unique = ("student_no",), "student_no", ("id_number",)
    lists = ("major",)
    personal = True
    columns = (
        of(Student, "name", ("姓名", "学生姓名"), example="张示例"),
        of(Student, "student_no", ("学号",), read=cells.code, example="2023010101"),
        of(Student, "document_kind", ("证件类型", "证件种类"), example="居民身份证"),
        of(Student, "id_number", ("身份证号", "身份证件号", "证件号码", "证件号", "身份证号码"), read=_document_number,
           limit=30, sealed=True, example="110101200501010017", help=_l("As text: a spreadsheet shortens long numbers")),
        of(Student, "phone", ("手机号", "手机", "联系电话"), read=cells.code, limit=30, sealed=True,
           example="13800000000"),
        of(Student, "college", ("学院", "院系", "院系名称"), example="机电工程学院"),
        of(Student, "major_id", ("专业", "专业代码", "专业名称"), limit=90,
           read=cells.text, example="工学", help=_l("Code or name as in the catalogue of majors")),
        of(Student, "class_name", ("班级", "班级名称"), example="机电2301"),
        of(Student, "education", ("学历", "培养层次", "学历层次"), example="本科"),
        of(Student, "graduation_year", ("毕业年份", "毕业年度", "届别", "毕业届"), read=_graduation_year,
           example="2027"),
        of(Student, "graduates_on", ("毕业日期", "毕业时间"), example="2027-06-30"),
        of(Student, "enrolled", ("在册", "是否在册", "是否在校"), example="是"),
    )  # fmt: skip

    def draft(self, row: Row, reader: Reader, content: dict[str, Any], options: Options, known: Any) -> Draft | None:
        """With the document number checked at once: it is what a list gets wrong most."""
        if not self._major(reader, content, known):
            return None
        try:
            student_fault({"document_kind": "resident_id", "graduation_year": 2000, **content}, known.today)
        except Refused as refused:
            reader.say(refused.code, refused.field or "", refused.facts)
            return None
        return super().draft(row, reader, content, options, known)

    @staticmethod
    def _major(reader: Reader, content: dict[str, Any], known: Any) -> bool:
        """The major of the catalogue that belongs to the level of study, else of whichever has it alone."""
        if "major_id" not in content:
            return True
        written = plain_word(cells.unfloated(content["major_id"]))
        catalogue = _CATALOGUES.get(str(content.get("education")), "")
        codes = known.codes["major"]
        content["major_id"] = codes.get(f"{catalogue}:{written}") or codes.get(written)
        if content["major_id"] is None:
            reader.say("cell_not_listed", "major_id")
        return content["major_id"] is not None

    def stored(self, session: Session, drafts: Sequence[Draft], known: Any) -> Mapping[str, Any]:
        """By student number in this school; noted beside: who else has one of the document numbers."""
        school_id = known.more["options"].school_id
        numbers = {d.content["student_no"] for d in drafts}
        marks = {mark for d in drafts for mark in marks_of(d)}
        here = Student.school_id == school_id
        rows = session.scalars(
            select(Student).where(or_(here & Student.student_no.in_(numbers), Student.id_hash.in_(marks)))
        ).all()
        known.more["bearers"] = {row.id_hash: [r for r in rows if r.id_hash == row.id_hash] for row in rows}
        return {self.key_of({"student_no": r.student_no}): r for r in rows if r.school_id == school_id}

    def check(self, session: Session, draft: Draft, row: Any, known: Any) -> None:
        """The number must be nobody else's here, nor somebody's who studies at another school still."""
        school_id, number = known.more["options"].school_id, draft.content["student_no"]
        others = [one for mark in marks_of(draft) for one in known.more["bearers"].get(mark, [])]
        studies = roster.studying(_as_listed(draft, row), known.today)
        roster.refuse_twice(others, school_id, number, known.today, studies=studies)
        super().check(session, draft, row, known)

    def write(self, session: Session, actor: Actor, draft: Draft, row: Any, known: Any) -> None:
        """On the roster of the school of the import."""
        subject = row if row is not None else Student(school_id=known.more["options"].school_id)
        for name, value in draft.content.items():
            if getattr(subject, name) != value:
                setattr(subject, name, value)
        subject.index_personal()
        session.add(subject)


def _as_listed(draft: Draft, row: Any) -> Any:
    """Standing and year as they will be: what the list does not say stays as it is, or is as for a new row."""
    told = draft.content
    return SimpleNamespace(
        enrolled=told.get("enrolled", row.enrolled if row is not None else True),
        graduation_year=told.get("graduation_year", row.graduation_year if row is not None else 0),
    )


def marks_of(draft: Draft) -> tuple[str, ...]:
    """The blind indexes of a row's document number, under every index key."""
    return vault().blinds(draft.content["id_number"], "id_number")


IMPORTERS = (SchoolImport(), StudentImport())
