"""The same two races in Wagtail's moderation and here: an edit in the middle of approving, and two saves at once.

usage: python bench/wagtail_race.py [ROUNDS]

Counted: rounds in which a text became public that nobody approved who had it before his eyes, and edits that were
reported as saved, are not in the text that stands, and of which nobody was told.  Wagtail is driven by the calls its own
buttons make (``on_action``, ``save_revision``); in Wagtail the last approval publishes, here publishing is a step more.
"""

import json
import random
import sys
import threading
import time
from pathlib import Path

import _wagtail

ROUNDS = 100
LATE = 0.02  # seconds by which the edit comes late at most
KINDS = ("Wagtail", "Wagtail, approval again after an edit", "here")


def at_once(*operations):
    """Run all together, each on a connection of its own; what was raised, or nothing, for each."""
    from django.db import connection

    barrier, errors = threading.Barrier(len(operations)), [None] * len(operations)

    def run(number, operation):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            operation()
        except Exception as error:  # noqa: BLE001  # whatever it is, it is what came of it
            errors[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(operations)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


# --- in Wagtail


def race_in_wagtail(rounds):
    from django.conf import settings

    news = _wagtail.set_up()
    figures = {}
    for kind, again in zip(KINDS[:2], (False, True), strict=True):
        settings.WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = again
        figures[kind] = {
            "unapproved": sum(_edited_while_approved(news) for _ in range(rounds)),
            "lost": sum(_saved_at_once(news) for _ in range(rounds)),
        }
    return figures


def _edited_while_approved(news):
    """One page waits for approval; two moderators who read it approve, its author changes it."""
    page = news.new_page("Twelve ships came.")
    news.submit(page)
    opened = news.newest(page)

    def edit():
        time.sleep(random.uniform(0, LATE))
        news.save(opened, by=news.author, body="Nobody approved this.")

    at_once(lambda: news.approve(page, by=news.editor), lambda: news.approve(page, by=news.other_editor), edit)
    return news.public_body(page) == "Nobody approved this."


def _saved_at_once(news):
    """Two people have the same page open and save: how many texts are gone without a word."""
    page = news.new_page("Twelve ships came.")
    opened = {"Ten ships came.": news.newest(page), "Nine ships came.": news.newest(page)}
    errors = at_once(
        *[lambda text=text, copy=copy: news.save(copy, by=news.author, body=text) for text, copy in opened.items()]
    )
    stands = news.newest(page).body
    return sum(error is None and text != stands for text, error in zip(opened, errors, strict=True))


# --- here


def race_here(rounds):
    import _house

    with _house.house():
        from tests.claims.workflow import desk
        from tests.faults import review_rounds

        people = review_rounds.hire()
        saves = review_rounds.save_pairs(desk.ready(people), people, rounds)
        reviews = review_rounds.review_rounds(desk.in_review(people), people, rounds)
    return {"unapproved": len(reviews.wrong), "lost": len(saves.wrong)}


def main(rounds=ROUNDS):
    wagtail = _wagtail.run(__file__, str(rounds))
    figures = (wagtail or {}) | {KINDS[2]: race_here(rounds)}
    width = max(map(len, KINDS))
    print(f"{rounds} rounds of each race")
    print(f"{'':<{width}}  {'unapproved text public':>22}  {'edits lost unseen':>17}")
    for kind, found in figures.items():
        print(f"{kind:<{width}}  {found['unapproved']:>22}  {found['lost']:>17}")
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "wagtail_race.json").write_text(json.dumps({"rounds": rounds, **figures}, indent=1) + "\n")


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    if _wagtail.is_inside():
        _wagtail.answer(race_in_wagtail(count))
    else:
        main(count)
