"""The cheapest path of one flow among those already laid, by length, bends, crossings and crowded sides (A*)."""

import heapq
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from service.diagrams.drawing.grid import DOWN, STEP, UP, Grid, Point, Route, direction
from service.diagrams.drawing.placing import Placed
from service.diagrams.drawing.plan import Flow, Plan

_BEND = 45
_BEND_BY_BEND = 8
_BEND_BY_LINE = 25
_CROSSING = 110
_CORNER = 20  # passing where another turns
_SHARED_MIDDLE = 90
_SHARED_CHANNEL = 4
_HALF_COLUMN = 70
_HALF_ROW = 55
_BORDER = 20  # from the channel of one band to that of the next

# What it costs to use a side (right, bottom, left, top), and to use it again.
_LEAVE = {"task": (0, 55, 260, 55), "event": (0, 40, 260, 40), "gateway": (0, 10, 200, 10)}
_LEAVE_BACK = (90, 0, 90, 0)
_AWAY = 60  # forward, but first upwards to something below, or the other way round
_LEFT_BEFORE = {"task": 90, "event": 150, "gateway": 70, "boundary": 0}
_ENTER = (260, 60, 0, 60)
_ENTER_BACK = (90, 0, 120, 0)
_ENTERED_BEFORE = 60
_BOTH_WAYS = 220  # one side left and entered


class Paths:
    """Finds paths and remembers which lines, points and sides of nodes are taken.

    Points are numbered row by row; a state of the search is four times that number plus the direction of travel.
    """

    def __init__(self, plan: Plan, placed: Placed, grid: Grid) -> None:
        self.plan, self.back, self.grid = plan, placed.back, grid
        points = [(x, y) for y in range(grid.height) for x in range(grid.width)]
        self.ahead = [self._ahead(point, towards) for point in points for towards in range(4)]
        self.length = [self._length(point, towards) for point in points for towards in range(4)]
        self.sharing = [
            _SHARED_MIDDLE if (x % 2 if towards % 2 else grid.is_row[y]) else _SHARED_CHANNEL
            for x, y in points
            for towards in range(4)
        ]
        self.blocked = [False] * len(points)
        for point in grid.at.values():
            self.blocked[self._number(point)] = True
        self.used = [0] * (4 * len(points))  # by state: steps that start there
        self.straight = [0] * (2 * len(points))  # level and upright passes
        self.corner = [0] * len(points)
        self.left_by: Counter[tuple[str, int]] = Counter()
        self.entered_by: Counter[tuple[str, int]] = Counter()

    def add(self, flow: Flow) -> Route:
        """Find the cheapest route and keep it."""
        found = self._search(flow)
        self.keep(found)
        return found

    def keep(self, route: Route) -> None:
        self._mark(route, 1)

    def remove(self, route: Route) -> None:
        self._mark(route, -1)

    def _number(self, point: Point) -> int:
        return point[1] * self.grid.width + point[0]

    def _point(self, number: int) -> Point:
        return number % self.grid.width, number // self.grid.width

    def _ahead(self, point: Point, towards: int) -> int:
        x, y = point[0] + STEP[towards][0], point[1] + STEP[towards][1]
        inside = 0 <= x < self.grid.width and 0 <= y < self.grid.height
        return self._number((x, y)) if inside else -1

    def _length(self, point: Point, towards: int) -> int:
        if towards % 2 == 0:
            return _HALF_COLUMN
        y = point[1] if towards == DOWN else point[1] - 1
        return self._drop(y) if 0 <= y < self.grid.height - 1 else 0

    def _drop(self, y: int) -> int:
        """The way from line y to the next below."""
        return _HALF_ROW if self.grid.is_row[y] or self.grid.is_row[y + 1] else _BORDER

    def _mark(self, route: Route, by: int) -> None:
        aside = route.flow.source in self.plan.offsets  # boundary flows start beside the middle
        for here, there in pairwise(route.points):
            towards = direction(here, there)
            aside = aside and towards == DOWN
            if not aside:
                self.used[4 * self._number(here) + towards] += by
                self.used[4 * self._number(there) + (towards + 2) % 4] += by
        for here, one, two in route.passes():
            if one == two:
                self.straight[2 * self._number(here) + one % 2] += by
            else:
                self.corner[self._number(here)] += by
        self.left_by[route.flow.source, route.leaves()] += by
        self.entered_by[route.flow.target, route.enters()] += by

    def _leaving_cost(self, flow: Flow, side: int) -> int | None:
        """None where this side is not for flows."""
        node = self.plan.nodes[flow.source]
        if node.kind == "boundary":
            return 0 if side == DOWN else None
        if side == DOWN and node.id in self.plan.boundaries:
            return None
        back = flow.id in self.back
        cost = (_LEAVE_BACK if back else _LEAVE[node.kind])[side]
        cost += _AWAY * (not back and self._leads_away(flow, side))
        cost += _LEFT_BEFORE[node.kind] * self.left_by[node.id, side]
        return cost + _BOTH_WAYS * self.entered_by[node.id, side]

    def _leads_away(self, flow: Flow, side: int) -> bool:
        drop = self.grid.at[flow.target][1] - self.grid.at[flow.source][1]
        return (side == UP and drop > 0) or (side == DOWN and drop < 0)

    def _entering_cost(self, flow: Flow, side: int) -> int | None:
        if side == DOWN and flow.target in self.plan.boundaries:
            return None
        cost = (_ENTER_BACK if flow.id in self.back else _ENTER)[side]
        cost += _ENTERED_BEFORE * self.entered_by[flow.target, side]
        return cost + _BOTH_WAYS * self.left_by[flow.target, side]

    def _search(self, flow: Flow) -> Route:
        source = self._number(self.grid.at[self.plan.anchor(flow.source)])
        goal = self._number(self.grid.at[flow.target])
        entering = [self._entering_cost(flow, side) for side in range(4)]
        far = self._distances(goal)
        best: dict[int, int] = self._first_steps(flow, source)
        before: dict[int, int] = {}
        queue = [(cost + far[state // 4], cost, state) for state, cost in best.items()]
        heapq.heapify(queue)
        while queue:
            _, cost, state = heapq.heappop(queue)
            if state // 4 == goal:
                return Route(flow, self._walked(source, state, before), cost)
            if best[state] < cost:
                continue
            for new, total in self._steps(state, cost, goal, entering):
                if new not in best or total < best[new]:
                    best[new], before[new] = total, state
                    heapq.heappush(queue, (total + far[new // 4], total, new))
        raise AssertionError("the outer channels always leave a way")

    def _first_steps(self, flow: Flow, source: int) -> dict[int, int]:
        """The states one step from the source, with their cost."""
        states = {}
        for side in range(4):
            cost, step = self._leaving_cost(flow, side), 4 * source + side
            if cost is not None:
                states[4 * self.ahead[step] + side] = cost + self.length[step] + self.used[step] * self.sharing[step]
        return states

    def _steps(self, state: int, cost: int, goal: int, entering: list[int | None]) -> Iterator[tuple[int, int]]:
        """The states one step further, straight on or round a corner, with their cost."""
        here, towards = divmod(state, 4)
        corner = self.corner[here]
        for turn in (towards, (towards + 1) % 4, (towards + 3) % 4):
            step = 4 * here + turn
            there = self.ahead[step]
            if there < 0 or (self.blocked[there] and there != goal):
                continue
            last = entering[(turn + 2) % 4] if there == goal else 0
            if last is None:
                continue
            if turn != towards:
                straight = self.straight[2 * here] + self.straight[2 * here + 1]
                passing = _BEND + _BEND_BY_BEND * corner + _BEND_BY_LINE * straight
            else:
                passing = _CROSSING * self.straight[2 * here + 1 - turn % 2] + _CORNER * corner
            yield 4 * there + turn, cost + passing + last + self.length[step] + self.used[step] * self.sharing[step]

    def _distances(self, goal: int) -> list[int]:
        """The least cost from every point to the goal: the way, and a bend where it is not on one line."""
        goal_x, goal_y = self._point(goal)
        drops = [self._drop(y) for y in range(self.grid.height - 1)]
        down = [sum(drops[min(y, goal_y) : max(y, goal_y)]) for y in range(self.grid.height)]
        across = [abs(x - goal_x) * _HALF_COLUMN for x in range(self.grid.width)]
        return [d + a + _BEND * bool(d and a) for d in down for a in across]

    def _walked(self, source: int, state: int, before: dict[int, int]) -> tuple[Point, ...]:
        states = [state]
        while states[-1] in before:
            states.append(before[states[-1]])
        return tuple(self._point(number) for number in [source, *(s // 4 for s in reversed(states))])
