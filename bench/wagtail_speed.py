"""Submit, approve and publish, in Wagtail's moderation and here, one after the other on the same machine.

usage: python bench/wagtail_speed.py [ROUNDS]

Wagtail's one approval publishes the page.  Here the same way has two steps more, the preflight list and a second
verdict, which are measured apart; what is compared is submit, approve and publish.
"""

import statistics
import sys
import time

import _wagtail

ROUNDS = 30
WARM_UP = 3
COMPARED = ("submit", "approve", "publish")


def measured(work):
    """Statements from BEGIN to COMMIT, both and savepoints included."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        work()
    return len(found)


def timed(work):
    """CPU of this process and wall clock, in milliseconds."""
    began, began_cpu = time.perf_counter(), time.process_time()
    work()
    return (time.process_time() - began_cpu) * 1000, (time.perf_counter() - began) * 1000


def measure(steps, make, rounds):
    """For each step: statements, median CPU and median wall clock in milliseconds.

    Args:
        steps: name -> what takes the step on the subject of this round.
        make: makes the subject.
    """
    counted, times = {}, {name: [] for name in steps}
    for number in range(rounds + WARM_UP):
        subject = make()
        for name, step in steps.items():
            work = step(subject)
            if number == WARM_UP - 1:
                counted[name] = measured(work)
            elif number < WARM_UP:
                work()
            else:
                times[name].append(timed(work))
    middle = statistics.median
    return {
        name: [counted[name], middle(cpu for cpu, _wall in times[name]), middle(wall for _cpu, wall in times[name])]
        for name in steps
    }


def in_wagtail(rounds):
    news = _wagtail.set_up()
    steps = {
        "submit": lambda page: lambda: news.submit(page),
        "approve and publish": lambda page: lambda: news.approve(page, by=news.editor),
    }
    return measure(steps, news.new_page, rounds)


def here(rounds):
    import _house

    with _house.house():
        import steps

        desk = steps.Desk()
        ways = {name: lambda pk, name=name: desk.take(name, pk) for name in steps.STEPS}
        return measure(ways, lambda: desk.ready(steps.SMALL), rounds)


def main(rounds=ROUNDS):
    import _house

    wagtail, ours = _wagtail.run(__file__, str(rounds)), here(rounds)
    rows = []
    for who, found in (("Wagtail", wagtail or {}), ("here", ours)):
        for step, (statements, cpu, _wall) in found.items():
            rows += [(f"{who}, {step}: statements", statements, ""), (f"{who}, {step}: CPU in ms", cpu, "")]
    way = [ours[step] for step in COMPARED]
    rows.append(("here, submit + approve + publish: statements", sum(one[0] for one in way), ""))
    rows.append(("here, submit + approve + publish: ways a second", 1000 / sum(one[2] for one in way), ""))
    if wagtail:
        theirs = list(wagtail.values())
        rows.append(("Wagtail, submit + approve and publish: statements", sum(one[0] for one in theirs), ""))
        rows.append(("Wagtail, submit + approve and publish: ways a second", 1000 / sum(one[2] for one in theirs), ""))
        ratio = sum(one[2] for one in theirs) / sum(one[2] for one in way)
        rows.append(("ways a second, here against Wagtail (ratio)", ratio, ">= 1 is the aim"))
    _house.report("wagtail_speed", rows)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    if _wagtail.is_inside():
        _wagtail.answer(in_wagtail(count))
    else:
        main(count)
