"""Proofs of identity by documents (GD-09, GD-12, GD-13). Materials and personal columns leave 30 days after the verdict."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Index, String, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import relationship

from app.models.base import PERSONAL, Reviewable, Sealed, col, one_of, pk
from app.models.reference import Region
from app.rules.identity import PROOF, SLOTS
from app.rules.masks import mask_id, mask_name


class IdentityProof(Reviewable, Model):
    """What a person shows of the identity document; the person is the account that made the row."""

    __tablename__ = "identity_proof"
    __table_args__ = (
        one_of("status", PROOF.statuses, "status"),
        Index("ix_identity_proof_list", "region_code", "id"),
    )
    CONTENT = ("real_name", "document_kind", "id_number", "region_code", "agreed", "files")
    SEALED = ("id_number",)
    id = pk()
    real_name = col("Real name", String(60), nullable=False, info=PERSONAL, help=_l("As on the document"))
    document_kind = col("Document kind", String(30), nullable=False, default="resident_id", words="document_kind")
    id_number = col("Document number", Sealed("identity_proof.id_number"))
    region_code = col(
        "Division", String(6), ForeignKey("region.code"), nullable=False, help=_l("The bureau of this division decides")
    )
    agreed = col(
        "Consent to the use of identity pictures", Boolean, nullable=False, default=False,
        help=_l("They are used for this proof alone and deleted 30 days after the decision"),
    )  # fmt: skip
    purged_at = col("Materials purged at", DateTime(timezone=True))
    region = relationship(Region, info={"label": _l("Division")})
    materials = relationship("IdentityPicture", back_populates="proof", order_by="IdentityPicture.id")

    @property
    def name_masked(self) -> str:
        """The name as lists show it."""
        return mask_name(self.real_name)

    @property
    def id_number_masked(self) -> str:
        """First three and last four characters of the document number."""
        return mask_id(self.id_number or "")

    def __str__(self) -> str:
        return self.name_masked


class IdentityPicture(Model):
    """One picture. Without a proof it was replaced, and waits for the purge."""

    __tablename__ = "identity_proof_file"
    __table_args__ = (one_of("slot", SLOTS, "slot"), UniqueConstraint("proof_id", "slot"))
    id = pk()
    proof_id = col("Identity proof", BigInteger, ForeignKey("identity_proof.id", ondelete="CASCADE"))
    slot = col("Material", String(20), nullable=False, words="material_slot")
    file_id = col(
        "File", UUID(as_uuid=True), ForeignKey("stored_file.id", ondelete="CASCADE"), nullable=False, index=True
    )
    at = col("Uploaded at", DateTime(timezone=True), server_default=func.now(), nullable=False)
    proof = relationship(IdentityProof, back_populates="materials")
    file = relationship("StoredFile", info={"label": _l("File")})

    def __str__(self) -> str:
        return self.slot
