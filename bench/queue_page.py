"""The queue page at a million claims: against itself at a thousand, and against the changelist Django's admin gives a table.

Two databases are made alike, a small one and a large one, and asked in turns, so that what else the machine does meets
both.  CPU is that of this process and of the PostgreSQL process that answers it, which waiting for a busy machine does
not lengthen.  Two changelists are measured: one of bare columns, which reads a fraction of what a row of the queue tells,
and one of the same columns, which is the comparison that is fair.  The rows are made by INSERT ... SELECT and thrown away
with the databases.  ``--claims 50000`` for a quick look.
"""

import argparse
import os
import statistics
import time
from contextlib import contextmanager
from pathlib import Path

from _house import house, report

SMALL, TURNS, ROUNDS = 1_000, 8, 5
TICK = os.sysconf("SC_CLK_TCK")
# One claim in ten is open.  What is worked on is bounded by the people and not by the archive: at most 1,000 claims; the
# other open ones wait in triage.  All others are published or declined.
STATES = """
    CASE WHEN n % 10 = 0 AND n <= 10000 THEN (ARRAY['in_research', 'in_cross_check', 'in_review'])[n / 10 % 3 + 1]
         WHEN n % 10 = 0 THEN (ARRAY['inbox', 'watching', 'accepted'])[n / 10 % 3 + 1]
         WHEN n % 10 = 1 THEN 'declined' ELSE 'published' END"""
FILL = [
    f"""
    INSERT INTO claims_claim (statement, context, language, kind, no_appearance_reason, confidential, rationale, confidence,
        evidence_exception, title, summary, body, correction_kind, correction_text, status, status_before, worth, worth_reason,
        priority, decline_reason, public_state, public_note, retraction_reason, slug, stage_due_at, version, content_version,
        recorded_version, updated_at)
    SELECT 'In the year ' || n || ' the harbour of Norland handled more ships than in the year before.', '', 'en', 'past',
        '', n % 50 = 7, '', '', '', '', '', '', '', '', {STATES}, '', (ARRAY['high', 'medium', 'low', ''])[n % 4 + 1], '',
        n % 9 + 1, CASE WHEN n % 10 = 1 THEN 'other' ELSE '' END, CASE WHEN n % 10 > 1 THEN 'published' ELSE '' END, '', '',
        CASE WHEN n % 10 > 1 THEN 'c-' || n END,
        CASE WHEN n % 3 > 0 THEN now() + (n % 100000 - 2000) * interval '1 minute' END, 1, 1, 1, now()
    FROM generate_series(1, %s) AS n""",
    """
    INSERT INTO claims_appearance (claim_id, number, claimant_id, url, verbatim, position, date_basis, place, is_first)
    SELECT id, 1, id % 40 + 1, '', 'More ships came.', 'asserts', '', '', true FROM claims_claim""",
    "INSERT INTO claims_claim_topics (claim_id, topic_id) SELECT id, id / 7 % 20 + 1 FROM claims_claim",
    """
    INSERT INTO claims_assignment (claim_id, role, person_id)
    SELECT id, 'checker', id / 10 % 12 + 1 FROM claims_claim WHERE status IN ('in_research', 'in_cross_check', 'in_review')""",
    """
    INSERT INTO claims_assignment (claim_id, role, person_id)
    SELECT id, 'cross_checker', (id / 10 + 1) % 12 + 1 FROM claims_claim
    WHERE status IN ('in_cross_check', 'in_review') AND id % 70 > 0""",
]
TABLES = ("claims_claim", "claims_appearance", "claims_claim_topics", "claims_assignment")
# Each fills its page in both databases, so that the work is the same.
PAGES = {
    "all open": "/claims/",
    "by priority": "/claims/?sort=priority",
    "newest": "/claims/?sort=newest",
    "published, two topics, newest": "/claims/?status=published&topic=topic-2&topic=topic-4&sort=newest",
}
OPEN = (
    "inbox,watching,accepted,in_research,awaiting_reply,changes_requested,preflight,in_cross_check,in_review,approved"
)
SAME = {  # the same in the words of the changelist: its filters, its order
    "all open": ({"status__in": OPEN}, ("next_due_at", "id")),
    "published, two topics, newest": ({"status__exact": "published", "topics__id__in": "3,5"}, ("-id",)),
}


def people_and_names():
    """What both databases have alike."""
    from claims.models import Claimant, Desk, Person, SavedView, Topic

    Desk.objects.current()
    editor = Person.objects.create_superuser("editor-1", name="Editor One", role="editor")
    for n in range(11):
        Person.objects.create_user(f"checker-{n}", name=f"Checker {n}", role="checker")
    Claimant.objects.bulk_create(Claimant(slug=f"claimant-{n}", name=f"Claimant {n}") for n in range(40))
    Topic.objects.bulk_create(Topic(slug=f"topic-{n}", name=f"Topic {n}") for n in range(20))
    SavedView.objects.create(name="Urgent ones", query="worth=high")
    SavedView.objects.create(name="Topic 2", query="topic=topic-2&sort=newest", owner=editor)
    return editor


def fill(cursor, count):
    cursor.execute("SET session_replication_role = replica")  # no triggers: these rows are made at once
    for statement in FILL:
        cursor.execute(statement.replace("%s", str(count)))
    cursor.execute("SET session_replication_role = origin")
    for table in TABLES:
        cursor.execute(f"VACUUM ANALYZE {table}")


def use(name):
    """Lead Django to another database of the same server."""
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name
    connection.ensure_connection()


@contextmanager
def noting(sent):
    from django.db import connection

    def note(execute, sql, params, many, context):
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield


def statements_of(page):
    """The statements of a page, as a call that sends them again as they are; and how many they are."""
    from django.db import connection

    sent = []
    with noting(sent):
        page()

    def again():
        with connection.cursor() as cursor:
            for sql, params in sent:
                cursor.execute(sql, params)
                cursor.fetchall()

    return again, len(sent)


def backend_seconds():
    """CPU that the PostgreSQL process of this connection has used so far."""
    from django.db import connection

    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text()
    user, system = stat.rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / TICK


def clock(call, rounds):
    """Wall, own CPU and PostgreSQL's CPU of each call, in milliseconds; the last as a mean, for it counts in hundredths of a second."""
    call()
    wall, own, before = [], [], backend_seconds()
    for _ in range(rounds):
        begin, begin_own = time.perf_counter(), time.process_time()
        call()
        own.append((time.process_time() - begin_own) * 1000)
        wall.append((time.perf_counter() - begin) * 1000)
    return wall, own, [(backend_seconds() - before) * 1000 / rounds]


def in_turns(calls, names):
    """The median wall and own CPU and the mean CPU of PostgreSQL of each call in each database, asked in turns."""
    found = {(what, name): ([], [], []) for what in calls for name in names}
    for _ in range(TURNS):
        for name in names:
            use(name)
            for what, call in calls.items():
                for kept, new in zip(found[what, name], clock(call, ROUNDS), strict=True):
                    kept.extend(new)
    return {
        key: (statistics.median(wall), statistics.median(own), statistics.mean(postgres))
        for key, (wall, own, postgres) in found.items()
    }


def changelist(editor, *, whole_rows):
    """The changelist of a ModelAdmin with the filters, order and length of page of the queue.

    Args:
        whole_rows: also what else a row of the queue tells (who says it, evidence, people), as a ModelAdmin does by default:
            methods that ask each claim.
    """
    from django.contrib.admin import AdminSite, ModelAdmin
    from django.contrib.messages.storage.cookie import CookieStorage
    from django.test import RequestFactory

    from claims.models import Claim

    class Plain(ModelAdmin):
        list_display = ("statement", "status", "next_due_at", "priority", "worth")
        list_filter = ("status", "worth", "topics", "appearances__claimant", "assignments__person")
        list_per_page = 50

        def lookup_allowed(self, lookup, value, request=None):
            return True

    class Whole(Plain):
        list_display = (*Plain.list_display, "claimants", "balance", "people")

        def claimants(self, claim):
            return ", ".join(f"{row.claimant} {row.position}" for row in claim.appearances.all())

        def balance(self, claim):
            return [claim.evidence.filter(stance=stance).count() for stance in ("refutes", "supports", "context")]

        def people(self, claim):
            return ", ".join(str(row.person) for row in claim.assignments.filter(ended_at=None))

    admin = (Whole if whole_rows else Plain)(Claim, AdminSite())

    def page(asked, ordering):
        request = RequestFactory().get("/admin/claims/claim/", asked)
        request.user, request._messages = editor, CookieStorage(request)
        admin.ordering = ordering
        response = admin.changelist_view(request)
        assert response.status_code == 200, asked
        assert response.render().content.count(b'name="_selected_action"') == 50, asked

    return page


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--claims", type=int, default=1_000_000)
count = parser.parse_args().claims

with house():
    from django.db import connection
    from django.test import Client

    from claims.views import queue_rail
    from claims.views.result_list import ResultList

    editor = people_and_names()
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(editor)
    large = connection.settings_dict["NAME"]
    use("postgres")
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE small TEMPLATE "{large}"')
    begin = time.perf_counter()
    for name, rows in (("small", SMALL), (large, count)):
        use(name)
        with connection.cursor() as cursor:
            fill(cursor, rows)
    filled = time.perf_counter() - begin

    def read(address):
        response = client.get(address)
        assert response.status_code == 200, address
        return response

    calls, statements = {}, {}
    for what, address in PAGES.items():
        calls[what] = lambda address=address: read(address)
        assert b"data-row" in calls[what]().content, address
        calls[what, "sql"], statements[what] = statements_of(calls[what])
    times = in_turns(calls, ["small", large])
    anew = in_turns({"numbers": lambda: queue_rail.read_rail(editor, ResultList(), anew=True)}, ["small", large])
    use(large)
    plain, whole = changelist(editor, whole_rows=False), changelist(editor, whole_rows=True)
    admins = {(what, "bare columns"): clock(lambda asked=asked: plain(*asked), 5) for what, asked in SAME.items()}
    admins |= {(what, "the same columns"): clock(lambda asked=asked: whole(*asked), 5) for what, asked in SAME.items()}
    deep = ({"status__in": OPEN, "p": str(count // 10 // 50 // 2)}, ("next_due_at", "id"))
    admins["all open", "bare columns, half way down"] = clock(lambda: plain(*deep), 5)

rows = [("claims", count, ""), ("seconds to make them", filled, "")]
for what in PAGES:
    rows.append((f"{what}: statements", statements[what], "<= 8"))
for what in PAGES:
    (wall, own, postgres), (small_wall, small_own, small_postgres) = times[what, large], times[what, "small"]
    ratio = (own + postgres) / (small_own + small_postgres)
    rows.append((f"{what}: {count:,} against {SMALL:,} claims, CPU of page and PostgreSQL (ratio)", ratio, "<= 1.2"))
    rows.append((f"{what}: {count:,} against {SMALL:,} claims, wall clock (ratio)", wall / small_wall, "<= 1.2"))
for (what, columns), (wall, own, postgres) in admins.items():
    ours_wall, ours_own, ours_postgres = times[what, large]
    cost = statistics.median(own) + postgres[0]
    said = f"{what}: the changelist of a ModelAdmin, {columns}, against ours"
    rows.append((f"{said}, CPU (ratio)", cost / (ours_own + ours_postgres), ">= 15"))
    rows.append((f"{said}, wall clock (ratio)", statistics.median(wall) / ours_wall, ">= 15"))
for what in PAGES:
    wall, own, postgres = times[what, large]
    rows.append((f"{what}: CPU of the page above its statements, ms", own - times[(what, "sql"), large][1], "<= 12"))
    rows.append((f"{what}: CPU of PostgreSQL, ms", postgres, ""))
    rows.append((f"{what}: wall clock, ms", wall, ""))
for name in ("small", large):
    wall, own, postgres = anew["numbers", name]
    rows.append(
        (f"numbers of the rail counted anew at {SMALL if name == 'small' else count:,}, wall clock, ms", wall, "")
    )
report("queue_page", rows)
