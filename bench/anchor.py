"""Anchoring: CPU time to find a quote again in 1 MB of text, its words altered, moved, gone or as they were."""

import random
import time

import _house

from claims.evidence import anchor

SIZE = 1_000_000  # characters
GOAL_MS = 40
TIMES = 9
PROSE = (
    "harbour ship quay crane tide captain pilot cargo grain coal report office minister figure count year month region "
    "bridge river council vote budget price tonne record storm repair dock berth ferry island route crew engine fuel"
)
WORDS = PROSE.split()


def text_of(seed, size=SIZE):
    """Prose of sentences that differ, with typographic quotation marks, accents and figures in it."""
    chance, parts, length = random.Random(seed), [], 0
    while length < size:
        words = chance.choices(WORDS, k=chance.randint(6, 18))
        words.insert(
            chance.randrange(len(words)),
            chance.choice([f"{chance.randint(10, 9999)}", "\u201ccaf\u00e9\u201d", "\u2013"]),
        )
        sentence = " ".join(words).capitalize() + "."
        parts.append(sentence)
        length += len(sentence) + 1
    return "\n".join(" ".join(parts[at : at + 6]) for at in range(0, len(parts), 6))


def ideographs(seed, size=SIZE):
    """A text of 3,000 different letters, which are more than fit into one byte each."""
    chance = random.Random(seed)
    return "".join(chr(0x4E00 + min(int(chance.expovariate(0.002)), 2999)) for _letter in range(size))


def cpu_ms(work):
    begin = time.process_time()
    work()
    return (time.process_time() - begin) * 1000


def middle(values):
    return sorted(values)[len(values) // 2]


def altered(words, share, chance):
    """So many of the words are other words."""
    return " ".join(chance.choice(WORDS) if chance.random() < share else word for word in words.split(" "))


def measure(length):
    """Rows for quotes of one length, from one text; the folded text is cached but for the first row."""
    chance = random.Random(length)
    old = text_of(length)
    start = old.index(" ", SIZE // 2) + 1
    selector = anchor.make_selector(old, start, old.index(" ", start + length))
    before, after = old[: selector.start], old[selector.end :]
    cases = {
        "altered": (before + altered(selector.exact, 0.12, chance) + after, anchor.ALTERED),
        "unchanged": (old, anchor.UNCHANGED),
        "moved": (f"{after}\n{selector.exact}\n{before}", anchor.MOVED),
        "gone": (before[:-200] + after[200:], anchor.GONE),
    }
    rows = []
    for name, (text, state) in cases.items():
        first = cpu_ms(lambda text=text: anchor.check(text, selector))
        times = [cpu_ms(lambda text=text: anchor.check(text, selector)) for _time in range(TIMES)]
        assert anchor.check(text, selector).state == state, (name, anchor.check(text, selector))
        goal = f"<= {GOAL_MS}" if name == "altered" else ""
        rows.append((f"{name}, {length} characters, folded text cached: CPU ms", middle(times), goal))
        if name == "altered":
            rows.append((f"{name}, {length} characters, text folded first: CPU ms", first, ""))
    return rows


def measure_ideographs():
    old = ideographs(1)
    selector = anchor.make_selector(old, SIZE // 2, SIZE // 2 + 80)
    text = old[: selector.start] + ideographs(2, 8) + old[selector.start + 8 :]
    times = [cpu_ms(lambda: anchor.check(text, selector)) for _time in range(TIMES)]
    assert anchor.check(text, selector).state == anchor.ALTERED
    return "altered, 80 ideographs, folded text cached: CPU ms", middle(times), ""


_house.report("anchor", [*(row for length in (80, 300) for row in measure(length)), measure_ideographs()])
