"""moving over."""

import sqlalchemy as sa
from alembic import op
from service.database import UtcDateTime

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables up."""
    op.create_table(
        'batch',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('agency_id', sa.Uuid(), nullable=False),
        sa.Column('diagram_key', sa.String(length=63), nullable=False),
        sa.Column('version_id', sa.Uuid(), nullable=False),
        sa.Column('version_n', sa.Integer(), nullable=False),
        sa.Column('plan', sa.JSON(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('state', sa.String(length=8), nullable=False),
        sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('by_id', sa.Uuid(), nullable=True),
        sa.Column('by_name', sa.String(length=200), nullable=False),
        sa.Column('finished_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('undone_by_id', sa.Uuid(), nullable=True),
        sa.Column('undone_by_name', sa.String(length=200), nullable=True),
        sa.Column('undo_reason', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_batch_agency_id_agency')),
        sa.ForeignKeyConstraint(['diagram_key'], ['diagram.key'], name=op.f('fk_batch_diagram_key_diagram')),
        sa.ForeignKeyConstraint(['version_id'], ['version.id'], name=op.f('fk_batch_version_id_version')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_batch')),
    )
    op.create_index(op.f('ix_batch_agency_id_batch_diagram_key_batch_id'), 'batch', ['agency_id', 'diagram_key', 'id'])
    op.create_index(op.f('ix_batch_state'), 'batch', ['state'])
    op.create_table(
        'batch_item',
        sa.Column('batch_id', sa.Uuid(), nullable=False),
        sa.Column('instance_id', sa.Uuid(), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=False),
        sa.Column('state', sa.String(length=8), nullable=False),
        sa.Column('seq', sa.Integer(), nullable=True),
        sa.Column('at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('why', sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_batch_item_batch_id_batch')),
        sa.ForeignKeyConstraint(['instance_id'], ['instance.id'], name=op.f('fk_batch_item_instance_id_instance')),
        sa.PrimaryKeyConstraint('batch_id', 'instance_id', name=op.f('pk_batch_item')),
    )
    op.create_index(
        op.f('ix_batch_item_batch_id_batch_item_state_batch_item_instance_id'), 'batch_item', ['batch_id', 'state', 'instance_id']
    )
    op.add_column('task', sa.Column('seen_at', UtcDateTime(timezone=True), nullable=True))
    op.add_column('task', sa.Column('seen_by', sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Take the tables away."""
    op.drop_column('task', 'seen_by')
    op.drop_column('task', 'seen_at')
    op.drop_table('batch_item')
    op.drop_table('batch')
