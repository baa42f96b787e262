"""The pictures that the browser tests take of every page: ``artifacts/<file>/<page>-<width>-<scheme>.jpg``.

``artifacts/index.html`` shows them all, for whoever wants to look at each; continuous integration keeps the folder.
"""

import shutil
from html import escape

from tests.conftest import PROJECT

ARTIFACTS = PROJECT / "artifacts"
STYLE = "body{font:14px sans-serif}section{display:flex;flex-wrap:wrap;gap:8px;align-items:start}img{max-height:420px;max-width:420px;border:1px solid}"


def open_for(name):
    """An empty folder for the pictures of one file of tests."""
    folder = ARTIFACTS / name
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def bind():
    """Write the page that shows every picture there is."""
    if not ARTIFACTS.exists():
        return
    parts = ["<!doctype html><meta charset=utf-8><title>Pictures of every page</title>", f"<style>{STYLE}</style>"]
    for folder in sorted(path for path in ARTIFACTS.iterdir() if path.is_dir()):
        parts.append(f"<h2>{escape(folder.name)}</h2><section>")
        for picture in sorted(folder.glob("*.jpg")):
            address = f"{folder.name}/{picture.name}"
            parts.append(
                f'<figure><a href="{address}"><img loading=lazy src="{address}" alt=""></a><figcaption>{picture.stem}</figcaption></figure>'
            )
        parts.append("</section>")
    (ARTIFACTS / "index.html").write_text("\n".join(parts))
