import json
import random
import subprocess
import sys
import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from claims.models import AnchorGap, AnchorLog, ChainHead, Event, Person
from claims.models.event import GENESIS, hash_body, hash_event
from claims.workflow import anchors
from claims.workflow.anchoring import anchor_heads
from claims.workflow.record import erase_event, verify

SEED = 20240619


@pytest.fixture(autouse=True)
def var_dir(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path


@transaction.atomic
def grow(chain, count=1, **body):
    return [Event.objects.append(chain, "edit", by=None, body={"n": n, **body}) for n in range(count)]


def behind_the_back():
    """What the owner of the database can do: no trigger and no foreign key holds him."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")


def found(verdict):
    return [(problem.chain, problem.seq) for problem in verdict.problems]


# --- the anchors


@pytest.mark.django_db
def test_only_chains_that_grew_are_anchored(var_dir):
    grow("claim/1", 3)
    grow("desk")
    assert anchor_heads() == 2
    assert anchor_heads() == 0

    [last] = grow("claim/1")
    assert anchor_heads() == 1

    lines = [json.loads(line) for line in anchors.path().read_text().splitlines()]
    assert [set(line["heads"]) for line in lines] == [{"claim/1", "desk"}, {"claim/1"}]
    assert lines[1]["heads"]["claim/1"] == [4, last.hash]
    assert (lines[0]["prev_mac"], lines[1]["prev_mac"]) == (GENESIS, lines[0]["mac"])
    assert ChainHead.objects.get(pk="claim/1").anchored_seq == 4


@pytest.mark.django_db
def test_the_anchors_are_for_this_user_alone(var_dir):
    grow("desk")
    anchor_heads()
    assert anchors.path().stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_many_heads_take_several_lines(monkeypatch):
    monkeypatch.setattr("claims.workflow.anchoring.HEADS_PER_LINE", 2)
    for number in range(5):
        grow(f"claim/{number}")
    assert anchor_heads() == 5
    verdict = verify()
    assert (verdict.anchors, verdict.chains, verdict.problems) == (3, 5, ())


@pytest.mark.django_db
def test_a_line_cut_off_by_a_crash_is_passed_over_and_then_replaced():
    grow("claim/1")
    anchor_heads()
    with anchors.path().open("ab") as file:
        file.write(b'{"at":"2026-01-01T00:00:00.000000+00:00","heads":{"claim/1":[')
    assert verify().problems == ()

    grow("claim/1")
    anchor_heads()
    verdict = verify()
    assert (verdict.anchors, verdict.problems) == (2, ())


@pytest.mark.django_db
def test_a_crash_in_the_very_first_line_is_survived():
    anchors.path().write_bytes(b'{"at":')
    grow("claim/1")
    anchor_heads()
    verdict = verify()
    assert (verdict.anchors, verdict.problems) == (1, ())


@pytest.mark.django_db
def test_the_last_line_is_found_however_long_it_is(monkeypatch):
    monkeypatch.setattr(anchors, "TAIL_BYTES", 16)
    for _round in range(4):
        grow("claim/1")
        grow("claim/2")
        anchor_heads()
    verdict = verify()
    assert (verdict.anchors, verdict.problems) == (4, ())


@pytest.mark.django_db
def test_after_an_unreadable_line_anchoring_goes_on_and_the_damage_is_told():
    grow("claim/1")
    anchor_heads()
    with anchors.path().open("ab") as file:
        file.write(b"rubbish\n")
    grow("claim/1")
    anchor_heads()

    [problem] = verify().problems
    assert (problem.chain, problem.seq) == ("anchors.log", 2)
    assert str(problem) == "anchors.log, event 2: the line cannot be read"
    assert ChainHead.objects.get(pk="claim/1").anchored_seq == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("damage", "line", "words"),
    [
        pytest.param(lambda lines: lines[1:], 1, "lines are missing", id="first-line-cut"),
        pytest.param(lambda lines: [lines[0], lines[2]], 2, "lines are missing", id="line-taken-out"),
        pytest.param(lambda lines: [lines[0], lines[2], lines[1]], 2, "out of order", id="lines-swapped"),
        pytest.param(lambda lines: [lines[0], lines[1].replace("[2,", "[3,"), lines[2]], 2, "changed", id="edited"),
        pytest.param(lambda lines: [*lines[:2], "[]"], 3, "cannot be read", id="not-a-line"),
        pytest.param(lambda lines: lines[:2], None, "the file was cut: what was written at", id="last-line-cut"),
        pytest.param(lambda lines: [], None, "the file was cut: what was written at", id="emptied"),
    ],
)
def test_whoever_changes_the_anchors_is_found(damage, line, words):
    for _round in range(3):
        grow("claim/1")
        anchor_heads()
    kept = damage(anchors.path().read_text().splitlines())
    anchors.path().write_text("".join(f"{text}\n" for text in kept))

    first = verify().problems[0]

    assert (first.chain, first.seq) == ("anchors.log", line)
    assert words in first.what


@pytest.mark.django_db
def test_anchors_signed_with_another_key_are_not_ours(settings):
    grow("claim/1")
    anchor_heads()
    settings.ANCHOR_KEY = "the key of somebody else"
    assert found(verify()) == [("anchors.log", 1)]


@pytest.mark.django_db
def test_a_missing_file_is_told():
    grow("claim/1")
    anchor_heads()
    anchors.path().unlink()
    [problem] = verify().problems
    assert str(problem) == "anchors.log: the file is missing, though chains have been anchored in it"


@pytest.mark.django_db
def test_before_the_first_anchor_nothing_is_promised_and_nothing_is_wrong():
    grow("claim/1")
    verdict = verify()
    assert verdict.is_whole
    assert (verdict.anchored_at, verdict.anchors) == (None, 0)


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_write_one_unbroken_file():
    for number in range(40):
        grow(f"claim/{number}")
    ready = threading.Barrier(2)
    counts = []

    def clock():
        ready.wait()
        counts.append(anchor_heads())
        connection.close()

    clocks = [threading.Thread(target=clock) for _each in range(2)]
    for each in clocks:
        each.start()
    for each in clocks:
        each.join()

    assert sorted(counts) == [0, 40]
    verdict = verify()
    assert (verdict.anchors, verdict.problems) == (1, ())


@pytest.mark.django_db(transaction=True)
def test_the_record_may_grow_while_it_is_read():
    grow("claim/1")
    stop = threading.Event()

    def desk_at_work():
        while not stop.is_set():
            grow("claim/1", 3)
            anchor_heads()
        connection.close()

    writer = threading.Thread(target=desk_at_work)
    writer.start()
    try:
        problems = [problem for _reading in range(20) for problem in verify().problems]
    finally:
        stop.set()
        writer.join()
    assert problems == []


# --- clocks on two machines


@pytest.fixture
def machines(settings, tmp_path):
    """Two folders, and a way to be on the machine of one of them."""

    def on(name, do=anchor_heads):
        settings.VAR_DIR = tmp_path / name
        return do()

    return on


@pytest.mark.django_db
def test_each_machine_has_a_log_of_its_own_that_holds_every_chain(machines):
    grow("claim/1", 2)
    assert (machines("a"), machines("b")) == (1, 1)
    grow("claim/1")
    grow("claim/2")
    assert (machines("a"), machines("b")) == (2, 2)
    assert (machines("a"), machines("b")) == (0, 0)

    for name in ("a", "b"):
        verdict = machines(name, verify)
        assert (verdict.anchors, verdict.problems) == (2, ())
        assert [len(anchor.heads) for anchor in anchors.read(anchors.size())] == [1, 2]


@pytest.mark.django_db
@pytest.mark.parametrize("cut", ["a", "b"])
@pytest.mark.parametrize("left", [0, 1])
def test_the_log_that_was_cut_is_found_and_the_other_is_whole(machines, cut, left):
    for _round in range(2):
        grow("claim/1")
        machines("a")
        machines("b")
    lines = machines(cut, lambda: anchors.path().read_text().splitlines(True))
    anchors.path().write_text("".join(lines[:left]))

    problems = {name: machines(name, verify).problems for name in ("a", "b")}

    (problem,) = problems.pop(cut)
    assert "the file was cut" in str(problem)
    assert list(problems.values()) == [()]


@pytest.mark.django_db
def test_a_log_that_was_begun_anew_in_the_place_of_another_does_not_hide_that_it_is_gone(machines):
    for _round in range(2):
        grow("claim/1")
        machines("a")
    anchors.path().unlink()
    grow("claim/1")
    machines("a")

    (problem,) = verify().problems
    assert "the file was cut" in str(problem)


@pytest.mark.django_db
def test_what_one_machine_anchored_and_was_rewritten_is_found_on_the_other(machines):
    grow("claim/1", 3)
    machines("a")
    machines("b")
    behind_the_back()
    Event.objects.filter(chain="claim/1", seq=2).update(body='{"n":99}')
    relink("claim/1", 2)

    for name in ("a", "b"):
        assert found(machines(name, verify)) == [("claim/1", 3)]


@pytest.mark.django_db
def test_a_machine_that_was_away_for_long_begins_with_all_chains_again(machines):
    grow("claim/1")
    machines("a")
    machines("b")
    AnchorLog.objects.filter(place__endswith="/b").update(at=timezone.now() - timedelta(days=8))
    grow("claim/2")
    machines("a")
    assert not AnchorGap.objects.exists()

    assert machines("b") == 2
    assert machines("b", verify).problems == ()


# --- erasing


@pytest.mark.django_db
def test_erased_words_are_gone_and_the_chain_still_verifies():
    by = Person.objects.create_user("editor-1", name="Editor One", role="editor")
    event = grow("claim/1", 2, words="a private matter")[0]
    anchor_heads()

    erase_event(event, by=by, reason="asked for by the person concerned")

    event.refresh_from_db()
    assert event.is_erased
    assert event.details == {}
    last = Event.objects.filter(chain="claim/1").last()
    assert (last.action, last.actor_ref) == ("erase_event", by.ref)
    assert verify().problems == ()


@pytest.mark.django_db
def test_words_gone_without_an_event_that_says_so_are_found():
    grow("claim/1", 3)
    behind_the_back()
    Event.objects.filter(chain="claim/1", seq=2).update(body="", salt="")
    [problem] = verify().problems
    assert (problem.chain, problem.seq) == ("claim/1", 2)
    assert "no event says that they were erased" in problem.what


@pytest.mark.django_db
def test_the_event_of_another_erasure_covers_nothing():
    by = Person.objects.create_user("editor-1", name="Editor One", role="editor")
    events = grow("claim/1", 3)
    erase_event(events[0], by=by, reason="asked for")
    behind_the_back()
    Event.objects.filter(chain="claim/1", seq=2).update(body="", salt="")
    assert found(verify()) == [("claim/1", 2)]


# --- what the owner of the database can do, with triggers off


def relink(chain, start=1):
    """Recompute every hash of a chain from ``start`` on, and its head: what a careful forger does."""
    prev = Event.objects.filter(chain=chain, seq=start - 1).values_list("hash", flat=True).first() or GENESIS
    events = list(Event.objects.filter(chain=chain, seq__gte=start))
    for event in events:
        event.prev, event.body_sha256 = prev, hash_body(event.salt, event.body)
        event.hash = prev = hash_event(
            event.prev, chain, event.seq, event.at, event.actor_ref, event.action, event.format, event.body_sha256
        )
    Event.objects.bulk_update(events, ["prev", "body_sha256", "hash"])
    last = Event.objects.filter(chain=chain).last()
    ChainHead.objects.filter(pk=chain).update(seq=last.seq, hash=last.hash)


def shift(chain, start, by):
    """Make room, or close a gap; by way of numbers nobody uses, as the pair (chain, seq) is unique."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE claims_event SET seq = seq + 100000 WHERE chain = %s AND seq >= %s", [chain, start])
        cursor.execute(
            "UPDATE claims_event SET seq = seq - 100000 + %s WHERE chain = %s AND seq >= 100000", [by, chain]
        )


def remove(chain, start, stop):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM claims_event WHERE chain = %s AND seq BETWEEN %s AND %s", [chain, start, stop])


def forge(chain, seq):
    """An event that never happened, linked as well as it can be where it stands."""
    before = Event.objects.filter(chain=chain, seq=seq - 1).first()
    event = Event(
        chain=chain, seq=seq, at=before.at, actor_ref="person/1", action="approve", format=1, body='{"n":99}', salt="s"
    )
    event.body_sha256, event.prev = hash_body(event.salt, event.body), before.hash
    event.hash = hash_event(
        event.prev, chain, seq, event.at, event.actor_ref, event.action, event.format, event.body_sha256
    )
    event.save(force_insert=True)


CHANGES = {
    "body": lambda event: event.body.replace('"n"', '"m"'),
    "salt": lambda event: "0" * 32,
    "body_sha256": lambda event: hash_body("x", event.body),
    "at": lambda event: event.at + timedelta(microseconds=1),
    "actor_ref": lambda event: f"{event.actor_ref}1",
    "action": lambda event: "approve",
    "format": lambda event: event.format + 1,
    "prev": lambda event: hash_body("y", event.prev),
    "hash": lambda event: hash_body("z", event.hash),
}


class Forger:
    """Each method tampers once and gives back what ``verify`` must name first: chain and number."""

    def __init__(self, chance, last, anchored):
        self.chance, self.last, self.anchored = chance, last, anchored

    def somewhere(self, least=1, spare=0):
        chain = self.chance.choice(sorted(self.last))
        return chain, self.chance.randint(least, self.last[chain] - spare)

    def first_anchor(self, chain, seq):
        return chain, min(at for at in self.anchored[chain] if at >= seq)

    def edit(self):
        chain, seq = self.somewhere()
        column = self.chance.choice(sorted(CHANGES))
        event = Event.objects.get(chain=chain, seq=seq)
        Event.objects.filter(pk=event.pk).update(**{column: CHANGES[column](event)})
        return chain, seq

    def delete(self):
        chain, seq = self.somewhere(spare=1)
        remove(chain, seq, seq)
        return chain, seq + 1

    def delete_and_renumber(self):
        chain, seq = self.somewhere(spare=1)
        remove(chain, seq, seq)
        shift(chain, seq + 1, -1)
        return chain, seq

    def insert(self):
        chain, seq = self.somewhere(least=2)
        shift(chain, seq, 1)
        forge(chain, seq)
        return chain, seq + 1

    def insert_at_the_end(self):
        chain, _seq = self.somewhere()
        forge(chain, self.last[chain] + 1)
        return chain, self.last[chain] + 1

    def insert_and_recompute(self):
        chain, seq = self.somewhere(least=2)
        shift(chain, seq, 1)
        forge(chain, seq)
        relink(chain, seq)
        return self.first_anchor(chain, seq)

    def swap_words(self):
        chain, seq = self.somewhere(spare=1)
        one, two = Event.objects.filter(chain=chain, seq__in=[seq, seq + 1])
        for event, other in ((one, two), (two, one)):
            Event.objects.filter(pk=event.pk).update(body=other.body, salt=other.salt, body_sha256=other.body_sha256)
        return chain, seq

    def swap_numbers(self):
        chain, seq = self.somewhere(spare=1)
        one, two = Event.objects.filter(chain=chain, seq__in=[seq, seq + 1])
        for pk, number in ((one.pk, 100_000), (two.pk, seq), (one.pk, seq + 1)):
            Event.objects.filter(pk=pk).update(seq=number)
        return chain, seq

    def swap_chains(self):
        one, two = self.chance.sample(sorted(self.last), 2)
        a, b = (Event.objects.get(chain=chain, seq=1) for chain in (one, two))
        Event.objects.filter(pk=a.pk).update(chain="aside")
        Event.objects.filter(pk=b.pk).update(chain=one)
        Event.objects.filter(pk=a.pk).update(chain=two)
        return min(one, two), 1

    def cut_the_tail(self):
        chain, seq = self.somewhere(least=2)
        remove(chain, seq, self.last[chain])
        return chain, seq

    def cut_the_tail_and_move_the_head(self):
        chain, seq = self.somewhere(least=2)
        remove(chain, seq, self.last[chain])
        relink(chain, seq - 1)
        return self.first_anchor(chain, seq)

    def rewrite(self):
        chain, seq = self.somewhere()
        Event.objects.filter(chain=chain, seq=seq).update(actor_ref="person/9", body='{"rewritten":true}')
        relink(chain, seq)
        return self.first_anchor(chain, seq)

    def rewrite_the_whole_chain(self):
        chain, _seq = self.somewhere()
        Event.objects.filter(chain=chain).update(action="approve")
        relink(chain)
        return self.first_anchor(chain, 1)

    def lose_a_chain(self):
        chain, _seq = self.somewhere()
        remove(chain, 1, self.last[chain])
        return chain, 1

    def lose_a_chain_and_its_head(self):
        chain, _seq = self.somewhere()
        remove(chain, 1, self.last[chain])
        ChainHead.objects.filter(pk=chain).delete()
        return self.first_anchor(chain, 1)

    def lose_a_head(self):
        chain, _seq = self.somewhere()
        ChainHead.objects.filter(pk=chain).delete()
        return chain, self.last[chain]

    def move_a_head(self):
        chain, seq = self.somewhere(spare=1)
        event = Event.objects.get(chain=chain, seq=seq)
        ChainHead.objects.filter(pk=chain).update(seq=event.seq, hash=event.hash)
        return chain, self.last[chain]


METHODS = sorted(
    name for name in vars(Forger) if not name.startswith("_") and name not in {"somewhere", "first_anchor"}
)


@pytest.fixture
def newsroom(db):
    """Thirty chains, anchored four times on the way; the newest event of each is anchored."""
    chance = random.Random(SEED)
    last, anchored = {}, {}
    for _round in range(4):
        for number in range(30):
            chain = f"claim/{number}"
            last[chain] = grow(chain, chance.randint(1, 3), words=f"round {_round}")[-1].seq
            anchored.setdefault(chain, []).append(last[chain])
        anchor_heads()
    return Forger(chance, last, anchored)


@pytest.mark.parametrize("tamperings", [60, pytest.param(1_000, marks=pytest.mark.thorough)])
def test_random_tamperings_are_all_found_and_named(newsroom, tamperings):
    assert verify().problems == ()
    missed = []
    for number in range(tamperings):
        method = METHODS[number % len(METHODS)]
        with transaction.atomic():
            behind_the_back()
            expected = getattr(newsroom, method)()
            names = found(verify())
            transaction.set_rollback(True)
        if names[:1] != [expected]:
            missed.append((number, method, expected, names))
        if number % 100 == 0 and not verify().is_whole:
            missed.append((number, "nothing", "false alarm"))
    assert missed == []


def test_without_its_anchors_a_careful_rewrite_would_not_be_found(newsroom):
    """The twin that shows what the anchors are for: the same forgery, and nothing outside the database."""
    behind_the_back()
    newsroom.rewrite()
    AnchorLog.objects.all().delete()
    anchors.path().unlink()
    assert verify().is_whole


def test_what_is_younger_than_the_last_anchor_is_not_promised(newsroom):
    grow("claim/7", 2)
    behind_the_back()
    Event.objects.filter(chain="claim/7", seq=newsroom.last["claim/7"] + 1).update(action="approve")
    relink("claim/7", newsroom.last["claim/7"] + 1)
    assert verify().is_whole


# --- the command


@pytest.mark.django_db
def test_the_command_counts_and_says_how_far_its_promise_goes(var_dir):
    grow("claim/1", 3)
    grow("desk", 2)
    anchor_heads()
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    verdict = verify()
    assert "5 events in 2 chains: nothing was changed." in out.getvalue()
    assert f"older than the last anchor, {verdict.anchored_at:%d %B %Y %H:%M:%S} UTC" in out.getvalue()
    assert verdict.anchor_mac[:16] in out.getvalue()


@pytest.mark.django_db
def test_the_command_says_when_nothing_is_anchored_yet():
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    assert "0 events in 0 chains" in out.getvalue()
    assert "No anchor yet" in out.getvalue()


@pytest.mark.django_db
def test_the_command_names_the_first_broken_event_and_counts_the_others():
    grow("claim/1", 3)
    grow("claim/2", 3)
    behind_the_back()
    Event.objects.filter(seq=2).update(action="approve")
    with pytest.raises(CommandError, match=r"^claim/1, event 2: its time, actor, .* changed\. And 1 more\.$"):
        call_command("verify_ledger")


@pytest.mark.django_db(transaction=True)
def test_the_command_exits_with_1_when_something_is_broken(process_env, var_dir):
    grow("claim/1", 3)
    with transaction.atomic():
        behind_the_back()
        Event.objects.filter(seq=2).update(body="{}")
    run = subprocess.run(
        [sys.executable, "manage.py", "verify_ledger"],
        env=process_env | {"VAR_DIR": str(var_dir)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert "claim/1, event 2: its words were changed." in run.stderr
