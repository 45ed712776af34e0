"""The grid that nodes stand on and flows run over, and a flow's route as points of it.

Grid lines: even x are the channels between columns, odd x the middles of columns; y runs through channels and the
middles of rows, each band having a channel of its own above its first and below its last row.
"""

from dataclasses import dataclass
from itertools import pairwise

from service.diagrams.drawing.placing import Placed
from service.diagrams.drawing.plan import Flow

Point = tuple[int, int]
RIGHT, DOWN, LEFT, UP = range(4)
STEP = ((1, 0), (0, 1), (-1, 0), (0, -1))


@dataclass(frozen=True)
class Grid:
    """The lines of the grid and what stands on it."""

    width: int
    height: int
    is_row: tuple[bool, ...]
    at: dict[str, Point]

    @property
    def rows(self) -> int:
        return sum(self.is_row)


@dataclass(frozen=True)
class Route:
    """The grid points a flow passes, from the middle of its source to the middle of its target, and the cost."""

    flow: Flow
    points: tuple[Point, ...]
    cost: int

    def leaves(self) -> int:
        """The side of the source it leaves by."""
        return direction(self.points[0], self.points[1])

    def enters(self) -> int:
        """The side of the target it enters by."""
        return (direction(self.points[-2], self.points[-1]) + 2) % 4

    def corners(self) -> list[Point]:
        """The points where it turns, with both ends."""
        turns = [here for here, one, two in self.passes() if one != two]
        return [self.points[0], *turns, self.points[-1]]

    def passes(self) -> list[tuple[Point, int, int]]:
        """Each point between the ends with the directions it is come to and left by."""
        steps = [direction(here, there) for here, there in pairwise(self.points)]
        return list(zip(self.points[1:], steps, steps[1:], strict=False))


def direction(here: Point, there: Point) -> int:
    """The direction of one step."""
    return STEP.index((there[0] - here[0], there[1] - here[1]))


def grid_of(placed: Placed) -> Grid:
    """The grid for placed nodes."""
    is_row: list[bool] = []
    row_line: list[int] = []
    for rows in placed.rows_of_band:
        for _ in range(rows):
            is_row += [False, True]
            row_line.append(len(is_row) - 1)
        is_row.append(False)
    at = {id_: (2 * placed.column[id_] + 1, row_line[placed.row[id_]]) for id_ in placed.column}
    return Grid(2 * placed.columns + 1, len(is_row), tuple(is_row), at)
