"""drafts."""

import sqlalchemy as sa
from alembic import op
from service.database import UtcDateTime

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables up."""
    op.create_table('draft_presence',
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('seen_at', UtcDateTime(), nullable=False),
    sa.Column('saved_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_draft_presence_person_id_person')),
    sa.ForeignKeyConstraint(['version_id'], ['version.id'], name=op.f('fk_draft_presence_version_id_version')),
    sa.PrimaryKeyConstraint('version_id', 'person_id', name=op.f('pk_draft_presence'))
    )


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table('draft_presence')
