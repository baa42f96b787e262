import pytest

from claims.notifications.messages import SENTENCES, notice


@pytest.mark.parametrize("kind", SENTENCES)
def test_every_kind_is_one_sentence_about_its_claim(kind):
    text = notice(kind, "Twelve ships came.", "An Editor", {}, sees_verdict=True)

    assert text.endswith("Twelve ships came.")
    assert "%" not in text


def test_notice_fits_its_column():
    text = notice("return", "s" * 500, "n" * 120, {"reason": "r" * 2000}, sees_verdict=True)

    assert len(text) <= 400


def test_what_the_system_did_is_done_by_the_desk():
    assert notice("approve", "A.", "", {}, sees_verdict=False) == "The desk approved it: A."


def test_reason_is_left_out_for_those_who_must_not_know():
    details = {"reason": "True is too strong."}

    assert "too strong" in notice("return", "A.", "B", details, sees_verdict=True)
    assert "too strong" not in notice("return", "A.", "B", details, sees_verdict=False)


def test_a_name_or_a_statement_of_another_direction_does_not_turn_the_sentence():
    told = notice("approve", "\u05d4\u05e0\u05de\u05dc 7", "Ann\u202e Other", {}, sees_verdict=False)

    assert told == "\u2068Ann Other\u2069 approved it: \u2068\u05d4\u05e0\u05de\u05dc 7\u2069"
