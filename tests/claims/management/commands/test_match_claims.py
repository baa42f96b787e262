import pytest
from django.core.management import CommandError, call_command

from tests.factories import ClaimFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def claims():
    ClaimFactory(external_id="c-1", statement="The Brook dam in Leeds broke in 1950.")
    ClaimFactory(external_id="c-2", statement="The Brook dam in Leeds was built by hand.")
    return ClaimFactory(external_id=None, statement="A bridge was opened in York.")


def run(tmp_path, queries, **options):
    asked, out = tmp_path / "queries.tsv", tmp_path / "run.tsv"
    asked.write_text(queries, encoding="utf-8")
    call_command("match_claims", queries=asked, out=out, verbosity=0, **options)
    return [line.split("\t") for line in out.read_text(encoding="utf-8").splitlines()]


def test_every_text_gets_its_nearest_claims_best_first(tmp_path, claims, capsys):
    rows = run(tmp_path, 'query_id\ttext\nq1\tthe "Brook dam broke in 1950\n\nq2\tbridge of York\nq3\tgeese\n')

    assert [row[:2] for row in rows] == [["q1", "c-1"], ["q1", "c-2"], ["q2", f"claim/{claims.pk}"]]
    assert float(rows[0][2]) > float(rows[1][2])
    assert capsys.readouterr().out == "3 matches for 3 texts.\n"


def test_no_more_claims_than_asked_for_are_written(tmp_path, claims):
    assert len(run(tmp_path, "q1\tthe Brook dam in Leeds", k=1)) == 1


def test_a_line_without_a_tab_is_refused_with_its_number(tmp_path, claims):
    with pytest.raises(CommandError, match=r"Line 2 of .* holds no tab"):
        run(tmp_path, "q1\tdam\nq2 dam\n")


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("match_claims", queries=tmp_path / "none.tsv", out=tmp_path / "out.tsv")
