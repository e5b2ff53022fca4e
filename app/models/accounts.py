"""People and their hats. A person has one account and may wear several hats (design section 1)."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    and_,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import relationship, validates

from app.models.base import Sealed, Stamped, Traced, col, index_of, one_of, pk, vault
from app.models.reference import Region
from app.rules.actor import Role
from app.rules.limits import net
from app.rules.masks import mask_email, mask_id, mask_phone
from app.rules.names import initials

REFUSED_LOGINS = ("wrong", "wrong_code", "locked")  # outcomes of the login log that somebody was turned away with
COUNTED_LOGINS = ("wrong", "wrong_code")  # what counts towards the lockout
CLEARING_LOGINS = ("ok", "unlocked")  # what ends a row of failures
ROLES = tuple(r.value for r in Role if r is not Role.CLOCK)
_THREE = "('sysadmin','secadmin','auditor')"
_CONFIRMED = "(confirmed_by_id IS NOT NULL AND confirmed_by_id <> given_by_id AND confirmed_by_id <> account_id)"
_STANDING = "CASE WHEN active THEN 'active' WHEN given_by_id IS NOT NULL AND confirmed_by_id IS NULL THEN 'waiting' ELSE 'off' END"


class Person(Traced, Stamped, Model):
    """Who an account belongs to: true name, sealed document number and phone, identity level L0..L3 (GD-06, GD-13)."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("identity_level BETWEEN 0 AND 3", name="identity_level"),
        Index("ix_person_initials", "initials", postgresql_ops={"initials": "varchar_pattern_ops"}),
    )
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    real_name = col("Real name", String(60), nullable=False)
    document_kind = col("Document kind", String(30), nullable=False, default="resident_id", words="document_kind")
    id_number = col("Document number", Sealed("person.id_number"))
    id_hash = col("Document number (blind index)", String(64), unique=True, info=index_of("id_number"))
    claim_hash = col("Claimed document number (blind index)", String(64), index=True, info=index_of("id_number"))
    phone = col("Phone", Sealed("person.phone"))
    phone_hash = col("Phone (blind index)", String(64), unique=True, info=index_of("phone"))
    mail = col("Reserved mail address", Sealed("person.mail"))
    mail_hash = col("Reserved mail address (blind index)", String(64), unique=True, info=index_of("mail"))
    born_on = col("Born on", Date)
    identity_level = col("Identity level", SmallInteger, nullable=False, default=0)
    level_source = col("Level proven by", String(40))
    level_at = col("Level proven at", DateTime(timezone=True))
    demo = col("Demo account", Boolean, nullable=False, default=False)
    must_change = col("Password must be changed", Boolean, nullable=False, default=False, server_default=text("false"))
    initials = col("Pinyin initials", String(60), nullable=False, default="", server_default="")
    account = relationship(User, info={"label": _l("Account")})

    @validates("real_name")
    def _spell(self, _key: str, name: str) -> str:
        """Keeps the initials, by which people are found in lists and pickers."""
        self.initials = initials((name or "")[:60])[:60]
        return name

    def set_phone(self, phone: str) -> None:
        """Stores the phone sealed and its blind index beside it."""
        self.phone, self.phone_hash = phone, vault().blind(phone, "phone")

    def set_id_number(self, number: str) -> None:
        """Stores the document number sealed and its blind index beside it."""
        self.id_number, self.id_hash = number, vault().blind(number, "id_number")

    def set_mail(self, mail: str) -> None:
        """Stores the reserved mail address sealed and its blind index beside it."""
        self.mail, self.mail_hash = mail, vault().blind(mail.lower(), "mail")

    @property
    def mail_masked(self) -> str:
        return mask_email(self.mail) if self.mail else ""

    @property
    def phone_masked(self) -> str:
        return mask_phone(self.phone or "")

    @property
    def id_masked(self) -> str:
        return mask_id(self.id_number or "")

    def __str__(self) -> str:
        return self.real_name


class Hat(Traced, Stamped, Model):
    """A role an account may act in, with the organisation and division it reaches."""

    __tablename__ = "hat"
    __table_args__ = (
        one_of("role", ROLES, "role"),
        CheckConstraint("role NOT IN ('unit_owner','unit_handler') OR unit_id IS NOT NULL", name="unit"),
        CheckConstraint("role <> 'school_admin' OR school_id IS NOT NULL", name="school"),
        CheckConstraint("role <> 'agency' OR agency_id IS NOT NULL", name="agency"),
        CheckConstraint("role NOT IN ('reviewer','lead') OR region_code IS NOT NULL", name="region"),
        Index(
            "uq_hat_once",
            "account_id",
            "role",
            text("coalesce(unit_id, 0)"),
            text("coalesce(school_id, 0)"),
            text("coalesce(agency_id, 0)"),
            text("coalesce(region_code, '')"),
            unique=True,
            postgresql_where=text("active"),
        ),
        # 三员分立: one account never holds two of the three administrators' hats.
        Index(
            "uq_hat_one_administrator",
            "account_id",
            unique=True,
            postgresql_where=text("active AND role IN ('sysadmin','secadmin','auditor')"),
        ),
        # Given on the screen, such a hat is in force once another administrator, not the account itself, confirmed it.
        CheckConstraint(f"NOT active OR role NOT IN {_THREE} OR given_by_id IS NULL OR {_CONFIRMED}", name="confirmed"),
        Index("uq_hat_one_waiting", "account_id", unique=True, postgresql_where=text("standing = 'waiting'")),
    )
    id = pk()
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, index=True)
    role = col("Role", String(20), nullable=False, words="audience")
    region_code = col("Division", String(6), ForeignKey("region.code"))
    unit_id = col("Unit", BigInteger, ForeignKey("unit.id"), index=True)
    school_id = col("School", BigInteger, ForeignKey("school.id"), index=True)
    agency_id = col("Agency", BigInteger, ForeignKey("agency.id"), index=True)
    grants = col(
        "Granted functions",
        ARRAY(String(30)),
        nullable=False,
        server_default="{}",
        default=list,
        words="grant",
        help=_l("What a handler may do for the unit, or staff for the school"),
    )
    is_default = col("Default role", Boolean, nullable=False, default=False)
    active = col("Active", Boolean, nullable=False, default=True)
    given_by_id = col("Given by", Integer, ForeignKey("ab_user.id"))  # of administrators; none by the command line
    confirmed_by_id = col("Confirmed by", Integer, ForeignKey("ab_user.id"))
    standing = col("State", String(10), Computed(_STANDING, persisted=True), nullable=False, words="hat_standing")
    account = relationship(User, foreign_keys=[account_id], info={"label": _l("Account")})
    given_by = relationship(User, foreign_keys=[given_by_id], info={"label": _l("Given by")})
    confirmed_by = relationship(User, foreign_keys=[confirmed_by_id], info={"label": _l("Confirmed by")})
    region = relationship(Region, info={"label": _l("Division")})
    unit = relationship("Unit", info={"label": _l("Unit")}, foreign_keys=[unit_id])
    school = relationship("School", info={"label": _l("School")})
    agency = relationship("Agency", info={"label": _l("Agency")})

    def __str__(self) -> str:
        return self.role


# The framework's account knows nothing of hats: what it wears is read from here, never written.
Index("uq_ab_user_username_folded", func.lower(User.__table__.c.username), unique=True)  # as the login reads it
User.__table__.c.email.info["several_lines"] = False  # 320 characters by the standard, one line by nature
User.hats = relationship(
    Hat,
    primaryjoin=lambda: and_(Hat.account_id == User.id, Hat.active),
    order_by=Hat.id,
    viewonly=True,
    info={"label": _l("Roles")},
)


class LoginEvent(Model):
    """A login, its refusal or its end, as the auditor reads it (登录日志). Holds no password and no full phone."""

    __tablename__ = "login_event"
    __table_args__ = (
        Index("ix_login_event_refused", "at", postgresql_where=text("outcome IN ('wrong','wrong_code','locked')")),
        Index(
            "ix_login_event_name",
            text("lower(user_name)"),
            "id",
            postgresql_where=text("outcome IN ('wrong','wrong_code','ok','unlocked')"),
        ),
        Index("ix_login_event_account", "account_id", "id"),
        Index("ix_login_event_net", "net", "at", postgresql_where=text("outcome IN ('wrong','wrong_code')")),
    )
    id = pk()
    at = col("At", DateTime(timezone=True), server_default=func.now(), nullable=False, index=True)
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="SET NULL"))
    user_name = col("User name", String(128), nullable=False, default="")
    address = col("Address", String(45), nullable=False, default="")
    net = col("Network of the address", String(45), nullable=False, default="", server_default="")
    outcome = col("Outcome", String(20), nullable=False, words="login_outcome")
    account = relationship(User, info={"label": _l("Account")})

    @validates("address")
    def _net_of(self, _name: str, address: str) -> str:
        """What counts for the lockout of an address."""
        self.net = net(address)
        return address


class PasswordHistory(Model):
    """A password used before, as its hash; a trigger keeps the last five of each account."""

    __tablename__ = "password_history"
    __table_args__ = (Index("ix_password_history_account", "account_id", "id"),)
    id = pk()
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False)
    hash = col("Hash of the password", String(256), nullable=False)
    until = col("Used until", DateTime(timezone=True), nullable=False)
