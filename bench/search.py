"""Search: the first 20 claims at a million, against giving a rank to every one that answers, in one run.

Each is measured twice: the whole call, and its statements alone, for of a call of ours most is Python putting the statement
together, which takes the same for a thousand claims.

The claims are made by one INSERT and thrown away with the database.  ``--claims 50000`` for a quick look.
"""

import argparse
import time

from _house import house, report

# Word -> it stands in every so manieth claim; the names say how rare a word is.
COMMON = {"everywhere": 1, "harbour": 5, "ships": 20, "convoy": 100}
RARE = {"lantern": 1_000, "sextant": 10_000, "astrolabe": 100_000}
PAIRS = {"two common words": "harbour ships ", "a common and a rare word": "harbour lantern ", "a beginning": "harb"}
TOP = 20


def fill(cursor, count):
    """Claims and their search rows, as ``claims.search.index`` writes them (word, stem and place)."""
    cursor.execute("ALTER TABLE claims_claim DISABLE TRIGGER USER")
    cursor.execute(
        "INSERT INTO claims_claim (statement, context, language, kind, no_appearance_reason, confidential, rationale,"
        " confidence, evidence_exception, title, summary, body, correction_kind, correction_text, status, status_before,"
        " worth, worth_reason, priority, decline_reason, public_state, public_note, retraction_reason, version,"
        " content_version, recorded_version, updated_at)"
        " SELECT 'Statement ' || n, '', 'en', 'past', '', n %% 50 = 7, '', '', '', '', '', '', '', '', 'inbox', '', '', '', 5,"
        " '', '', '', '', 1, 1, 0, now() FROM generate_series(1, %s) AS n",
        [count],
    )
    words = " || ".join(
        # Scattered by a hash, so that no word follows the order of the rows.
        f"CASE WHEN abs(hashint8(id * 31 + {n})) % {every} = 0 THEN ' ''{word}'':{n + 1},{n + 20}' ELSE '' END"
        for n, (word, every) in enumerate({**COMMON, **RARE}.items())
    )
    filler = " || ".join(f"' ''w' || abs(hashint8(id * 7 + {n})) % 20000 || ''':{n + 8}A'" for n in range(8))
    # Filled first and indexed afterwards, as after any great import.
    cursor.execute("SELECT pg_get_indexdef('search_words_claim'::regclass)")
    (index,) = cursor.fetchone()
    cursor.execute("DROP INDEX search_words_claim")
    cursor.execute(
        "INSERT INTO claims_searchentry (kind, object_id, claim_id, language, at, words)"
        f" SELECT 'claim', id, id, 'en', created_at, ({words} || {filler})::tsvector FROM claims_claim ORDER BY id"
    )
    cursor.execute(index)
    cursor.execute("VACUUM ANALYZE claims_searchentry")
    cursor.execute("VACUUM ANALYZE claims_claim")


def in_turns(rounds, *ways):
    """The median seconds of each way, taken in turns: what else the machine does meets all of them."""
    times = {way: [] for way in ways}
    for n in range(rounds):
        for way in ways if n % 2 else reversed(ways):
            begin = time.perf_counter()
            way()
            times[way].append(time.perf_counter() - begin)
    return [sorted(taken)[rounds // 2] for taken in times.values()]


def statements_of(way):
    """The statements a call sends, as a call of their own that sends them again as they are."""
    from django.db import connection

    sent = []

    def note(execute, sql, params, many, context):
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        way()

    def again():
        with connection.cursor() as cursor:
            for sql, params in sent:
                cursor.execute(sql, params)
                cursor.fetchall()

    return again


def measure(queries, person, rounds):
    """For each query: seconds of both ways, how many claims answer, seconds of the statements of both ways."""
    from claims.search import find
    from claims.search.find import Narrow

    narrow, found = Narrow(), {}
    for name, text in queries.items():

        def ranked(text=text):
            """Every claim that answers and may be seen, ranked; what the usual search of Django does."""
            query = find.ask(text)
            return find._ranked(find.allowed("claim", person, narrow), query, None, TOP + 1)

        def ours(text=text):
            return find.find(find.ask(text), "claim", person, narrow, most=TOP)

        ranked(), ours()
        answers = find.allowed("claim", person, narrow).filter(words__holds=find.ask(text).tsquery).count()
        assert len(ours().hits) == min(TOP, answers)
        found[name] = (
            *in_turns(rounds, ours, ranked),
            answers,
            *in_turns(rounds, statements_of(ours), statements_of(ranked)),
        )
    return found


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--claims", type=int, default=1_000_000)
count = parser.parse_args().claims

with house():
    from django.db import connection

    from claims.models import Person
    from claims.search import find

    person = Person.objects.create_user("checker-1", name="Checker One", role="checker")  # sees none confidential
    with connection.cursor() as cursor:
        begin = time.perf_counter()
        fill(cursor, count)
        filled = time.perf_counter() - begin
    find.MOST_RANKED = min(find.MOST_RANKED, count // 200)  # so that a quick look takes the same ways
    common = measure({word: f"{word} " for word in COMMON}, person, 21)
    rare = measure({word: f"{word} " for word in RARE}, person, 201)
    pairs = measure(PAIRS, person, 21)

rows = [("claims", count, ""), ("seconds to make them", filled, "")]
for name, (ours, ranked, answers, asked, asked_ranked) in common.items():
    what = f"{name}, in {answers:,} claims: ts_rank over all against ours (ratio of time)"
    rows.append((f"{what}, statements", asked_ranked / asked, ">= 10"))
    rows.append((f"{what}, whole call", ranked / ours, ">= 10" if answers * 20 >= count * 0.98 else ""))
for name, (ours, ranked, answers, asked, asked_ranked) in rare.items():
    what = f"{name}, in {answers:,} claims: ours against ts_rank over all (ratio of time)"
    rows.append((f"{what}, statements", asked / asked_ranked, "<= 1.2"))
    rows.append((f"{what}, whole call", ours / ranked, "<= 1.2"))
for name, (ours, ranked, answers, asked, asked_ranked) in pairs.items():
    what = f"{name}, {answers:,} claims: ts_rank over all against ours (ratio of time)"
    rows.append((f"{what}, statements", asked_ranked / asked, ""))
    rows.append((f"{what}, whole call", ranked / ours, ""))
for name, (ours, _ranked, _answers, asked, _asked) in (common | rare | pairs).items():
    rows += [(f"{name}: ours, ms, whole call", ours * 1000, ""), (f"{name}: ours, ms, statements", asked * 1000, "")]
report("search", rows)
