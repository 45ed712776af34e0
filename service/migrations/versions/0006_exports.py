"""exports."""

import sqlalchemy as sa
from alembic import op
from service.database import UtcDateTime

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables up."""
    op.create_table('export_record',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('agency_id', sa.Uuid(), nullable=True),
    sa.Column('instance_id', sa.Uuid(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('by_name', sa.String(length=200), nullable=False),
    sa.Column('format', sa.String(length=20), nullable=False),
    sa.Column('scope', sa.JSON(), nullable=False),
    sa.Column('identity', sa.Boolean(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_export_record_agency_id_agency')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_export_record_by_id_person')),
    sa.ForeignKeyConstraint(['instance_id'], ['instance.id'], name=op.f('fk_export_record_instance_id_instance')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_export_record'))
    )
    with op.batch_alter_table('export_record', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_export_record_by_id_export_record_at'), ['by_id', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_export_record_instance_id_export_record_at'), ['instance_id', 'at'], unique=False)


def downgrade() -> None:
    """Take the tables away."""
    with op.batch_alter_table('export_record', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_export_record_instance_id_export_record_at'))
        batch_op.drop_index(batch_op.f('ix_export_record_by_id_export_record_at'))

    op.drop_table('export_record')
