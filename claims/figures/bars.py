"""Where the marks of a chart stand.  Pure: numbers and words in, places out, in units of an SVG 336 wide.

336 is what a telephone 390 wide leaves inside a panel, so that letters stay 12 pixels high there and grow elsewhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH = 336
UNIT = 36  # the length of one, while all fit: a finger's width with a glyph and a figure in it
LETTER = 6.4  # the mean width of a letter 12 pixels high, generously
FIGURE = 7.0
BAR = 24  # the least a finger meets
PITCH = 54
BAND = 92


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    w: float
    h: float
    css: str = ""


@dataclass(frozen=True)
class Word:
    x: float
    y: float
    text: str
    css: str = ""


@dataclass(frozen=True)
class Shape:
    """One mark: the number of a line and a series, drawn.

    Attributes:
        hit: what a pointer meets; never smaller than 24 by 24.
        glyph: its left upper corner, where there is one.
    """

    line: int
    series: int
    hit: Box
    boxes: tuple[Box, ...]
    words: tuple[Word, ...]
    glyph: tuple[float, float] | None = None


@dataclass(frozen=True)
class Sheet:
    """What a chart asks to be drawn.

    Attributes:
        write: how a number is written where there is room for six figures.
        shorten: how it is written over a narrow column.
    """

    labels: Sequence[str]
    counts: Sequence[Sequence[int]]
    series: Sequence[str]
    spans: Sequence[Sequence[float]] = ()
    notes: Sequence[str] = ()  # at the end of each line
    write: Callable[[int], str] = str
    shorten: Callable[[int], str] = str


@dataclass(frozen=True)
class Drawing:
    """A finished drawing; ``keys`` says at which height the glyph of each series stands, when it stands inside."""

    height: float
    shapes: list[Shape]
    words: list[Word]
    boxes: list[Box]
    keys: tuple[float, ...] = ()


def draw(form: str, sheet: Sheet) -> Drawing:
    """Draw a sheet as ``bars``, ``columns``, ``spans`` or ``grid``."""
    return {"bars": _bars, "columns": _columns, "spans": _spans, "grid": _grid}[form](sheet)


def cut(text: str, width: float) -> str:
    """A text no wider than so many units, cut at its end."""
    most = int(width / LETTER)
    return text if len(text) <= most else text[: max(1, most - 1)].rstrip() + "…"


def stack(
    counts: Sequence[int], most: int, width: float, write: Callable[[int], str] = str
) -> list[tuple[float, float] | None]:
    """Start and length of each part of a bar; parts stay wide enough for their glyph and figure.

    Args:
        most: the longest bar's total, which fills the width.
    """
    unit = min(UNIT, width / max(most, 1))
    least = [28 + FIGURE * len(write(count)) if count else 0 for count in counts]
    wanted = [max(count * unit, low) for count, low in zip(counts, least, strict=True)]
    over, loose = sum(wanted) - width, sum(wanted) - sum(least)
    if over > 0:
        wanted = [w - over * (w - low) / loose for w, low in zip(wanted, least, strict=True)]
    found: list[tuple[float, float] | None] = []
    x = 0.0
    for length in wanted:
        found.append((round(x, 1), round(length - 2, 1)) if length else None)
        x += length
    return found


def _bars(sheet: Sheet) -> Drawing:
    most = max(map(sum, sheet.counts), default=0)
    shapes, words = [], []
    for line, counts in enumerate(sheet.counts):
        y = line * PITCH
        total = sheet.write(sum(counts))
        words.append(Word(0, y + 14, cut(sheet.labels[line], WIDTH - 60), "t-ink"))
        if len(sheet.series) > 1 and sum(count > 0 for count in counts) != 1:
            words.append(Word(WIDTH, y + 14, total, "t-b t-end"))
        for series, place in enumerate(stack(counts, most, WIDTH, sheet.write)):
            if place:
                shapes.append(_part(line, series, place, y + 20, sheet.write(counts[series])))
    return Drawing(len(sheet.counts) * PITCH - 6, shapes, words, [])


def _part(line: int, series: int, place: tuple[float, float], y: float, said: str) -> Shape:
    x, length = place
    box = Box(x + 0.5, y + 0.5, length - 1, BAR - 1)
    number = Word(x + 22, y + 16.5, said, "t-ink t-b")
    return Shape(line, series, Box(x, y, length, BAR), (box,), (number,), (x + 5, y + 5))


def _columns(sheet: Sheet) -> Drawing:
    """One band for each series, all to one scale, the slices side by side."""
    most = max((count for counts in sheet.counts for count in counts), default=0) or 1
    pitch = WIDTH / max(len(sheet.counts), 1)
    shapes, words, boxes = [], [], []
    for series, name in enumerate(sheet.series):
        floor = series * BAND + 84
        total = sheet.write(sum(counts[series] for counts in sheet.counts))
        words += [Word(20, floor - 70, name, "t-ink"), Word(WIDTH, floor - 70, total, "t-b t-end")]
        boxes.append(Box(0, floor, WIDTH, 1, "f-axis"))
        for line, counts in enumerate(sheet.counts):
            if counts[series]:
                shapes.append(_column(sheet, line, series, most, floor))
    every = max(1, -int(-46 // pitch))
    bottom = len(sheet.series) * BAND + 10
    for line in range(0, len(sheet.counts), every):
        if line * pitch + 46 <= WIDTH:
            words.append(Word(round(line * pitch + 1, 1), bottom, sheet.notes[line]))
    return Drawing(bottom + 6, shapes, words, boxes, tuple(n * BAND + 2.0 for n in range(len(sheet.series))))


def _column(sheet: Sheet, line: int, series: int, most: int, floor: float) -> Shape:
    """One column; a number wider than its slice would run into the next one's, so its title alone says it."""
    count, pitch = sheet.counts[line][series], WIDTH / len(sheet.counts)
    high, said = max(3.0, 44 * count / most), sheet.shorten(count)
    x, width = line * pitch, min(pitch - 3, 40)
    box = Box(round(x + 1, 1), round(floor - high, 1), round(width, 1), round(high, 1))
    number = Word(round(x + 1 + width / 2, 1), round(floor - high - 4, 1), said, "t-ink t-mid")
    hit = Box(round(x, 1), floor - 60, round(max(pitch - 0.2, BAR), 1), 60)
    return Shape(line, series, hit, (box,), (number,) if len(said) * LETTER <= pitch else ())


def _spans(sheet: Sheet) -> Drawing:
    """Two lengths for each line: what half stays under, and what nine in ten do."""
    most = max((spans[-1] for spans in sheet.spans), default=0) or 1
    shapes, words = [], []
    for line, (half, nearly) in enumerate(sheet.spans):
        y = line * PITCH
        words.append(Word(0, y + 14, cut(sheet.labels[line], 150), "t-ink"))
        words.append(Word(WIDTH, y + 14, cut(sheet.notes[line], 180), "t-end"))
        room = WIDTH - 24 - FIGURE * 7
        long, full = max(3.0, room * half / most), max(5.0, room * nearly / most)
        boxes = (Box(0.5, y + 23.5, round(full, 1), 17, "f-pale"), Box(0.5, y + 23.5, round(long, 1), 17, "f-full"))
        number = Word(round(full + 25, 1), y + 36.5, sheet.write(sheet.counts[line][0]), "t-ink t-b")
        hit = Box(0, y + 20, round(full + 31 + FIGURE * 6, 1), BAR)
        shapes.append(Shape(line, 0, hit, boxes, (number,), (round(full + 7, 1), y + 25)))
    return Drawing(len(sheet.spans) * PITCH - 6, shapes, words, [])


def _grid(sheet: Sheet) -> Drawing:
    """Lines down, series across, the numbers in cells."""
    left, high = 84, 36
    wide = (WIDTH - left) / len(sheet.series)
    words = [
        Word(round(left + wide * n + wide / 2, 1), 30, cut(name, wide), "t-mid t-ink")
        for n, name in enumerate(sheet.series)
    ]
    words.append(Word(left, 12, sheet.notes[0] if sheet.notes else ""))
    shapes, boxes = [], []
    for line, counts in enumerate(sheet.counts):
        y = 38 + line * high
        words.append(Word(0, y + 22, cut(sheet.labels[line], left), "t-ink"))
        for series, count in enumerate(counts):
            box = Box(round(left + wide * series + 1.5, 1), y + 0.5, round(wide - 4, 1), high - 5)
            middle = round(box.x + box.w / 2, 1)
            if count:
                number = Word(middle, y + 20.5, sheet.write(count), "t-mid t-ink t-b")
                shapes.append(Shape(line, series, box, (box,), (number,)))
            else:
                boxes.append(Box(box.x, box.y, box.w, box.h, "f-grid"))
                words.append(Word(middle, y + 20.5, "\u2013", "t-mid"))
    return Drawing(38 + len(sheet.counts) * high, shapes, words, boxes)
