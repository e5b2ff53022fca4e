"""Reference data: divisions, industries, occupations, the data dictionary, working days, wages, switches."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import relationship

from app.models.base import Searchable, Stamped, Traced, col, one_of, pk
from app.rules.reference import CATALOGUES


class Region(Traced, Searchable, Model):
    """A division of GB/T 2260, three levels; abolished codes stay valid inside ID numbers (valid_to)."""

    __tablename__ = "region"
    __table_args__ = (
        CheckConstraint("code ~ '^[0-9]{6}$'", name="code"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
        Index("ix_region_search", "search", postgresql_using="gin"),
    )
    SEARCHED = ("code", "name", "initials")

    code = col("Division code", String(6), primary_key=True)
    name = col("Division", String(60), nullable=False)
    parent_code = col("Parent division", String(6), ForeignKey("region.code"), index=True)
    level = col("Level", SmallInteger, nullable=False)
    pseudo = col("Pseudo level", Boolean, nullable=False, default=False, help=_l("Hidden in pickers (市辖区, 县)"))
    full_name = col("Full name of the division", String(120), nullable=False)
    pinyin = col("Pinyin", String(160))
    initials = col("Pinyin initials", String(60))
    valid_from = col("Valid from", Date)
    valid_to = col("Valid to", Date)

    def __str__(self) -> str:
        return self.full_name


class Industry(Traced, Searchable, Model):
    """An industry of GB/T 4754-2017: sections A-T and their divisions; finer levels are imported."""

    __tablename__ = "industry"
    __table_args__ = (Index("ix_industry_search", "search", postgresql_using="gin"),)
    SEARCHED = ("code", "name")
    code = col("Industry code", String(6), primary_key=True)
    name = col("Industry", String(80), nullable=False)
    parent_code = col("Parent industry", String(6), ForeignKey("industry.code"), index=True)
    level = col("Level", SmallInteger, nullable=False)
    edition = col("Edition", String(20), nullable=False, default="GB/T 4754-2017")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Occupation(Traced, Searchable, Model):
    """An occupation of the national classification (2022 edition)."""

    __tablename__ = "occupation"
    __table_args__ = (Index("ix_occupation_search", "search", postgresql_using="gin"),)
    SEARCHED = ("code", "name")
    code = col("Occupation code", String(12), primary_key=True)
    name = col("Occupation", String(80), nullable=False)
    parent_code = col("Parent occupation", String(12), ForeignKey("occupation.code"), index=True)
    level = col("Level", SmallInteger, nullable=False)
    edition = col("Edition", String(20), nullable=False, default="2022")

    def __str__(self) -> str:
        return self.name


class Major(Traced, Searchable, Stamped, Model):
    """A major of one of the three national catalogues; the same code may stand in two of them."""

    __tablename__ = "major"
    __table_args__ = (
        UniqueConstraint("catalogue", "code"),
        one_of("catalogue", CATALOGUES, "catalogue"),
        Index("ix_major_search", "search", postgresql_using="gin"),
    )
    SEARCHED = ("code", "name")
    id = pk()
    catalogue = col("Catalogue of majors", String(20), nullable=False, words="major_catalogue")
    code = col("Major code", String(10), nullable=False)
    name = col("Major", String(80), nullable=False)
    parent_code = col("Parent major", String(10))
    level = col("Level", SmallInteger, nullable=False)
    edition = col("Edition", String(20), nullable=False, default="")
    valid_from = col("Valid from", Date)
    valid_to = col("Valid to", Date)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class DictItem(Traced, Stamped, Model):
    """One word of the data dictionary (字典管理): the values offered by a select field."""

    __tablename__ = "dict_item"
    __table_args__ = (UniqueConstraint("dict_code", "code"),)
    id = pk()
    dict_code = col("Dictionary", String(40), nullable=False, words="dictionary")
    code = col("Code", String(40), nullable=False)
    name_zh = col("Name (Chinese)", String(80), nullable=False)
    name_en = col("Name (English)", String(120), nullable=False)
    sort = col("Order", Integer, nullable=False, default=0)
    active = col("Active", Boolean, nullable=False, default=True)

    def __str__(self) -> str:
        return self.name_en if str(get_locale()) == "en" else self.name_zh


class WorkDay(Traced, Stamped, Model):
    """Whether a day is worked, 调休 included. Due dates read only this table."""

    __tablename__ = "work_day"
    day = col("Day", Date, primary_key=True)
    is_work = col("Working day", Boolean, nullable=False)
    note = col("Note", String(80), nullable=False, default="")
    provisional = col(
        "Provisional",
        Boolean,
        nullable=False,
        default=False,
        help=_l("The official notice for this year is not out yet"),
    )

    def __str__(self) -> str:
        return self.day.isoformat()


class MinimumWage(Traced, Stamped, Model):
    """Local minimum pay (最低工资规定); shipped empty, kept by the bureau."""

    __tablename__ = "minimum_wage"
    __table_args__ = (UniqueConstraint("region_code", "valid_from"),)
    id = pk()
    region_code = col("Division", String(6), ForeignKey("region.code"), nullable=False)
    monthly = col("Monthly (yuan)", Integer, nullable=False)
    hourly = col("Hourly (fen)", Integer, nullable=False, help=_l("In fen: 2400 is 24.00 yuan"))
    valid_from = col("Valid from", Date, nullable=False)
    source = col("Source", String(200), nullable=False, default="")
    region = relationship(Region, info={"label": _l("Division")})


class Parameter(Traced, Stamped, Model):
    """A value set for everywhere or for one division; the nearest division upwards wins (app/rules/settings.py)."""

    __tablename__ = "parameter"
    __table_args__ = (UniqueConstraint("key", "region_code", postgresql_nulls_not_distinct=True),)
    id = pk()
    key = col("Parameter", String(60), nullable=False, words="parameter")
    region_code = col("Division", String(6), ForeignKey("region.code"))
    value = col("Value", String(2000), nullable=False)
    note = col("Note", String(200), nullable=False, default="")
    region = relationship(Region, info={"label": _l("Division")})

    @property
    def setting(self) -> tuple[str, str]:
        """What the value is shown from."""
        return self.key, self.value

    @property
    def usual(self) -> tuple[str, str]:
        """What the default is compared with."""
        return self.key, self.value

    @property
    def about(self) -> str:
        """What the explanation is found by."""
        return self.key

    def __str__(self) -> str:
        return self.key
