"""A token game after the BPMN standard, small and slow, that shares nothing with the engine: what ought to happen."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.engine.diagrams import Node, flows_of

MOST_STEPS = 2000


@dataclass
class Token:
    """A token at a node. `since` is the order of arrival, `came` the flow's source, `inside` a sub-process."""

    node: str
    since: int
    came: str | None = None
    events: set[str] = field(default_factory=set)
    inside: "Scope | None" = None


@dataclass(eq=False)
class Scope:
    """One activation of a process or sub-process."""

    nodes: dict[str, Node]
    lines: list[tuple[str, str, str | None]]
    tokens: list[Token] = field(default_factory=list)
    over: bool = False

    @classmethod
    def of(cls, nodes: tuple[Node, ...], flows: str) -> "Scope":
        return cls({node.id: node for node in nodes}, flows_of(flows))

    def after(self, node: str) -> list[tuple[str, str | None]]:
        return [(target, when) for source, target, when in self.lines if source == node]

    def before(self, node: str) -> set[str]:
        return {source for source, target, _ in self.lines if target == node}

    def events_on(self, node: str) -> set[str]:
        return {each.id for each in self.nodes.values() if each.attributes.get("attachedToRef") == node}


class Model:
    """Play it: `open`, `timers` and `messages` are what waits, `complete`, `fire` and `receive` what can be done."""

    def __init__(self, nodes: tuple[Node, ...], flows: str) -> None:
        self.data: dict[str, Any] = {}
        self.ends: list[str] = []
        self.clock = count()
        self.root = Scope.of(nodes, flows)
        self._put(self.root, "mulai", None)
        self._settle()

    # ---- what can be seen -----------------------------------------------------------------------------------

    @property
    def over(self) -> bool:
        return self.root.over

    @property
    def open(self) -> Counter[str]:
        return Counter(token.node for scope, token in self._tokens() if scope.nodes[token.node].tag == "userTask")

    @property
    def timers(self) -> Counter[str]:
        return Counter(event for event in self._events() if event.startswith("w"))

    @property
    def messages(self) -> Counter[str]:
        return Counter(event for event in self._events() if event.startswith("p"))

    def _events(self) -> list[str]:
        found = []
        for scope, token in self._tokens():
            found += token.events
            if scope.nodes[token.node].tag == "intermediateCatchEvent":
                found.append(token.node)
            elif scope.nodes[token.node].tag == "eventBasedGateway":
                found += [target for target, _ in scope.after(token.node)]
        return found

    def _tokens(self) -> list[tuple[Scope, Token]]:
        """All tokens, those outside first, in the order of arrival."""
        found, scopes = [], [self.root]
        while scopes:
            scope = scopes.pop(0)
            for token in scope.tokens if not scope.over else ():
                found.append((scope, token))
                if token.inside is not None:
                    scopes.append(token.inside)
        return found

    # ---- what can be done -----------------------------------------------------------------------------------

    def complete(self, node: str, answers: dict[str, Any]) -> None:
        scope, token = next((scope, token) for scope, token in self._tokens() if token.node == node)
        self.data |= answers
        self._leave(scope, token)
        self._settle()

    def happen(self, event: str, everywhere: bool) -> None:
        """A timer fires where it waits first, a message is received everywhere."""
        for scope, token in self._tokens():
            if token not in scope.tokens or scope.over:
                continue
            if event in token.events:
                self._boundary(scope, token, event)
            elif token.node == event:
                self._leave(scope, token)
            elif scope.nodes[token.node].tag == "eventBasedGateway" and event in dict(scope.after(token.node)):
                scope.tokens.remove(token)
                self._spread(scope, event)
            else:
                continue
            if not everywhere:
                break
        self._settle()

    def _boundary(self, scope: Scope, token: Token, event: str) -> None:
        token.events.discard(event)
        if scope.nodes[event].attributes["cancelActivity"] == "true":
            scope.tokens.remove(token)
        self._spread(scope, event)

    # ---- the rules ------------------------------------------------------------------------------------------

    def _put(self, scope: Scope, node: str, came: str | None) -> None:
        token = Token(node, next(self.clock), came, events=scope.events_on(node))
        if scope.nodes[node].tag == "subProcess":
            inner = scope.nodes[node]
            token.inside = Scope.of(inner.nodes, inner.flows)
            self._put(token.inside, f"{node}_mulai", None)
        scope.tokens.append(token)

    def _leave(self, scope: Scope, token: Token) -> None:
        scope.tokens.remove(token)
        self._spread(scope, token.node)

    def _spread(self, scope: Scope, node: str) -> None:
        for target, _ in scope.after(node):
            self._put(scope, target, node)

    def _settle(self) -> None:
        self.ends.clear()
        for _ in range(MOST_STEPS):
            if not self._step() and not self._inclusive_joins():
                return
        raise AssertionError("the model goes round in circles")

    def _step(self) -> bool:
        return any(self._automatic(scope, token) for scope, token in self._tokens())

    def _automatic(self, scope: Scope, token: Token) -> bool:
        node = scope.nodes[token.node]
        match node.tag:
            case "startEvent":
                self._leave(scope, token)
            case "endEvent":
                self._end(scope, token, "terminate" in node.inside)
            case "scriptTask":
                self._script(node)
                self._leave(scope, token)
            case "exclusiveGateway":
                scope.tokens.remove(token)
                ways = scope.after(token.node)
                self._put(scope, (self._holding(ways) or self._default(ways))[0], token.node)
            case "parallelGateway":
                return self._parallel(scope, token.node)
            case "inclusiveGateway" if len(scope.before(token.node)) == 1:
                self._inclusive(scope, token)
            case "subProcess" if token.inside is not None and token.inside.over:
                self._leave(scope, token)
            case _:
                return False
        return True

    def _end(self, scope: Scope, token: Token, everything: bool) -> None:
        scope.tokens.remove(token)
        if scope is self.root:
            self.ends.append(token.node)
        if everything:
            scope.tokens.clear()
        scope.over = not scope.tokens

    def _script(self, node: Node) -> None:
        name = node.id
        read = node.inside.partition("v_")[2].partition(" ")[0]
        self.data[f"n_{name}"] = self.data[f"v_{read}"] == "a"

    def _holding(self, ways: list[tuple[str, str | None]]) -> list[str]:
        return [target for target, when in ways if when and when != "default" and self._holds(when)]

    def _default(self, ways: list[tuple[str, str | None]]) -> list[str]:
        return [target for target, when in ways if when in (None, "default")]

    def _holds(self, condition: str) -> bool:
        name, _, rest = condition.partition(" ")
        if not rest:
            return bool(self.data[name])
        sign, _, value = rest.partition(" ")
        return (self.data[name] == value.strip('"')) == (sign == "==")

    def _waiting(self, scope: Scope, node: str) -> dict[str | None, Token]:
        """The first that has arrived, for each way in."""
        found: dict[str | None, Token] = {}
        for token in scope.tokens:
            if token.node == node:
                found.setdefault(token.came, token)
        return found

    def _parallel(self, scope: Scope, node: str) -> bool:
        arrived = self._waiting(scope, node)
        if set(arrived) != scope.before(node):
            return False
        for token in arrived.values():
            scope.tokens.remove(token)
        self._spread(scope, node)
        return True

    def _inclusive(self, scope: Scope, token: Token) -> None:
        scope.tokens.remove(token)
        ways = scope.after(token.node)
        for target in self._holding(ways) or self._default(ways):
            self._put(scope, target, token.node)

    def _inclusive_joins(self) -> bool:
        for scope, token in self._tokens():
            if scope.nodes[token.node].tag == "inclusiveGateway" and not self._more_may_come(scope, token.node):
                arrived = self._waiting(scope, token.node)
                for each in list(arrived.values())[1:]:
                    scope.tokens.remove(each)
                self._inclusive(scope, next(iter(arrived.values())))
                return True
        return False

    def _more_may_come(self, scope: Scope, node: str) -> bool:
        arrived = self._waiting(scope, node)
        places = {place for token in scope.tokens if token.node != node for place in (token.node, *token.events)}
        reached = {place: self._ways_in(scope, place, node) for place in places}
        return any(ways and not ways & set(arrived) for ways in reached.values())

    def _ways_in(self, scope: Scope, place: str, join: str) -> set[str]:
        """By which ways a token at a place can come to a join without passing it."""
        found, seen, border = set(), {place}, [place]
        while border:
            here = border.pop()
            onward = [target for target, _ in scope.after(here)] + list(scope.events_on(here))
            if join in onward:
                found.add(here)
            fresh = {each for each in onward if each != join and each not in seen}
            seen |= fresh
            border += fresh
        return found
