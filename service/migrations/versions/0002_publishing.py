"""publishing."""

import sqlalchemy as sa
from alembic import op
from service.database import UtcDateTime

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables up."""
    with op.batch_alter_table('agency', schema=None) as batch_op:
        batch_op.add_column(sa.Column('second_approval', sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table('version', schema=None) as batch_op:
        batch_op.add_column(sa.Column('awaits', sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column('asked_at', UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column('asked_by', sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column('asked_by_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('asked_rev', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('approved_by', sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column('goes_live_at', UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column('unheld', sa.JSON(), nullable=True))
        batch_op.create_index(batch_op.f('ix_version_goes_live_at'), ['goes_live_at'], unique=False)

    op.create_table('version_record',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('agency_id', sa.Uuid(), nullable=False),
    sa.Column('diagram_key', sa.String(length=63), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('by_name', sa.String(length=200), nullable=False),
    sa.Column('what', sa.String(length=16), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_version_record_agency_id_agency')),
    sa.ForeignKeyConstraint(['diagram_key'], ['diagram.key'], name=op.f('fk_version_record_diagram_key_diagram')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_version_record')),
    sa.UniqueConstraint('diagram_key', 'n', 'seq', name=op.f('uq_version_record_diagram_key_n_seq'))
    )


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table('version_record')
    with op.batch_alter_table('version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_version_goes_live_at'))
        for name in ('unheld', 'goes_live_at', 'approved_by', 'asked_rev', 'asked_by_id', 'asked_by', 'asked_at', 'awaits'):
            batch_op.drop_column(name)

    with op.batch_alter_table('agency', schema=None) as batch_op:
        batch_op.drop_column('second_approval')
