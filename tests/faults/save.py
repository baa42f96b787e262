"""Run as a process of its own: what a web request does.  Saves N jobs of a kind, each in its own transaction.

With ``die`` each is saved by a process of its own that is gone between its commit and its bell.

usage: python -m tests.faults.save KIND N ARGS-AS-JSON [die | ring-ten-times]
"""

import json
import os
import sys

from django.db import transaction

import tests.faults.app  # noqa: F401
from claims import jobs
from claims.jobs import bell


def main(kind, number, args, mode=""):
    ring = bell.ring
    if mode == "ring-ten-times":
        bell.ring = lambda queue: [ring(queue) for _ in range(10)]
    for index in range(int(number)):
        if mode == "die":
            die_before_the_bell(kind, index, args)
        else:
            save(kind, index, args)


def save(kind, index, args):
    with transaction.atomic():
        jobs.enqueue(kind, name=f"{kind} {index}", **json.loads(args))


def die_before_the_bell(kind, index, args):
    if pid := os.fork():
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
        return
    bell.ring = lambda queue: os._exit(9)
    save(kind, index, args)


if __name__ == "__main__":
    main(*sys.argv[1:])
