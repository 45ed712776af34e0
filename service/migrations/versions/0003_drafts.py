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


def downgrade() -> None:
    """Take the tables away."""
