"""Where the timeline and the map of a topic put what they show.  Pure: no two labels overlap, and the order is stable."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from claims.figures.bars import LETTER, Box, Word, cut
from claims.figures.disputes import Dispute, Span, Voice

# The timeline: a column for names, one for each day; a line for each saying in a cell.
NAMES, DAY, LINE, HEAD = 262, 98, 26, 40
WIDE, WIDEST_DAY = 1180, 150  # few days are spread out, but not over the whole sheet
CELL = 4  # sayings in a cell; more are counted
SERIF = 7.2  # the mean width of a letter 14 pixels high
# The map: claimants, claims of the first side, claims of the second, claimants.
PERSON, CLAIM, REACH, BETWEEN = 168, 300, 96, 116
SLOT, GAP = 22, 18
MOST_CLAIMS, MOST_VOICES = 8, 16


@dataclass(frozen=True)
class Spot:
    """One saying: where its glyph and its word stand, and what it is (the key of its appearance)."""

    key: int
    box: Box
    effect: str


@dataclass(frozen=True)
class Band:
    """The ground under voices of one side."""

    box: Box
    side: str


@dataclass(frozen=True)
class Timeline:
    width: float
    height: float
    bands: list[Band]
    names: list[Word]
    heads: list[float]  # where each day begins
    spots: list[Spot]
    more: list[Word]  # sayings of a cell that are only counted


def lay_timeline(dispute: Dispute, voices: Sequence[Voice], spans: Sequence[Span], head: int = HEAD) -> Timeline:
    """One row for each voice, one column for each day, sides apart."""
    y = float(head)
    bands: list[Band] = []
    names, spots, more = [], [], []
    day = min(WIDEST_DAY, max(DAY, (WIDE - NAMES) / max(len(spans), 1)))
    width = max(WIDE, NAMES + day * len(spans))
    for n, voice in enumerate(voices):
        cells = [[one for one in voice.sayings if span.holds(one.day)] for span in spans]
        lines = max(min(len(cell), CELL + 1) for cell in cells) if cells else 1
        if n and voices[n - 1].side != voice.side:
            y += 10
        row = lines * LINE + 8
        bands.append(Band(Box(0, y, width, row), voice.side))
        names.append(Word(10, y + 21, cut(voice.name, NAMES - 20)))
        for column, cell in enumerate(cells):
            x = NAMES + column * day
            for line, one in enumerate(cell[:CELL]):
                spots.append(Spot(one.key, Box(x, y + 4 + line * LINE, day - 6, LINE - 2), dispute.effect(one)))
            if len(cell) > CELL:
                more.append(Word(x + 20, y + 4 + CELL * LINE + 17, f"+ {len(cell) - CELL}"))
        y += row
    heads = [NAMES + day * n for n in range(len(spans))]
    return Timeline(width, y + 4, bands, names, heads, spots, more)


# --- the map


@dataclass(frozen=True)
class Node:
    """A claim or a claimant on the map, with its lines of text."""

    key: str
    box: Box
    lines: tuple[str, ...]
    pitch: int = 19

    @property
    def words(self) -> list[Word]:
        return [Word(self.box.x + 10, self.box.y + 20 + n * self.pitch, line) for n, line in enumerate(self.lines)]


@dataclass(frozen=True)
class Edge:
    """A line from a claimant to a claim: what is said, how, and where its glyph stands; or between two claims."""

    path: str
    kind: str
    middle: tuple[float, float]
    says: str = ""


@dataclass(frozen=True)
class Map:
    width: float
    height: float
    claims: list[Node]
    claimants: list[Node]
    edges: list[Edge]
    opposed: list[Edge]


def lay_map(
    dispute: Dispute,
    voices: Sequence[Voice],
    statements: Mapping[int, str],
    contradicting: Sequence[tuple[int, int]],
) -> Map:
    """Claims of both sides face to face, each side's claimants outside; who speaks of both sides stands on both."""
    left, right = dispute.left[:MOST_CLAIMS], dispute.right[:MOST_CLAIMS]
    x_left = PERSON + REACH
    x_right = x_left + CLAIM + BETWEEN
    claims = [*_claims(left, voices, statements, x_left), *_claims(right, voices, statements, x_right)]
    boxes = {int(node.key): node.box for node in claims}
    sides = [_Side(left, 0, x_left, -1), _Side(right, x_right + CLAIM + REACH, x_right + CLAIM, 1)]
    claimants: list[Node] = []
    edges: list[Edge] = []
    for side in sides:
        side.place(voices, boxes, claimants, edges)
    opposed = _apart([_opposed(boxes[a], boxes[b]) for a, b in _facing(contradicting, left, right)])
    height = max((node.box.y + node.box.h for node in [*claims, *claimants]), default=0)
    width = x_right + CLAIM + REACH + PERSON if right else x_left + CLAIM
    return Map(width + 1, height + 4, claims, claimants, edges, opposed)


def _claims(ids: Sequence[int], voices: Sequence[Voice], statements: Mapping[int, str], x: float) -> list[Node]:
    found, y = [], 2.0
    for claim in ids:
        lines = tuple(textwrap.wrap(statements[claim], int((CLAIM - 44) / SERIF), max_lines=4, placeholder=" …"))
        slots = sum(any(one.claim == claim for one in voice.sayings) for voice in voices)
        high = max(len(lines) * 19 + 40, min(slots, MOST_VOICES) * SLOT + 8)
        found.append(Node(str(claim), Box(x, y, CLAIM, high), lines))
        y += high + GAP
    return found


@dataclass
class _Side:
    """One side of the map: its claims, where its claimants begin, where its lines meet the claims, and which way."""

    claims: list[int]
    x: float
    edge: float
    way: int

    def place(
        self, voices: Sequence[Voice], boxes: Mapping[int, Box], claimants: list[Node], edges: list[Edge]
    ) -> None:
        speaking = [voice for voice in voices if any(one.claim in self.claims for one in voice.sayings)]
        speaking.sort(key=lambda voice: self._height(voice, boxes))  # stable: equal ones stay in the order of voices
        taken = dict.fromkeys(self.claims, 0)
        y = 2.0
        for voice in speaking[:MOST_VOICES]:
            lines = tuple(textwrap.wrap(voice.name, int((PERSON - 20) / LETTER), max_lines=2, placeholder=" …"))
            high = len(lines) * 17 + 14
            node = Node(voice.name, Box(self.x, y, PERSON, high), lines, 17)
            claimants.append(node)
            said = {one.claim: one.position for one in voice.sayings if one.claim in boxes}
            for claim in self.claims:
                if claim in said:
                    meets = boxes[claim].y + 4 + SLOT * (taken[claim] + 0.5)
                    taken[claim] += 1
                    edges.append(self._edge(node.box, meets, said[claim], f"{voice.name}|{claim}"))
            y += high + 10

    def _height(self, voice: Voice, boxes: Mapping[int, Box]) -> float:
        """The mean height of the claims a claimant speaks of, so that lines cross little."""
        met = [boxes[claim].y for claim in {one.claim for one in voice.sayings} if claim in self.claims]
        return sum(met) / len(met)

    def _edge(self, person: Box, y: float, kind: str, says: str) -> Edge:
        start = person.x + PERSON if self.way < 0 else person.x
        end = self.edge + self.way * 22
        from_y, half = person.y + person.h / 2, (start + end) / 2
        path = f"M{start:g} {from_y:g}C{half:g} {from_y:g} {half:g} {y:g} {end:g} {y:g}H{self.edge:g}"
        return Edge(path, kind, (self.edge + self.way * 11, y), says)


def _facing(pairs: Sequence[tuple[int, int]], left: Sequence[int], right: Sequence[int]) -> list[tuple[int, int]]:
    """Contradictions across the middle, each once, from the first side to the second."""
    turned = {(a, b) if a in left else (b, a) for a, b in pairs}
    return sorted((a, b) for a, b in turned if a in left and b in right)


def _opposed(one: Box, other: Box) -> Edge:
    x, y, to_x, to_y = one.x + one.w, one.y + one.h / 2, other.x, other.y + other.h / 2
    half = (x + to_x) / 2
    path = f"M{x:g} {y:g}C{half:g} {y:g} {half:g} {to_y:g} {to_x:g} {to_y:g}"
    return Edge(path, "contradicts", (half, (y + to_y) / 2))


def _apart(edges: Sequence[Edge]) -> list[Edge]:
    """Lines whose glyphs would cover one another keep one glyph: the lines themselves are dashed."""
    found: list[Edge] = []
    for edge in edges:
        near = any(abs(edge.middle[1] - other.middle[1]) < SLOT for other in found if other.says)
        found.append(Edge(edge.path, edge.kind, edge.middle, "" if near else "contradicts"))
    return found
