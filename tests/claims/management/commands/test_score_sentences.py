import pytest
from django.core.management import CommandError, call_command

from claims.intake.checkworthiness import score


def run(tmp_path, sentences):
    source, out = tmp_path / "sentences.tsv", tmp_path / "scores.tsv"
    source.write_text(sentences, encoding="utf-8")
    call_command("score_sentences", source=source, out=out)
    return out.read_text(encoding="utf-8")


def test_every_sentence_gets_its_score(tmp_path, capsys):
    found = run(tmp_path, "id\ttext\n7\tTaxes rose by 12 percent in Leeds.\n\n8\tWho knows?\n")

    first, second = score("Taxes rose by 12 percent in Leeds.").value, score("Who knows?").value
    assert found == f"7\t{first:.4f}\n8\t{second:.4f}\n"
    assert capsys.readouterr().out == "2 sentences scored.\n"


def test_a_line_without_a_tab_is_refused_with_its_number(tmp_path):
    with pytest.raises(CommandError, match=r"Line 1 of .* holds no tab"):
        run(tmp_path, "7 Taxes rose.\n")


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("score_sentences", source=tmp_path / "none.tsv", out=tmp_path / "out.tsv")
