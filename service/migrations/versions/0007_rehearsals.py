"""rehearsals."""

import sqlalchemy as sa
from alembic import op
from service.database import UtcDateTime

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables up."""
    op.create_table(
        'rehearsal',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('agency_id', sa.Uuid(), nullable=False),
        sa.Column('diagram_key', sa.String(length=63), nullable=False),
        sa.Column('version_id', sa.Uuid(), nullable=False),
        sa.Column('n', sa.Integer(), nullable=False),
        sa.Column('rev', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=10), nullable=False),
        sa.Column('wanted', sa.JSON(), nullable=False),
        sa.Column('state', sa.String(length=10), nullable=False),
        sa.Column('done', sa.Integer(), nullable=False),
        sa.Column('whole', sa.Integer(), nullable=False),
        sa.Column('asked_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('asked_by', sa.String(length=200), nullable=False),
        sa.Column('asked_by_id', sa.Uuid(), nullable=True),
        sa.Column('claim', sa.String(length=100), nullable=True),
        sa.Column('tries', sa.Integer(), nullable=False),
        sa.Column('beat_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('ended_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('result', sa.JSON(), nullable=True),
        sa.Column('problem', sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_rehearsal_agency_id_agency')),
        sa.ForeignKeyConstraint(['diagram_key'], ['diagram.key'], name=op.f('fk_rehearsal_diagram_key_diagram')),
        sa.ForeignKeyConstraint(['version_id'], ['version.id'], name=op.f('fk_rehearsal_version_id_version')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_rehearsal')),
    )
    op.create_index(op.f('ix_rehearsal_agency_id_rehearsal_diagram_key_rehearsal_id'), 'rehearsal', ['agency_id', 'diagram_key', 'id'])
    op.create_index(op.f('ix_rehearsal_state_rehearsal_id'), 'rehearsal', ['state', 'id'])


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table('rehearsal')
