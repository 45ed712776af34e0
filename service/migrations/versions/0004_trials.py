"""trials."""

import sqlalchemy as sa
from alembic import op
from service.database import UtcDateTime

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables up."""
    op.create_table(
        'trial',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('agency_id', sa.Uuid(), nullable=False),
        sa.Column('diagram_key', sa.String(length=63), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('question', sa.Text(), nullable=False),
        sa.Column('state', sa.String(length=8), nullable=False),
        sa.Column('rev', sa.Integer(), nullable=False),
        sa.Column('arms', sa.JSON(), nullable=False),
        sa.Column('rules', sa.JSON(), nullable=False),
        sa.Column('strata', sa.JSON(), nullable=False),
        sa.Column('by_hand', sa.Boolean(), nullable=False),
        sa.Column('seed', sa.String(length=64), nullable=False),
        sa.Column('stopping', sa.JSON(), nullable=False),
        sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('created_by', sa.String(length=200), nullable=False),
        sa.Column('started_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('stopped_at', UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_trial_agency_id_agency')),
        sa.ForeignKeyConstraint(['diagram_key'], ['diagram.key'], name=op.f('fk_trial_diagram_key_diagram')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_trial')),
    )
    op.create_index(op.f('ix_trial_agency_id_trial_id'), 'trial', ['agency_id', 'id'])
    running = sa.text("state = 'running'")
    op.create_index(
        'uq_trial_running', 'trial', ['diagram_key'], unique=True, sqlite_where=running, postgresql_where=running
    )
    op.create_table(
        'trial_count',
        sa.Column('trial_id', sa.Uuid(), nullable=False),
        sa.Column('sequence', sa.String(length=64), nullable=False),
        sa.Column('taken', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['trial_id'], ['trial.id'], name=op.f('fk_trial_count_trial_id_trial')),
        sa.PrimaryKeyConstraint('trial_id', 'sequence', name=op.f('pk_trial_count')),
    )
    op.create_table(
        'trial_act',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('trial_id', sa.Uuid(), nullable=False),
        sa.Column('at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('by_id', sa.Uuid(), nullable=True),
        sa.Column('by_name', sa.String(length=200), nullable=False),
        sa.Column('act', sa.String(length=8), nullable=False),
        sa.Column('why', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['trial_id'], ['trial.id'], name=op.f('fk_trial_act_trial_id_trial')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_trial_act')),
    )
    op.create_index(op.f('ix_trial_act_trial_id_trial_act_id'), 'trial_act', ['trial_id', 'id'])
    op.add_column('instance', sa.Column('first_version_id', sa.Uuid(), nullable=True))
    op.add_column('instance', sa.Column('trial_id', sa.Uuid(), nullable=True))
    op.add_column('instance', sa.Column('arm', sa.Integer(), nullable=True))
    op.add_column('instance', sa.Column('route', sa.JSON(), nullable=True))
    op.create_index(op.f('ix_instance_first_version_id'), 'instance', ['first_version_id'])
    op.create_index(op.f('ix_instance_trial_id'), 'instance', ['trial_id'])
    op.execute('UPDATE instance SET first_version_id = version_id')
    op.add_column('task', sa.Column('taken_at', UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take the tables away."""
    op.drop_column('task', 'taken_at')
    op.drop_index(op.f('ix_instance_trial_id'), 'instance')
    op.drop_index(op.f('ix_instance_first_version_id'), 'instance')
    for name in ('route', 'arm', 'trial_id', 'first_version_id'):
        op.drop_column('instance', name)
    op.drop_table('trial_act')
    op.drop_table('trial_count')
    op.drop_table('trial')
