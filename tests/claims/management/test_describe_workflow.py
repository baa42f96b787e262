from pathlib import Path

from django.core.management import call_command

from claims.workflow.transitions import TRANSITIONS


def test_the_document_is_what_the_table_says(capsys):
    call_command("describe_workflow")
    described = capsys.readouterr().out

    assert all(f"| {action}" in described for action in TRANSITIONS)
    assert Path("docs/workflow.md").read_text() == described, "run: manage.py describe_workflow > docs/workflow.md"
