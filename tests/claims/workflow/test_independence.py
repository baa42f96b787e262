import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.workflow.independence import Piece, are_near, independent_groups, simhash

WORDS = [f"word{number}" for number in range(400)]


def text_of(seed, length=300):
    draw = random.Random(seed)
    return " ".join(draw.choices(WORDS, k=length))


def test_the_same_text_with_another_date_line_and_signature_is_near():
    report = text_of(1)

    assert are_near(simhash(report), simhash(f"By our correspondent, Monday. {report} Share this page."))
    assert are_near(simhash(report), simhash(report.upper().replace(" ", "\n")))


def test_other_texts_are_far():
    hashes = [simhash(text_of(seed)) for seed in range(60)]

    assert not any(are_near(one, other) for number, one in enumerate(hashes) for other in hashes[:number])


def test_a_text_with_a_third_rewritten_is_another():
    words = text_of(2).split()
    rewritten = [f"other{number}" if number % 3 == 0 else word for number, word in enumerate(words)]

    assert not are_near(simhash(" ".join(words)), simhash(" ".join(rewritten)))


@pytest.mark.parametrize("short", ["", "Twelve ships came on Monday.", text_of(3, 29)])
def test_of_a_short_text_nothing_is_said(short):
    assert simhash(short) is None


def test_the_number_fits_a_signed_column_of_eight_bytes():
    hashes = [simhash(text_of(seed)) for seed in range(40)]

    assert min(hashes) < 0 < max(hashes)
    assert all(-(2**63) <= one < 2**63 for one in hashes)


def test_the_number_of_a_text_stays_what_it_was():
    """Numbers are stored with the copies and compared with those of later ones."""
    assert simhash(text_of(1)) == 448755099907458315
    assert simhash("Straße und Größe. " * 20) == -8223903484238168821


def test_one_origin_one_address_or_one_text_make_one_group():
    wire = simhash(text_of(4))
    pieces = [
        Piece(1, origin="release of 4 March"),
        Piece(2, origin="release of 4 March"),
        Piece(3, addresses=frozenset({"https://a.example.org/1"})),
        Piece(4, addresses=frozenset({"https://a.example.org/1", "https://b.example.org/1"}), likeness=wire),
        Piece(5, likeness=wire),
        Piece(6),
        Piece(7),
    ]

    assert independent_groups(pieces) == [[1, 2], [3, 4, 5], [6], [7]]


def test_one_file_is_one_origin_however_short_its_text():
    pieces = [Piece(1, copy="ab"), Piece(2, copy="cd"), Piece(3, copy="ab"), Piece(4), Piece(5)]

    assert independent_groups(pieces) == [[1, 3], [2], [4], [5]]


def test_what_is_near_the_near_is_one_with_it():
    wire = simhash(text_of(4))
    near, nearer_still, far = wire ^ 0b1111_1111, wire ^ 0b1111_1111_1111_1111, ~wire

    chain = [Piece(1, likeness=wire), Piece(2, likeness=nearer_still), Piece(3, likeness=near), Piece(4, likeness=far)]
    assert independent_groups(chain) == [[1, 2, 3], [4]]
    assert independent_groups(chain[:2]) == [[1], [2]]


@pytest.mark.parametrize("whole", range(9))
def test_near_texts_are_found_by_whichever_slice_stayed_whole(whole):
    wire = simhash(text_of(4))
    other = wire ^ sum(1 << (7 * number + 3) for number in range(9) if number != whole)

    assert are_near(wire, other)
    assert independent_groups([Piece(1, likeness=wire), Piece(2, likeness=other)]) == [[1, 2]]


@given(st.integers(-(2**63), 2**63 - 1), st.sets(st.integers(0, 63), max_size=12), st.integers(0, 2**30))
def test_near_texts_are_found_wherever_they_differ(text, places, seed):
    """Whatever is not compared is far: the slices of the search leave no near pair out."""
    other = text ^ sum(1 << place for place in places)
    signed = (other & (2**64 - 1)) - (2**64 if other & 2**63 else 0)
    crowd = [random.Random(seed + n).getrandbits(64) - 2**63 for n in range(5)]
    pieces = [Piece(n, likeness=one) for n, one in enumerate([text, *crowd, signed], 1)]

    together = any({1, 7} <= set(group) for group in independent_groups(pieces))

    assert together == (len(places) <= 8) or any(are_near(one, two) for one in crowd for two in (text, signed))


@given(st.lists(st.tuples(st.sampled_from(["", "a", "b"]), st.sampled_from(["", "x", "y"])), max_size=8))
def test_every_piece_is_in_exactly_one_group(given):
    pieces = [Piece(number, origin, frozenset({address} - {""})) for number, (origin, address) in enumerate(given, 1)]

    groups = independent_groups(pieces)

    assert sorted(number for group in groups for number in group) == [piece.number for piece in pieces]
