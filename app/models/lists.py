"""How people want their lists: conditions kept under a name (saved views), and the columns they chose."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, ForeignKey, Index, Integer, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import relationship

from app.models.base import Stamped, col, one_of, pk

DENSITIES = ("", "compact", "normal", "roomy")
LONGEST_NAME = 30


class SavedView(Stamped, Model):
    """A list's conditions under a name, for one role of one account. `audience` says who else may use it.

    What is stored is never trusted: it is held against the view's whitelists and the reader's scope at every use.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("account_id", "role", "screen", "name"),
        one_of("density", DENSITIES, "density"),
        Index("ix_saved_view_shared", "screen", "audience", postgresql_where=text("audience <> ''")),
    )
    id = pk()
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False)
    role = col("Role", String(20), nullable=False, words="role")
    screen = col("List", String(60), nullable=False)
    name = col("Name", String(LONGEST_NAME), nullable=False)
    conditions = col("Conditions", JSONB, nullable=False, default=dict)
    columns = col("Columns shown", ARRAY(String(60)))
    density = col("Density", String(10), nullable=False, default="", server_default="")
    audience = col("Shared with", String(30), nullable=False, default="", server_default="")
    position = col("Place in the order", SmallInteger, nullable=False, default=0, server_default="0")
    account = relationship(User, info={"label": _l("Account")})

    def __str__(self) -> str:
        return self.name


class ListLayout(Stamped, Model):
    """One list as one role of one account wants it: columns in order, density, the saved view it opens with."""

    __tablename__ = "list_layout"
    __table_args__ = (
        UniqueConstraint("account_id", "role", "screen"),
        one_of("density", DENSITIES, "density"),
    )
    id = pk()
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False)
    role = col("Role", String(20), nullable=False, words="role")
    screen = col("List", String(60), nullable=False)
    columns = col("Columns shown", ARRAY(String(60)))
    density = col("Density", String(10), nullable=False, default="", server_default="")
    opens_with_id = col("Opens with", BigInteger, ForeignKey("saved_view.id", ondelete="SET NULL"), index=True)
