"""Entry of agencies with its materials, certification of employers, and what an agency completes about itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0045"
down_revision = "0042"
branch_labels = None
depends_on = None

# Reasons of return that fit the new kinds: tables that were shipped before know nothing of them.
_FITTING = {"agency_entry": "R01 R02 R03 R04 R05 R07 R14", "employer_certification": "R01 R02 R03 R05 R14"}


def upgrade() -> None:
    op.create_table('agency_entry',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='ID'),
    sa.Column('name', sa.String(length=120), nullable=False, comment='Agency'),
    sa.Column('agency_kind', sa.String(length=20), nullable=False, comment='Agency kind'),
    sa.Column('uscc', sa.String(length=18), nullable=True, comment='Unified social credit code'),
    sa.Column('region_code', sa.String(length=6), nullable=False, comment='Division'),
    sa.Column('service_scope', sa.String(length=300), nullable=False, comment='Scope of services'),
    sa.Column('licence_no', sa.String(length=40), nullable=True, comment='Licence number'),
    sa.Column('licence_valid_from', sa.Date(), nullable=True, comment='Licence valid from'),
    sa.Column('licence_valid_until', sa.Date(), nullable=True, comment='Licence valid until'),
    sa.Column('contact_name', sa.String(length=60), nullable=True, comment='Contact person'),
    sa.Column('contact_phone', sa.String(600), nullable=True, comment='Contact phone'),
    sa.Column('photo_consent', sa.Boolean(), nullable=False, comment='Consent to the photo'),
    sa.Column('recommendation', sa.String(length=300), nullable=False, comment='Recommendation of the bureau'),
    sa.Column('recommended_at', sa.DateTime(timezone=True), nullable=True, comment='Recommended at'),
    sa.Column('agency_id', sa.BigInteger(), nullable=True, comment='Agency on the platform'),
    sa.Column('status', sa.String(length=20), nullable=False, comment='Status'),
    sa.Column('version', sa.Integer(), nullable=False, comment='Version'),
    sa.Column('edit_state', sa.String(length=20), server_default='', nullable=False, comment='State of a waiting edit'),
    sa.Column('edit_content', postgresql.JSONB(), nullable=True, comment='Content of a waiting edit'),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True, comment='Submitted at'),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True, comment='Decided at'),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True, comment='First public at'),
    sa.Column('created_by_id', sa.Integer(), nullable=True, comment='Created by'),
    sa.Column('created_on', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='Created on'),
    sa.Column('changed_on', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='Changed on'),
    sa.CheckConstraint("agency_kind IN ('public', 'commercial')", name=op.f('ck_agency_entry_agency_kind')),
    sa.CheckConstraint("status IN ('draft', 'returned', 'rejected', 'asked', 'recommended', 'pending', 'approved', 'deleted')", name=op.f('ck_agency_entry_status')),
    sa.CheckConstraint("uscc IS NULL OR uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'", name=op.f('ck_agency_entry_uscc')),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_agency_entry_agency_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['created_by_id'], ['ab_user.id'], name=op.f('fk_agency_entry_created_by_id')),
    sa.ForeignKeyConstraint(['region_code'], ['region.code'], name=op.f('fk_agency_entry_region_code')),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_agency_entry_agency_id'), 'agency_entry', ['agency_id'])
    op.create_index(op.f('ix_agency_entry_created_by_id'), 'agency_entry', ['created_by_id'])
    op.create_index('ix_agency_entry_region_status', 'agency_entry', ['region_code', 'status', 'id'])
    op.create_index(op.f('ix_agency_entry_status'), 'agency_entry', ['status'])
    op.create_table('employer_certification',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='ID'),
    sa.Column('unit_id', sa.BigInteger(), nullable=False, comment='Unit'),
    sa.Column('region_code', sa.String(length=6), nullable=False, comment='Division'),
    sa.Column('title', sa.String(length=60), nullable=False, comment='Post at the unit'),
    sa.Column('employed_since', sa.Date(), nullable=True, comment='Employed since'),
    sa.Column('note', sa.String(length=300), nullable=False, comment='Explanation'),
    sa.Column('valid_until', sa.Date(), nullable=True, comment='Certified until'),
    sa.Column('status', sa.String(length=20), nullable=False, comment='Status'),
    sa.Column('version', sa.Integer(), nullable=False, comment='Version'),
    sa.Column('edit_state', sa.String(length=20), server_default='', nullable=False, comment='State of a waiting edit'),
    sa.Column('edit_content', postgresql.JSONB(), nullable=True, comment='Content of a waiting edit'),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True, comment='Submitted at'),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True, comment='Decided at'),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True, comment='First public at'),
    sa.Column('created_by_id', sa.Integer(), nullable=True, comment='Created by'),
    sa.Column('created_on', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='Created on'),
    sa.Column('changed_on', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='Changed on'),
    sa.CheckConstraint("status IN ('draft', 'returned', 'rejected', 'expired', 'revoked', 'pending', 'approved')", name=op.f('ck_employer_certification_status')),
    sa.ForeignKeyConstraint(['created_by_id'], ['ab_user.id'], name=op.f('fk_employer_certification_created_by_id')),
    sa.ForeignKeyConstraint(['region_code'], ['region.code'], name=op.f('fk_employer_certification_region_code')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_employer_certification_unit_id')),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('unit_id', 'created_by_id', name=op.f('uq_employer_certification_unit_id_created_by_id'))
    )
    op.create_index(op.f('ix_employer_certification_created_by_id'), 'employer_certification', ['created_by_id'])
    op.create_index('ix_employer_certification_region_status', 'employer_certification', ['region_code', 'status', 'id'])
    op.create_index(op.f('ix_employer_certification_status'), 'employer_certification', ['status'])
    op.create_index('ix_employer_certification_valid', 'employer_certification', ['valid_until', 'status'])
    op.create_table('agency_material',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='ID'),
    sa.Column('entry_id', sa.BigInteger(), nullable=False, comment='Entry'),
    sa.Column('slot', sa.String(length=20), nullable=False, comment='Material'),
    sa.Column('file_id', sa.UUID(), nullable=False, comment='File'),
    sa.Column('created_on', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='Created on'),
    sa.Column('changed_on', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='Changed on'),
    sa.CheckConstraint("slot IN ('approval', 'letter', 'handler_id', 'holder_photo', 'licence', 'hr_licence')", name=op.f('ck_agency_material_slot')),
    sa.ForeignKeyConstraint(['entry_id'], ['agency_entry.id'], name=op.f('fk_agency_material_entry_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_agency_material_file_id')),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('entry_id', 'slot', name=op.f('uq_agency_material_entry_id_slot'))
    )
    op.create_index(op.f('ix_agency_material_file_id'), 'agency_material', ['file_id'])
    op.create_table('certification_material',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False, comment='ID'),
    sa.Column('certification_id', sa.BigInteger(), nullable=False, comment='Certification'),
    sa.Column('slot', sa.String(length=20), nullable=False, comment='Material'),
    sa.Column('file_id', sa.UUID(), nullable=False, comment='File'),
    sa.Column('created_on', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='Created on'),
    sa.Column('changed_on', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='Changed on'),
    sa.CheckConstraint("slot IN ('employment_proof', 'letter')", name=op.f('ck_certification_material_slot')),
    sa.ForeignKeyConstraint(['certification_id'], ['employer_certification.id'], name=op.f('fk_certification_material_certification_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_certification_material_file_id')),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('certification_id', 'slot', name=op.f('uq_certification_material_certification_id_slot'))
    )
    op.create_index(op.f('ix_certification_material_file_id'), 'certification_material', ['file_id'])
    op.add_column('agency', sa.Column('licence_valid_from', sa.Date(), nullable=True, comment='Licence valid from'))
    op.add_column('agency', sa.Column('uscc', sa.String(length=18), nullable=True, comment='Unified social credit code'))
    op.add_column('agency', sa.Column('stage', sa.String(length=12), server_default='open', nullable=False, comment='Stage'))
    op.add_column('agency', sa.Column('address', sa.String(length=200), server_default='', nullable=False, comment='Address'))
    op.add_column('agency', sa.Column('phone', sa.String(length=30), server_default='', nullable=False, comment='Service phone'))
    op.add_column('agency', sa.Column('service_hours', sa.String(length=120), server_default='', nullable=False, comment='Opening hours'))
    op.add_column('agency', sa.Column('staff_count', sa.Integer(), nullable=True, comment='Staff'))
    op.add_column('agency', sa.Column('intro', sa.Text(), server_default='', nullable=False, comment='Introduction'))
    op.create_unique_constraint(op.f('uq_agency_uscc'), 'agency', ['uscc'])
    op.add_column('unit', sa.Column('certified_until', sa.Date(), nullable=True, comment='Certified employer until'))
    op.create_check_constraint(op.f("ck_agency_stage"), "agency", "stage IN ('open', 'incomplete', 'closed')")
    op.create_check_constraint(op.f("ck_agency_intro_length"), "agency", "char_length(intro) <= 2000")
    for kind, codes in _FITTING.items():
        op.execute(
            sa.text(
                "UPDATE review_reason SET kinds = kinds || '|' || :kind WHERE code = ANY(:codes) AND kinds <> '*'"
                " AND NOT :kind = ANY(string_to_array(kinds, '|'))"
            ).bindparams(kind=kind, codes=codes.split())
        )


def downgrade() -> None:
    op.drop_column("unit", "certified_until")
    for name in ("intro", "staff_count", "service_hours", "phone", "address", "stage", "uscc", "licence_valid_from"):
        op.drop_column("agency", name)
    for table in ("certification_material", "agency_material", "employer_certification", "agency_entry"):
        op.drop_table(table)
