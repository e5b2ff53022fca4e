"""A standing world for tests over all screens: every role with rows of its own, and rows that are nobody's of them.

It lives in a database of its own that is made once for all modules which use it. What a test changes is undone
(`undone`). `REACH` says, without asking the code, how far each role sees on each screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import event, select
from werkzeug.security import generate_password_hash

from app import compiled, registry
from app.models.accounts import Hat, LoginEvent, Person
from app.models.agencies import Agency, AgencyEntry, AgencyUnit, EmployerCertification
from app.models.announcements import Announcement
from app.models.api_keys import ApiKey
from app.models.appeals import Appeal
from app.models.bindings import Binding
from app.models.cooperation import CooperationCall, CooperationNeed
from app.models.custom import CustomField
from app.models.dispatch import Dispatch
from app.models.gigs import GigOffer, GigWanted
from app.models.identity_proofs import IdentityProof
from app.models.lists import SavedView
from app.models.logins import IdentityProvider
from app.models.logs import RequestEvent
from app.models.media import Medium
from app.models.merging import AccountMerge
from app.models.messages import Message, NoticeText, Outbox
from app.models.positions import Posting
from app.models.reference import DictItem, Industry, Major, MinimumWage, Occupation, Parameter, Region, WorkDay
from app.models.review import CheckSwitch, ReviewEvent, ReviewPolicy, ReviewReason, ReviewRound
from app.models.schools import Residency, School
from app.models.second_factor import FactorReset
from app.models.sessions import LoginSession
from app.models.system import ImportRun, JobRun
from app.models.takeovers import UnitTakeover
from app.models.tasks import BackgroundTask, ExportEvent
from app.models.units import Blacklisted, Unit, UnitChange
from app.review import desk, dispatch, unmasked
from app.review.kinds import KINDS
from app.rules.actor import ADMINS, Actor, Role
from app.rules.dates import today
from app.rules.hats import SCHOOL_FUNCTIONS
from app.views.base import SafeView
from app.views.columns import key_name
from tests import conftest as base
from tests.review import samples
from tests.views.people import PASSWORD, Browser

HERE, THERE = "310120", "440203"
ROLES = registry.EVERYONE
GRANTS = ["postings", "gigs", "media", "residency", "handlers"]
ABSENT = {
    "RegionView": "999999",
    "IndustryView": "ZZ99",
    "OccupationView": "9-99-99-99",
    "WorkDayView": "1999-01-01",
    "ReviewReasonView": "R00",
    "NoticeTextView": "nothing",
}

# What a role sees of two sides: "a" is its own division, unit or school, "own" what the person made, "all" is all.
# Roles without a word are not granted the screen. Written down by hand: the code is compared with it.
_BUREAU = {"reviewer": "a", "lead": "a"}
_PARTNERS = {"unit_owner": "a", "unit_handler": "a", "school_admin": "a"}
REACH: dict[str, dict[str, str]] = {
    "UnitView": _BUREAU | {
        "school_admin": "a", "operator": "all", "unit_owner": "a", "unit_handler": "a", "agency": "a",
        "seeker": "own", "student": "own",
    },
    "UnitChangeView": _BUREAU | {"unit_owner": "a"},
    "BindingView": {"unit_owner": "a", "unit_handler": "a"},
    "InvitationView": dict.fromkeys(("unit_owner", "unit_handler", "agency", "seeker", "student"), "own"),
    "UnitMediumView": _BUREAU | {"unit_owner": "a", "unit_handler": "a"},
    "PersonalMediumView": _BUREAU | {"seeker": "own", "student": "own"},
    "PostingView": _BUREAU | {
        "school_admin": "a", "operator": "all", "unit_owner": "a", "unit_handler": "a", "agency": "a",
    },
    "AgencyPostingView": {"agency": "a"},
    "GigOfferView": _BUREAU | {"unit_owner": "a", "unit_handler": "a", "seeker": "own", "student": "own"},
    "GigWantedView": _BUREAU | {"seeker": "own", "student": "own"},
    "ResidencyView": _BUREAU | {"school_admin": "a", "unit_owner": "a", "unit_handler": "a"},
    "CooperationNeedView": _PARTNERS, "CooperationCallView": _PARTNERS, "CooperationAnswerView": _PARTNERS,
    "ReviewRoundView": _BUREAU | {"school_admin": "own", "operator": "own"},
    "AgencyEntryView": _BUREAU | {"operator": "all", "seeker": "own", "student": "own"},
    "EmployerCertificationView": _BUREAU | {"operator": "all", "unit_owner": "a"},
    "AccountMergeView": dict.fromkeys(("sysadmin", "secadmin", "auditor"), "all"),
    "IdentityProviderView": {"sysadmin": "all", "auditor": "all"},
    "AppealView": _BUREAU | {"seeker": "own", "student": "own"},
    "IdentityProofView": _BUREAU | {"seeker": "own", "student": "own"},
    "UnitTakeoverView": _BUREAU | {"seeker": "own", "student": "own"},
    "AgencyUnitView": {"agency": "a", "unit_owner": "a", "unit_handler": "a", "operator": "all"},
    "ImportRunView": _BUREAU | {
        "operator": "all", "auditor": "all", "school_admin": "own", "sysadmin": "own", "unit_handler": "own", "agency": "own",
        "seeker": "own", "student": "own",
    },
    "StudentView": {"school_admin": "a"},
    "SchoolStaffView": {"school_admin": "a"},
    "MessageView": {r.value: "own" for r in ROLES},
    "AnnouncementView": {r.value: "all" if r is Role.OPERATOR else "a" for r in ROLES},
    "TaskView": {r.value: "own" for r in ROLES},
    "ApiKeyView": {"agency": "own", "operator": "own", "sysadmin": "all", "secadmin": "all", "auditor": "all"},
    "ExportEventView": {"auditor": "all"},
    "HatView": {"sysadmin": "all", "secadmin": "all", "auditor": "a"},  # the auditor: roles of the three administrators
    "AccountView": {"sysadmin": "all", "secadmin": "all"},
    "MinimumWageView": _BUREAU,
    "ReviewPolicyView": _BUREAU | {"operator": "all", "sysadmin": "all"},
    "CheckSwitchView": _BUREAU | {"operator": "all", "sysadmin": "all"},
    "ParameterView": {"lead": "a", "sysadmin": "all"},
    "ListsView": {r.value: "own" for r in ROLES},
    "OutboxView": {"sysadmin": "all"},
    "DispatchView": {"operator": "all", "sysadmin": "all"},
    "SessionView": {r.value: "own" for r in ROLES},
    "OnlineView": {"secadmin": "all"},
    "FactorResetView": dict.fromkeys(("sysadmin", "secadmin", "auditor"), "all"),
    "LoginEventView": {"auditor": "all"},
    "RequestEventView": {"auditor": "all"},
    "ReviewEventView": {"auditor": "all"},
    "UnmaskEventView": {"auditor": "all"},
}  # fmt: skip


@dataclass
class World:
    """Everybody at a browser, and on each screen a row of either side."""

    app: Any
    people: dict[Role, Browser] = field(default_factory=dict)
    actors: dict[Role, Actor] = field(default_factory=dict)
    names: dict[Role, str] = field(default_factory=dict)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)  # view -> "a", "b" or a role's value -> key
    things: dict[str, Any] = field(default_factory=dict)
    tokens: dict[Role, str] = field(default_factory=dict)

    def mine(self, view: str, role: Role) -> Any:
        """Key of a row this role sees on the screen."""
        found = self.rows[view]
        return found[role.value] if role.value in found else found["a"]

    def theirs(self, view: str, role: Role) -> Any:
        """Key of a row it does not see; None where it sees everything."""
        return None if REACH.get(view, {}).get(role.value, "all") == "all" else self.rows[view]["b"]

    def absent(self, view: str) -> Any:
        """A key that no row has."""
        return ABSENT.get(view, 2**40)

    def get(self, role: Role, path: str, **headers: str) -> Any:
        return self._forgetting(role, self.people[role].client.get(path, headers=headers))

    def post(self, role: Role, path: str, values: dict[str, Any] | None = None, **more: Any) -> Any:
        """With the token of this person's session, asked for once. The whole answer is taken: a download is a stream."""
        if role not in self.tokens:
            self.tokens[role] = self.people[role].token()
        sent, login = {"csrf_token": self.tokens[role], **(values or {})}, self._login(role)
        answer = self.people[role].client.post(path, data=sent, buffered=True, **more)
        if self._login(role) != login:  # the act ended the login and began another one, which has another token
            self.tokens.pop(role)
            self.people[role].kept = ""
        return self._forgetting(role, answer)

    def _login(self, role: Role) -> Any:
        """What the cookie of this person stands for."""
        cookie = self.people[role].client.get_cookie("session")
        serializer = self.app.session_interface.get_signing_serializer(self.app)
        return serializer.loads(cookie.value).get("_user_id") if cookie is not None else None

    def _forgetting(self, role: Role, answer: Any) -> Any:
        """A language asked for is kept in a cookie: the next test finds this person as they were."""
        self.people[role].client.delete_cookie("lang")
        return answer


def screens(app: Any) -> list[Any]:
    """The registered screens over a model, in the order of the registry."""
    known = {type(v): v for v in app.extensions["appbuilder"].baseviews}
    return [known[e.view] for e in registry.MENU if issubclass(e.view, SafeView)]


def granted(view: type, permission: str = "can_list") -> list[Role]:
    """Roles that hold a permission on a view."""
    return [r for r in ROLES if (permission, view.__name__) in compiled.grants()[r.value]]


@contextmanager
def undone(world: World) -> Iterator[Any]:
    """The session of a test in the world: what it and the requests commit is taken back."""
    from app.extensions import db

    app = world.app
    with app.app_context():
        engines = db._app_engines[app]
    engine, plain = engines[None], db.session
    connection = engine.connect()
    outer = connection.begin()
    engines[None] = connection
    bound = db._make_scoped_session({"join_transaction_mode": "create_savepoint"})
    db.session = app.extensions["appbuilder"]._session = bound
    context = app.app_context()
    context.push()
    browsers = [(one, one.kept, one.client.get_cookie("session")) for one in world.people.values()]
    tokens = dict(world.tokens)
    try:
        yield bound
    finally:
        bound.remove()
        context.pop()
        db.session = app.extensions["appbuilder"]._session = plain
        engines[None] = engine
        for one, kept, cookie in browsers:  # logins that began meanwhile are taken back with the rest
            one.kept = kept
            one.client.delete_cookie("lang")
            if cookie is not None:
                one.client.set_cookie("session", cookie.value)
        world.tokens.clear()
        world.tokens.update(tokens)
        outer.rollback()
        connection.close()


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """The statements that reach the world's database meanwhile."""
    from app.extensions import db

    seen: list[str] = []

    def note(_connection, _cursor, statement, _parameters, _context, _many) -> None:
        # "Last seen" is written once a minute, whatever page it is that comes then.
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO", "UPDATE login_session SET seen_at")):
            seen.append(statement)

    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


_KEPT: list[World] = []


def shared(node: Any, server_url: str, template_url: str, data_dir: Any) -> World:
    """The one world of this run; `node` is pytest's session, at whose end the world goes."""
    if not _KEPT:
        holder = standing(server_url, template_url, data_dir)
        _KEPT.append(holder.__enter__())
        node.addfinalizer(lambda: holder.__exit__(None, None, None))
    return _KEPT[0]


# -- building ---------------------------------------------------------------------------------------------


@contextmanager
def standing(server_url: str, template_url: str, data_dir: Any) -> Iterator[World]:
    """Builds the world, and removes its database afterwards."""
    from app.extensions import db

    url = base.clone(server_url, template_url)
    app = base.make_app(
        url, data_dir, IDLE_MINUTES=120, STAFF_IDLE_MINUTES=120, PROOF_MINUTES=120
    )  # longer than any run
    world = World(app)
    with app.app_context():
        _Builder(world, db.session).everything()
        db.session.remove()
    for role in ROLES:
        world.people[role] = another_login(world, role)
    yield world
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    base.drop(server_url, url)


def another_login(world: World, role: Role) -> Browser:
    """A browser of its own for the person of this role."""
    client, actor = world.app.test_client(), world.actors[role]
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login/").text)[1]
    sent = {"csrf_token": token, "username": world.names[role], "password": PASSWORD}
    assert client.post("/login/", data=sent).status_code == 302
    return Browser(client, actor.account_id, actor.hat_id)


def _task(side: str, account_id: int) -> BackgroundTask:
    return BackgroundTask(
        kind="export", title=f"任务{side}", account_id=account_id, role="operator", parameters={}, digest=side,
        state="waiting",
    )  # fmt: skip


def _login(side: str, account_id: int) -> LoginSession:
    return LoginSession(
        token_hash=side, account_id=account_id, device_kind="computer", device="Firefox · Linux", address="127.0.0.1",
        ends_at=datetime.now(UTC) + timedelta(hours=12),
    )  # fmt: skip


class _Builder:
    """Writes the rows. Side "a" lies in 310120 and belongs to the people of the world, side "b" to nobody of them."""

    def __init__(self, world: World, session: Any) -> None:
        self.world, self.session = world, session
        self.hash = generate_password_hash(PASSWORD, "pbkdf2:sha256:1")

    def everything(self) -> None:
        self.places()
        self.accounts()
        self.side("a", self.world.things["unit_a"], HERE)
        self.side("b", self.world.things["unit_b"], THERE)
        self.persons_rows()
        self.bindings()
        self.entries()
        self.cooperation()
        self.rounds()
        self.eventful()
        self.system()
        self.reference()
        self.many()
        self.session.commit()

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def keep(self, view: str, side: str, row: Any) -> Any:
        self.world.rows.setdefault(view, {})[side] = getattr(row, key_name(type(row)))
        return row

    def places(self) -> None:
        """Units, schools and agencies of both sides."""
        for side, region in (("a", HERE), ("b", THERE)):
            unit = self.keep("UnitView", side, samples.unit(self.session, region=region))
            school = self.keep(
                "SchoolView", side, self.add(School(code=f"77{side}", name=f"测试学院{side}", region_code=region))
            )
            agency = self.keep("AgencyView", side, self.add(Agency(name=f"测试职介{side}", region_code=region)))
            self.keep(
                "AgencyUnitView", side, self.add(AgencyUnit(agency_id=agency.id, unit_id=unit.id, state="linked"))
            )
            self.keep("StudentView", side, self.add(samples.student(school)))
            self.world.things |= {
                f"uscc_{side}": unit.uscc,
                f"unit_{side}": unit,
                f"school_{side}": school,
                f"agency_{side}": agency,
            }

    def accounts(self) -> None:
        """One account with one hat for each role; one more person belongs to nobody."""
        things = self.world.things
        places: dict[Role, dict[str, Any]] = {
            Role.REVIEWER: {"region_code": "310000"}, Role.LEAD: {"region_code": "310000"},
            Role.SCHOOL: {"school_id": things["school_a"].id, "region_code": HERE, "grants": list(SCHOOL_FUNCTIONS)},
            Role.OWNER: {"unit_id": things["unit_a"].id},
            Role.HANDLER: {"unit_id": things["unit_a"].id, "grants": GRANTS},
            Role.AGENCY: {"agency_id": things["agency_a"].id},
        }  # fmt: skip
        for role in ROLES:
            self.world.actors[role] = self.account(role, f"w-{role.value}", places.get(role, {}))
            self.world.names[role] = f"w-{role.value}"
        there = {"school_id": things["school_b"].id, "region_code": THERE, "grants": list(SCHOOL_FUNCTIONS)}
        here = there | {
            "school_id": things["school_a"].id,
            "region_code": HERE,
        }  # a colleague: nobody changes the own functions
        for side, actor in (
            ("a", self.account(Role.SCHOOL, "w-school-a", here)),
            ("b", self.account(Role.SCHOOL, "w-school-b", there)),
        ):
            self.world.rows.setdefault("SchoolStaffView", {})[side] = actor.hat_id
        things["stranger"] = self.account(Role.SEEKER, "w-stranger", {})

    def account(self, role: Role, name: str, place: dict[str, Any]) -> Actor:
        user = self.add(
            User(
                first_name="三",
                last_name="张",
                username=name,
                email=f"{name}@example.cn",
                active=True,
                password=self.hash,
            )
        )
        self.add(
            Person(account_id=user.id, real_name="张三", identity_level=2, born_on=today() - timedelta(days=12000))
        )
        hat = self.add(Hat(account_id=user.id, role=role.value, is_default=True, **place))
        self.keep("HatView", "a" if role in ADMINS else "b", hat)
        self.keep("AccountView", "a", user)
        units = frozenset({place["unit_id"]}) if "unit_id" in place else frozenset()
        more = {k: v for k, v in place.items() if k != "grants"}
        return Actor(
            user.id, role, hat_id=hat.id, grants=frozenset(place.get("grants", ())), affiliated_units=units, **more
        )

    def file(self, account_id: int) -> Any:
        return samples.stored_file(self.session, account_id)

    def side(self, side: str, unit: Unit, region: str) -> None:
        """What a unit has: a posting, a gig, a picture, a change, a residency."""
        things = self.world.things
        sender = self.world.actors[Role.HANDLER].account_id if side == "a" else things["stranger"].account_id
        self.keep(
            "PostingView",
            side,
            self.posting(unit, region, f"职位{side}", agency=things[f"agency_{side}"], school=things[f"school_{side}"]),
        )
        self.keep("GigOfferView", side, self.offer(sender, region, f"零工{side}", unit_id=unit.id))
        self.keep("UnitMediumView", side, self.medium(sender, region, unit_id=unit.id))
        change = {name: getattr(unit, name) for name in ("name", "nature", "region_code")}
        self.keep(
            "UnitChangeView",
            side,
            self.add(UnitChange(unit_id=unit.id, status="returned", created_by_id=sender, **change)),
        )
        residency = Residency(
            unit_id=unit.id, school_id=things[f"school_{side}"].id, region_code=region, status="active"
        )
        self.keep("ResidencyView", side, self.add(residency))

    def entries(self) -> None:
        """Entries of agencies and certifications of employers of both sides."""
        things, people = self.world.things, self.world.actors
        applicants = {"seeker": (people[Role.SEEKER], HERE), "student": (people[Role.STUDENT], HERE)}
        applicants["b"] = (things["stranger"], THERE)
        for side, (actor, region) in applicants.items():
            self.keep("AgencyEntryView", side, self.add(AgencyEntry(
                name=f"入驻机构{side}", region_code=region, status="returned", created_by_id=actor.account_id,
            )))  # fmt: skip
            claimed = things["unit_b" if side == "b" else "unit_a"]
            self.keep("UnitTakeoverView", side, self.add(UnitTakeover(
                unit_id=claimed.id, uscc=claimed.uscc, name=claimed.name, reason="离职", region_code=region,
                status="returned", created_by_id=actor.account_id,
            )))  # fmt: skip
        self.world.rows["UnitTakeoverView"]["a"] = self.world.rows["UnitTakeoverView"]["seeker"]
        self.world.rows["AgencyEntryView"]["a"] = self.world.rows["AgencyEntryView"]["seeker"]
        for side, region in (("a", HERE), ("b", THERE)):
            by = people[Role.HANDLER] if side == "a" else things["stranger"]
            self.keep("EmployerCertificationView", side, self.add(EmployerCertification(
                unit_id=things[f"unit_{side}"].id, region_code=region, status="returned", title="人事", created_by_id=by.account_id,
            )))  # fmt: skip

    def cooperation(self) -> None:
        """A need of either unit to its school, and one of the school here to the unit here."""
        things, call = self.world.things, {}
        for side, by, to in (("a", "unit", "school"), ("school_admin", "school", "unit"), ("b", "unit", "school")):
            here = "b" if side == "b" else "a"
            need = self.keep("CooperationNeedView", side, self.need(**{f"{by}_id": things[f"{by}_{here}"].id}))
            call[side] = self.add(CooperationCall(need_id=need.id, **{f"{to}_id": things[f"{to}_{here}"].id}))
            self.keep("CooperationAnswerView", side, call[side])
        for side, one in (("a", "school_admin"), ("school_admin", "a"), ("b", "b")):
            self.keep("CooperationCallView", side, call[one])

    def need(self, **author: int) -> CooperationNeed:
        return self.add(CooperationNeed(
            title="共建实训基地", body="每学期接收二十名学生到岗实习。", contact_name="李四", contact_phone="13800001111",
            valid_until=today() + timedelta(days=30), reached=1, **author,
        ))  # fmt: skip

    def bindings(self) -> None:
        """A handler of either unit, and an invitation of the other unit for everybody outside the staff."""
        things, people = self.world.things, self.world.actors
        for side, account in (("a", people[Role.SYSADMIN].account_id), ("b", things["stranger"].account_id)):
            self.keep("BindingView", side, self.binding(things[f"unit_{side}"], account))
        for role in (Role.OWNER, Role.HANDLER, Role.AGENCY, Role.SEEKER, Role.STUDENT):
            self.keep("InvitationView", role.value, self.binding(things["unit_b"], people[role].account_id))
        self.world.rows["InvitationView"]["a"] = self.world.rows["InvitationView"]["seeker"]
        self.world.rows["InvitationView"]["b"] = self.world.rows["BindingView"]["b"]

    def binding(self, unit: Unit, account_id: int) -> Binding:
        until = datetime.now(UTC) + timedelta(days=7)
        return self.add(
            Binding(
                unit_id=unit.id, account_id=account_id, invited_as="138****0000", real_name="张三", grants=["postings"],
                expires_at=until,
            )
        )  # fmt: skip

    def persons_rows(self) -> None:
        """What persons have, and a unit each of them registered."""
        for role in (Role.SEEKER, Role.STUDENT, None):
            actor = self.world.actors[role] if role else self.world.things["stranger"]
            region, side = (HERE, role.value) if role else (THERE, "b")
            me = actor.account_id
            if role:
                self.keep("UnitView", side, samples.unit(self.session, status="returned", created_by_id=me))
                self.keep("GigOfferView", side, self.offer(me, region, f"个人零工{side}"))
            self.keep("GigWantedView", side, self.wanted(me, region, f"找活{side}"))
            self.keep("PersonalMediumView", side, self.medium(me, region, person_id=me))
        self.appeals()
        self.world.rows["AgencyPostingView"] = self.world.rows["PostingView"]
        for view in ("GigWantedView", "PersonalMediumView"):
            self.world.rows[view]["a"] = self.world.rows[view]["seeker"]

    def appeals(self) -> None:
        """One of each person, one of the stranger."""
        people = self.world.actors
        for side, actor, region in (
            ("seeker", people[Role.SEEKER], HERE), ("student", people[Role.STUDENT], HERE),
            ("b", self.world.things["stranger"], THERE),
        ):  # fmt: skip
            content = samples.appeal_content(self.session, actor.account_id, region_code=region)
            del content["files"]
            row = Appeal(**content, status="returned", created_by_id=actor.account_id)
            row.index_personal()
            self.keep("AppealView", side, self.add(row))
            self.keep("IdentityProofView", side, self.add(IdentityProof(
                real_name="张三", region_code=region, status="returned", created_by_id=actor.account_id,
            )))  # fmt: skip
        for view in ("AppealView", "IdentityProofView"):
            self.world.rows[view]["a"] = self.world.rows[view]["seeker"]

    def posting(
        self, unit: Unit, region: str, title: str, *, agency: Any = None, school: Any = None, status: str = "live"
    ) -> Posting:
        row = Posting(
            unit_id=unit.id, unit_name=unit.name,
            agency_id=agency.id if agency else None, region_code=region, title=title,
            headcount=2,
            pay_min=5000, pay_max=7000, education="any", status=status, valid_until=today() + timedelta(days=30),
            description="负责仓库收发货与盘点，登记出入库台账。", address="解放路1号",
        )  # fmt: skip
        row.schools = [school] if school else []
        return self.add(row)

    def offer(self, poster: int, region: str, title: str, **more: Any) -> GigOffer:
        return self.add(GigOffer(**_gig(samples.offer_content(region_code=region, title=title), poster), **more))

    def wanted(self, poster: int, region: str, title: str) -> GigWanted:
        return self.add(GigWanted(**_gig(samples.wanted_content(region_code=region, title=title), poster)))

    def medium(self, by: int, region: str, **owner: Any) -> Medium:
        return self.add(
            Medium(
                slot="image",
                title="车间",
                file=self.file(by),
                region_code=region,
                status="approved",
                created_by_id=by,
                **owner,
            )
        )

    def rounds(self) -> None:
        """An item of each side in the queue, and one of the school's."""
        sender, session = self.world.actors[Role.HANDLER], self.session
        for side, actor in (("a", sender), ("b", replace(sender, unit_id=self.world.things["unit_b"].id))):
            self.keep(
                "ReviewRoundView",
                side,
                self.sent(actor, "posting", samples.posting_content(region_code=HERE if side == "a" else THERE)),
            )
        unit = samples.unit(session)
        self.keep("ReviewRoundView", "school_admin", self.sent(
            replace(sender, unit_id=unit.id), "residency",
            {"school_id": self.world.things["school_a"].id, "statement": "我们招会计。"},
        ))  # fmt: skip

        stranger = self.world.things["stranger"]
        entry = samples.entry_content(session, stranger.account_id)
        self.keep("ReviewRoundView", "operator", self.sent(stranger, "agency_entry", entry))

    def sent(self, actor: Actor, kind: str, content: dict[str, Any]) -> ReviewRound:
        subject = desk.create(self.session, actor, kind, content)
        return desk.submit(self.session, actor, kind, subject.id)

    def eventful(self) -> None:
        """Of each kind a row with a past: returned and mended; approved, with an edit that waits."""
        found: dict[str, list[int]] = {}
        for key, kind in KINDS.items():
            if key == "residency":
                continue  # decided by a school, whose record is short
            story = samples.Story(self.session, key)
            subject, _row = story.decided("return")
            desk.edit(self.session, story.sender, key, subject.id, story.mended(), subject.version)
            found[key] = [subject.id]
            if kind.lifecycle.revisable:
                subject, _row = story.decided()
                desk.edit(self.session, story.sender, key, subject.id, story.mended(), subject.version)
                found[key].append(subject.id)
        self.world.things["eventful"] = found

    def own_imports(self) -> None:
        """Imports that belong to no division: a school's, national lists, what people sent for themselves."""
        mine = {
            Role.SCHOOL: ("student", {"school_id": self.world.things["school_a"].id}), Role.SYSADMIN: ("industry", {}),
            Role.HANDLER: ("own_posting", {}), Role.AGENCY: ("agency_posting", {}), Role.SEEKER: ("gig_wanted", {}),
            Role.STUDENT: ("gig_offer", {}),
        }  # fmt: skip
        for role, (entity, place) in mine.items():
            self.keep("ImportRunView", role.value, self.add(ImportRun(
                entity=entity, file_name=f"{entity}.csv", file_digest=role.value[0] * 64, state="done", errors=[],
                account_id=self.world.actors[role].account_id, **place,
            )))  # fmt: skip

    def system(self) -> None:
        """Messages to everybody, runs, logs."""
        for side, region in (("a", HERE), ("b", THERE)):
            self.keep("ImportRunView", side, self.add(ImportRun(
                entity="posting", file_name=f"名单{side}.csv", file_digest=side * 64, region_code=region,
                state="done", errors=[],
            )))  # fmt: skip
        self.own_imports()
        everybody = {r.value: a.account_id for r, a in self.world.actors.items()} | {
            "b": self.world.things["stranger"].account_id
        }
        for side, account_id in everybody.items():
            facts = {"kind": "posting", "title": f"给{side}的消息", "receipt_no": "1", "due_at": None}
            self.keep(
                "MessageView",
                side,
                self.add(
                    Message(account_id=account_id, message_kind="recruit", template="submission_received", facts=facts)
                ),
            )
            self.keep(
                "ListsView",
                side,
                self.add(SavedView(account_id=account_id, role=side, screen="MessageView", name="我的", conditions={})),
            )
        for side, until in (
            ("a", None),
            ("b", today() - timedelta(days=1)),
        ):  # what is over is seen by its writers only
            begun = today() - timedelta(days=9)
            row = Announcement(title_zh=f"公告{side}", body_zh="见通知。", shown_from=begun, shown_until=until)
            self.keep("AnnouncementView", side, self.add(row))
        for side, account_id in everybody.items():
            holder = self.world.actors[Role(side)] if side != "b" else self.world.things["stranger"]
            self.keep("ApiKeyView", side, self.add(ApiKey(
                account_id=account_id, hat_id=holder.hat_id, name=f"程序{side}", prefix="gj_x", key_hash=f"k{side}", scopes=[],
                expires_on=today() + timedelta(days=9),
            )))  # fmt: skip
            self.keep("TaskView", side, self.add(_task(side, account_id)))
            self.keep("SessionView", side, self.add(_login(side, account_id)))
        self.keep("FactorResetView", "a", self.add(FactorReset(
            account_id=everybody["lead"], asked_by_id=everybody["secadmin"], reason="当面核验工作证",
        )))  # fmt: skip
        self.world.rows["OnlineView"] = {"a": self.world.rows["SessionView"]["seeker"]}
        self.keep("ExportEventView", "a", self.add(ExportEvent(
            role="lead", list_name="UnitView", conditions={"q": "测试", "f_region": HERE}, columns=["name", "uscc"],
            rows=7, file_format="csv", size=700, sha256="0" * 64, account_id=everybody["lead"],
        )))  # fmt: skip
        self.keep("RequestEventView", "a", self.add(RequestEvent(
            account_id=everybody["lead"], role="lead", screen="UnitView", step="edit", row_key="1", result="done", status=302,
        )))  # fmt: skip
        dispatch.send(self.session, "sms", "13800001111", "code", {"code": "123456", "minutes": "5"})
        self.session.flush()
        self.keep("DispatchView", "a", self.session.scalars(select(Dispatch)).first())
        self.keep("OutboxView", "a", self.session.scalars(select(Outbox)).first())
        self.keep(
            "LoginEventView", "a", self.add(LoginEvent(user_name="w-nobody", outcome="wrong", address="127.0.0.1"))
        )
        self.keep("AccountMergeView", "a", self.add(AccountMerge(
            kept_id=everybody["seeker"], closed_id=everybody["student"], asked_by_id=everybody["secadmin"], reason="同一身份证",
        )))  # fmt: skip
        self.keep("IdentityProviderView", "a", self.add(IdentityProvider(
            code="province", name_zh="省统一身份认证", name_en="Province", issuer="https://id.example.cn", client_id="gongjiu", active=False,
        )))  # fmt: skip
        self.keep("ReviewEventView", "a", self.session.scalars(select(ReviewEvent)).first())
        lead = self.world.actors[Role.LEAD]
        what = unmasked.What("UnitView", "unit", self.world.things["unit_a"].id, "contact_phone", HERE)
        unmasked.note(self.session, lead, what, "contact", "电话核实")
        shown = self.session.scalars(select(ReviewEvent).where(ReviewEvent.action == unmasked.ACTION)).one()
        self.keep("UnmaskEventView", "a", shown)
        self.keep("JobRunView", "a", self.add(JobRun(job="expire")))
        self.keep(
            "BlacklistedView",
            "a",
            self.add(Blacklisted(subject="phone", value_hash="0" * 64, shown="138****0000", reason="冒用他人身份")),
        )

    def reference(self) -> None:
        """One row of every table that ships with the product, or a new one."""
        for side, region in (("a", HERE), ("b", THERE)):
            wage = MinimumWage(region_code=region, monthly=2690, hourly=2400, valid_from=today())
            self.keep("MinimumWageView", side, self.add(wage))
            self.keep("ParameterView", side, self.add(Parameter(key="probe", region_code=region, value="1")))
            self.keep("CustomFieldView", side, self.field(region, f"probe_{side}"))
            self.keep("ReviewPolicyView", side, self.add(ReviewPolicy(kind="posting", region_code=region)))
            off = CheckSwitch(rule="D04", effect="off", region_code=region, valid_from=today(), reason="另行抽查")
            self.keep("CheckSwitchView", side, self.add(off))
        for name, model in {
            "RegionView": Region, "IndustryView": Industry, "OccupationView": Occupation, "DictItemView": DictItem,
            "WorkDayView": WorkDay, "ReviewReasonView": ReviewReason, "NoticeTextView": NoticeText,
            "MajorView": Major,
        }.items():  # fmt: skip
            self.keep(name, "a", self.session.scalars(select(model).limit(1)).one())

    def field(self, region: str, code: str) -> Any:
        """A custom field of postings in one division, without values."""
        names = {"label_zh": f"试{code}", "label_en": f"Probe {code}"}
        return self.add(CustomField(entity="posting", code=code, type="int", region_code=region, in_list=True, **names))

    def many(self) -> None:
        """More than a page of everything that is reviewed, each with its relations: one query a row would show."""
        things, people = self.world.things, self.world.actors
        seeker, handler = people[Role.SEEKER].account_id, people[Role.HANDLER].account_id
        regions = list(
            self.session.scalars(select(Region.code).where(Region.code.like("3101%"), ~Region.pseudo).limit(10))
        )
        unit, school = things["unit_a"], things["school_a"]
        for n in range(60):
            region = regions[n % len(regions)]
            self.posting(unit, region, f"批量职位{n:02d}", agency=things["agency_a"], school=school)
            self.offer(handler, region, f"批量零工{n:02d}", unit_id=unit.id)
            self.wanted(seeker, region, f"批量找活{n:02d}")
            self.medium(handler, region, unit_id=unit.id)
            self.medium(seeker, region, person_id=seeker)
            other = self.add(
                Unit(
                    name=f"批量单位{n:02d}",
                    uscc=samples.uscc(70_000_000 + n),
                    nature="enterprise",
                    region_code=region,
                    status="approved",
                )
            )
            self.add(Residency(unit_id=other.id, school_id=school.id, region_code=HERE, status="active"))
            self.add(CooperationCall(need_id=self.need(unit_id=other.id).id, school_id=school.id))
            self.add(CooperationCall(need_id=self.need(school_id=school.id).id, unit_id=unit.id))
            self.add(AgencyUnit(agency_id=things["agency_a"].id, unit_id=other.id))
            self.add(
                UnitChange(
                    unit_id=other.id, name=other.name, nature="enterprise", region_code=region, status="approved"
                )
            )
        self.more_rounds()

    def more_rounds(self) -> None:
        """The queue made long by rows alone: what is shown of them is the same."""
        first = self.session.get(ReviewRound, self.world.rows["ReviewRoundView"]["a"])
        same = {
            c: getattr(first, c)
            for c in ("case_id", "kind", "title", "evidence_digest", "region_code", "due_at", "checks")
        }
        for n in range(60):
            self.add(
                ReviewRound(
                    **same,
                    subject_id=10**6 + n,
                    receipt_no=f"T-{n:06d}",
                    state="approved",
                    holder_id=None,
                    round_no=2 + n,
                )
            )


def _gig(content: dict[str, Any], poster: int) -> dict[str, Any]:
    return content | {"poster_id": poster, "created_by_id": poster, "status": "live"}
