"""Screens of schools, their students, and residency (HL-54..57)."""

from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, exists, false

from app.extensions import db
from app.models.accounts import Hat
from app.models.reference import Major
from app.models.schools import Residency, School, Student
from app.review import roster
from app.rules.actor import UNIT_SIDE, Actor, Role
from app.rules.dates import today
from app.rules.hats import RESIDENCY, ROSTER
from app.rules.names import text_initials
from app.rules.reference import school_fault
from app.rules.refused import Refused
from app.rules.schools import STUDIES, student_fault
from app.views.base import SafeView


def own_school(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """The roster of the school whose administrator asks and was granted it; nobody else reads one."""
    mine = actor.school_id if actor.role is Role.SCHOOL and ROSTER in actor.grants else None
    return stmt.where(Student.school_id == mine) if mine else stmt.where(false())


def in_force(stmt: Select[Any], _actor: Actor) -> Select[Any]:
    """Majors that are still taught."""
    return stmt.where(Major.valid_to.is_(None))


def deciding(stmt: Select[Any], _actor: Actor) -> Select[Any]:
    """Schools that take residents, and where somebody in force decides: elsewhere a request would wait for nobody."""
    staff = exists().where(
        Hat.school_id == School.id, Hat.role == Role.SCHOOL.value, Hat.active, Hat.grants.contains([RESIDENCY]),
        User.id == Hat.account_id, User.active,
    )  # fmt: skip
    return stmt.where(School.open_for_residency, staff)


class SchoolView(SafeView):
    """Schools that units can ask for residency."""

    imports = ("school",)
    datamodel = SQLAInterface(School)
    open_to_all = True
    list_title, thing = _l("Schools"), _l("School")
    related_names = ("ResidencyView",)
    list_columns = ["name", "code", "region", "open_for_residency", "website"]
    search_columns = ["name", "code", "region", "open_for_residency"]
    order_columns = ["name", "code"]
    add_columns = ["code", "name", "region", "website", "open_for_residency"]
    edit_columns = ["name", "region", "website", "open_for_residency"]
    show_columns = ["name", "code", "region", "website", "open_for_residency"]

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """Found by its initials as imported ones are."""
        school_fault({"code": row.code})
        row.initials = text_initials(row.name)[:60]


class StudentView(SafeView):
    """The roster of one's own school; document numbers and phones are stored encrypted and shown masked."""

    datamodel = SQLAInterface(Student)
    scope = staticmethod(own_school)
    imports = ("student",)
    list_title, thing, add_words = _l("Students"), _l("Student"), _l("Add a student")
    empty_words = _l("Import the roster of your school, or add students one by one.")
    list_columns = [
        "name", "student_no", "id_number_masked", "college", "major", "class_name", "education", "graduation_year", "enrolled",
    ]  # fmt: skip
    column_needs = {"id_number_masked": ("id_number",), "phone_masked": ("phone",)}
    search_columns = ["college", "major", "education", "graduation_year", "enrolled", "class_name"]
    order_columns = ["student_no", "name", "graduation_year"]
    base_order = ("student_no", "asc")
    add_fieldsets = [
        (_l("Person"), {"fields": ["name", "document_kind", "id_number", "phone"]}),
        (
            _l("Studies"),
            {
                "fields": [
                    "student_no", "college", "major", "class_name", "education", "graduation_year", "graduates_on", "enrolled",
                ]
            },
        ),
    ]  # fmt: skip
    edit_fieldsets = add_fieldsets
    show_fieldsets = [
        (_l("Person"), {"fields": ["name", "document_kind", "id_number_masked", "phone_masked"]}),
        (add_fieldsets[1][0], {"fields": [*add_fieldsets[1][1]["fields"], "changed_on"]}),
    ]
    needed_columns = ("id_number",)
    offered_words = {"education": STUDIES}
    formatters_columns = {"graduation_year": str}
    choices = {"major": in_force}
    label_columns = {"id_number_masked": _l("Document number"), "phone_masked": _l("Phone")}

    def defaults(self, actor: Actor) -> dict[str, Any]:
        """The class that graduates next."""
        return {"graduation_year": today().year + (today().month > 7)}

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """On the own school's roster, under the rules that imported lists follow."""
        if ROSTER not in actor.grants:
            raise Refused("not_allowed")
        if created:
            row.school_id = actor.school_id
        row.id_number = (row.id_number or "").upper()
        names = ("document_kind", "id_number", "graduation_year", "phone")
        student_fault({name: getattr(row, name) for name in names}, today())
        others, now = roster.bearers(db.session, row), today()
        roster.refuse_twice(others, row.school_id, row.student_no, now, studies=roster.studying(row, now))
        row.index_personal()


class ResidencyView(SafeView):
    """入驻: the unit applies, the school's admin decides, revokes with a reason."""

    datamodel = SQLAInterface(Residency)
    kind = "residency"
    list_title, thing, add_words = _l("Residency at schools"), _l("Residency"), _l("Apply for residency")
    empty_words = _l("Units resident at a school may name it in their postings.")
    hidden_for = {**dict.fromkeys(UNIT_SIDE, ("unit",)), Role.SCHOOL: ("school", "region")}
    list_columns = ["school", "unit", "status", "region", "submitted_at", "decided_at"]
    search_columns = ["school", "unit", "status", "region", "submitted_at"]
    order_columns = ["submitted_at", "decided_at"]
    choices = {"school": deciding}
    description_columns = {
        "school": _l(
            "Schools that take residents and have somebody here who decides. Another one has to open an account first."
        )
    }
    add_columns = ["school", "statement"]
    edit_columns = ["statement"]
    show_columns = ["school", "unit", "status", "statement", "revoked_reason", "submitted_at", "decided_at"]
