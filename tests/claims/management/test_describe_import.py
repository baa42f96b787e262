from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from claims.transfer.columns import COLUMNS


def test_the_page_of_columns_is_made_from_the_table():
    out = StringIO()

    call_command("describe_import", stdout=out)

    assert Path(settings.BASE_DIR, "docs", "import.md").read_text(encoding="utf-8") == out.getvalue()
    for column in COLUMNS:
        assert f"| `{column.name}` |" in out.getvalue()
