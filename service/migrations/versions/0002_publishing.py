"""publishing."""

import sqlalchemy as sa
from alembic import op
from service.database import UtcDateTime, new_id

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables up."""
    # Not in batches: on SQLite those make a table anew, and of these others hold keys.
    op.add_column('agency', sa.Column('second_approval', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('version', sa.Column('awaits', sa.String(length=8), nullable=True))
    op.add_column('version', sa.Column('asked_at', UtcDateTime(), nullable=True))
    op.add_column('version', sa.Column('asked_by', sa.String(length=200), nullable=True))
    op.add_column('version', sa.Column('asked_by_id', sa.Uuid(), nullable=True))
    op.add_column('version', sa.Column('asked_rev', sa.Integer(), nullable=True))
    op.add_column('version', sa.Column('approved_by', sa.String(length=200), nullable=True))
    op.add_column('version', sa.Column('goes_live_at', UtcDateTime(), nullable=True))
    op.add_column('version', sa.Column('unheld', sa.JSON(), nullable=True))
    op.create_index(op.f('ix_version_goes_live_at'), 'version', ['goes_live_at'], unique=False)
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
    _write_down_what_is_known()


def _write_down_what_is_known() -> None:
    """What versions made before this tell of themselves becomes their record."""
    version = sa.table('version', *(sa.column(name, kind) for name, kind in (
        ('agency_id', sa.Uuid()), ('diagram_key', sa.String()), ('n', sa.Integer()), ('created_at', UtcDateTime()),
        ('created_by', sa.String()), ('published_at', UtcDateTime()), ('published_by', sa.String()),
        ('retired_at', UtcDateTime()),
    )))
    record = sa.table('version_record', *(sa.column(name, kind) for name, kind in (
        ('id', sa.Uuid()), ('agency_id', sa.Uuid()), ('diagram_key', sa.String()), ('n', sa.Integer()),
        ('seq', sa.Integer()), ('at', UtcDateTime()), ('by_name', sa.String()), ('what', sa.String()),
        ('note', sa.Text()),
    )))
    for row in op.get_bind().execute(sa.select(version)).all():
        known = (
            ('drafted', row.created_at, row.created_by),
            ('published', row.published_at, row.published_by),
            ('retired', row.retired_at, ''),
        )
        for seq, (what, at, by) in enumerate((each for each in known if each[1] is not None), 1):
            op.get_bind().execute(sa.insert(record).values(
                id=new_id(), agency_id=row.agency_id, diagram_key=row.diagram_key, n=row.n, seq=seq, at=at,
                by_name=by or '', what=what, note='',
            ))


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table('version_record')
    op.drop_index(op.f('ix_version_goes_live_at'), table_name='version')
    for name in ('unheld', 'goes_live_at', 'approved_by', 'asked_rev', 'asked_by_id', 'asked_by', 'asked_at', 'awaits'):
        op.drop_column('version', name)
    op.drop_column('agency', 'second_approval')
