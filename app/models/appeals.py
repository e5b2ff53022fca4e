"""Appeals for a lost account or password with documents (GD-17..22, HL-06..09). Materials leave 30 days after the verdict."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Index, Integer, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import relationship

from app.models.base import ONE_WAY, PERSONAL, Reviewable, Sealed, col, index_of, one_of, pk, vault
from app.models.reference import Region
from app.rules.appeals import APPEAL, PARTIES, SLOTS, WISHES
from app.rules.masks import mask_id, mask_name, mask_phone


class Appeal(Reviewable, Model):
    """Who asks for which account, and with which telephone it was asked. The telephone is proven before the row exists."""

    __tablename__ = "account_appeal"
    __table_args__ = (
        one_of("status", APPEAL.statuses, "status"),
        one_of("party", PARTIES, "party"),
        one_of("wish", WISHES, "wish"),
        Index("ix_account_appeal_list", "region_code", "id"),
        Index(
            "ix_account_appeal_untold",
            "decided_at",
            postgresql_where=text("status IN ('approved','rejected','returned') AND purged_at IS NULL"),
        ),
    )
    CONTENT = (
        "party",
        "wish",
        "real_name",
        "document_kind",
        "id_number",
        "unit_name",
        "uscc",
        "phone",
        "reason",
        "region_code",
        "agreed",
        "files",
    )
    SEALED = ("id_number", "phone")
    id = pk()
    party = col("For whom", String(10), nullable=False, words="appeal_party")
    wish = col("What was lost", String(10), nullable=False, words="appeal_wish")
    real_name = col("Real name", String(60), nullable=False, info=PERSONAL)
    document_kind = col("Document kind", String(30), nullable=False, default="resident_id", words="document_kind")
    id_number = col("Document number", Sealed("account_appeal.id_number"))
    id_hash = col("Document number (blind index)", String(64), index=True, info=index_of("id_number"))
    unit_name = col("Unit name", String(100), nullable=False, default="")
    uscc = col("Unified social credit code", String(18), nullable=False, default="")
    phone = col("New phone", Sealed("account_appeal.phone"))
    phone_hash = col("Phone (blind index)", String(64), index=True, info=index_of("phone"))
    reason = col("Reason of the appeal", String(500), nullable=False)
    region_code = col("Division", String(6), ForeignKey("region.code"), nullable=False)
    agreed = col("Consent to the use of identity pictures", Boolean, nullable=False, default=False)
    account_id = col("Account", Integer, ForeignKey("ab_user.id", ondelete="SET NULL"), index=True)
    address = col("Address", String(45), nullable=False, default="", info=PERSONAL)
    told_at = col("Result told at", DateTime(timezone=True))
    taken_at = col("Account taken over at", DateTime(timezone=True))
    former_phone = col("Phone before, until the account is taken over", Sealed("account_appeal.former_phone"))
    former_mail = col("Mail before, until the account is taken over", Sealed("account_appeal.former_mail"))
    purged_at = col("Materials purged at", DateTime(timezone=True))
    region = relationship(Region, info={"label": _l("Division")})
    account = relationship(User, foreign_keys=[account_id], info={"label": _l("Account")})
    materials = relationship("AppealFile", back_populates="appeal", order_by="AppealFile.id")

    def index_personal(self) -> None:
        """Keeps the blind indexes beside what they are made of."""
        self.id_hash = vault().blind(self.id_number.upper(), "id_number") if self.id_number else None
        self.phone_hash = vault().blind(self.phone, "phone") if self.phone else None

    @property
    def name_masked(self) -> str:
        """The name as lists show it."""
        return mask_name(self.real_name)

    @property
    def id_masked(self) -> str:
        """First three and last four characters of the document number."""
        return mask_id(self.id_number or "")

    @property
    def phone_masked(self) -> str:
        """The phone without its middle."""
        return mask_phone(self.phone or "")

    def __str__(self) -> str:
        return self.unit_name or self.name_masked


class AppealFile(Model):
    """One material. Without an appeal it was uploaded and not yet sent in: the upload belongs to the proven telephone."""

    __tablename__ = "account_appeal_file"
    __table_args__ = (one_of("slot", SLOTS, "slot"), UniqueConstraint("appeal_id", "slot"))
    id = pk()
    appeal_id = col("Appeal", BigInteger, ForeignKey("account_appeal.id", ondelete="CASCADE"))
    slot = col("Material", String(20), nullable=False, words="appeal_slot")
    file_id = col(
        "File", UUID(as_uuid=True), ForeignKey("stored_file.id", ondelete="CASCADE"), nullable=False, index=True
    )
    phone_hash = col("Phone (blind index)", String(64), index=True, info=ONE_WAY)
    at = col("Uploaded at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    appeal = relationship(Appeal, back_populates="materials")
    file = relationship("StoredFile", info={"label": _l("File")})

    def __str__(self) -> str:
        return self.slot
