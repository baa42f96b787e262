"""The timeline and the map of a topic: nothing over anything else, and the same picture for the same words."""

import itertools
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.figures.bars import LETTER
from claims.figures.disputes import Dispute, Saying, find_voices, gather_days
from claims.figures.places import CELL, MOST_CLAIMS, MOST_VOICES, SLOT, lay_map, lay_timeline

DAY = date(2024, 6, 19)
NAMES = [f"Ministry of Ports and Harbours number {n}" for n in range(30)]
SAID = st.builds(
    Saying,
    st.integers(1, 14),
    st.sampled_from(NAMES),
    st.sampled_from(["asserts", "denies", "reports"]),
    st.one_of(st.none(), st.integers(0, 900).map(lambda n: DAY + timedelta(days=n))),
    st.integers(0, 10**6),
)
SIDES = st.integers(1, 13).map(lambda n: Dispute(list(range(1, n + 1)), list(range(n + 1, 15))))
CASES = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def apart(one, other):
    across = one.x + one.w <= other.x or other.x + other.w <= one.x
    return across or one.y + one.h <= other.y or other.y + other.h <= one.y


def are_apart(boxes):
    return all(apart(one, other) for one, other in itertools.combinations(boxes, 2))


def timeline(dispute, said):
    voices = find_voices(dispute, said)
    return voices, lay_timeline(dispute, voices, gather_days(one.day for voice in voices for one in voice.sayings))


@CASES
@given(SIDES, st.lists(SAID, max_size=60))
def test_nothing_on_a_timeline_covers_anything_else(dispute, said):
    voices, found = timeline(dispute, said)

    assert are_apart([spot.box for spot in found.spots])
    assert are_apart([band.box for band in found.bands])
    assert len(found.bands) == len(found.names) == len(voices)
    assert all(spot.box.w > 4 + 18 + LETTER * len("asserts 14") for spot in found.spots)
    assert all(spot.box.x + spot.box.w <= found.width for spot in found.spots)
    assert all(spot.box.y + spot.box.h <= found.height for spot in found.spots)


@CASES
@given(SIDES, st.lists(SAID, max_size=60))
def test_every_saying_stands_on_the_timeline_or_is_counted(dispute, said):
    _voices, found = timeline(dispute, said)

    assert len(found.spots) + sum(int(word.text[2:]) for word in found.more) == len(said)


def test_a_full_cell_counts_the_rest():
    said = [Saying(1, "Ministry", "asserts", DAY, n) for n in range(CELL + 3)]
    _voices, found = timeline(Dispute([1], []), said)

    assert [word.text for word in found.more] == ["+ 3"]


def test_time_goes_from_left_to_right_and_sides_stand_apart():
    said = [
        Saying(1, "Union", "asserts", DAY, 1),
        Saying(2, "Ministry", "asserts", DAY - timedelta(days=200), 2),
        Saying(1, "Paper", "reports", None, 3),
    ]
    voices, found = timeline(Dispute([1], [2]), said)
    places = {spot.key: spot.box for spot in found.spots}

    assert [voice.name for voice in voices] == ["Union", "Paper", "Ministry"]
    assert places[2].x < places[1].x < places[3].x
    assert places[1].y < places[3].y < places[2].y


def test_an_empty_dispute_is_an_empty_sheet():
    assert lay_timeline(Dispute([1]), [], []).spots == []
    assert lay_map(Dispute([]), [], {}, []).claims == []


def drawn(dispute, said, pairs=()):
    voices = find_voices(dispute, said)
    statements = {claim: f"{claim}  The harbour handled {claim} ships in one day, " * 6 for claim in dispute.claims}
    return lay_map(dispute, voices, statements, pairs)


@CASES
@given(SIDES, st.lists(SAID, max_size=80))
def test_nothing_on_the_map_covers_anything_else(dispute, said):
    pairs = list(itertools.product(dispute.left, dispute.right))
    found = drawn(dispute, said, pairs)
    glyphs = [edge.middle for edge in found.edges]

    assert are_apart([node.box for node in [*found.claims, *found.claimants]])
    assert all(
        abs(one[0] - other[0]) > SLOT or abs(one[1] - other[1]) >= SLOT - 0.01
        for one, other in itertools.combinations(glyphs, 2)
    )
    for node in [*found.claims, *found.claimants]:
        assert all(word.y < node.box.y + node.box.h for word in node.words)
        assert node.box.x + node.box.w <= found.width
        assert node.box.y + node.box.h <= found.height


def test_the_same_words_make_the_same_map():
    said = [
        Saying(1, "Union", "asserts", DAY, 1),
        Saying(2, "Union", "denies", DAY, 2),
        Saying(2, "Port", "asserts", DAY, 3),
    ]
    dispute = Dispute([1], [2])

    assert drawn(dispute, said, [(1, 2)]) == drawn(dispute, said[::-1], [(2, 1)])


def test_who_speaks_of_both_sides_stands_on_both():
    said = [Saying(1, "Union", "asserts", DAY, 1), Saying(2, "Union", "denies", DAY, 2)]
    found = drawn(Dispute([1], [2]), said, [(1, 2), (2, 1)])

    assert [node.key for node in found.claimants] == ["Union", "Union"]
    assert [(edge.kind, edge.says) for edge in found.edges] == [("asserts", "Union|1"), ("denies", "Union|2")]
    assert [edge.kind for edge in found.opposed] == ["contradicts"]


def test_a_crowd_is_cut_where_the_sheet_ends():
    dispute = Dispute(list(range(1, 12)), [12])
    said = [Saying(1, name, "asserts", DAY, n) for n, name in enumerate(NAMES)]
    found = drawn(dispute, said)

    assert len(found.claims) == MOST_CLAIMS + 1
    assert len(found.claimants) == len(found.edges) == MOST_VOICES


def test_contradictions_whose_glyphs_would_meet_keep_one():
    found = drawn(Dispute([1, 2], [3, 4]), [], [(1, 4), (2, 3), (1, 3)])

    assert sorted(edge.says for edge in found.opposed) == ["", "contradicts", "contradicts"]
