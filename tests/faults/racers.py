"""Several people at once, for thousands of rounds: threads that keep their connection, and a barrier before each round."""

import json
import os
import threading
from queue import SimpleQueue

from django.db import connection, connections


class Racer(threading.Thread):
    """One person's connection; does what it is given when all are ready, and keeps what came of it."""

    def __init__(self, barrier):
        super().__init__(daemon=True)
        self.barrier, self.work, self.done = barrier, SimpleQueue(), SimpleQueue()
        self.start()

    def run(self):
        while (operation := self.work.get()) is not None:
            connection.ensure_connection()
            self.barrier.wait(timeout=30)
            try:
                self.done.put(operation())
            except Exception as error:  # noqa: BLE001  # whatever it is, it is what came of it
                self.done.put(error)
        connection.close()


class Racers:
    """``at_once`` runs operations together, each on its own connection, and gives back what came of each."""

    def __init__(self, count):
        self.barrier = threading.Barrier(count)
        self.racers = [Racer(self.barrier) for _ in range(count)]

    def __enter__(self):
        return self

    def __exit__(self, *_failure):
        for racer in self.racers:
            racer.work.put(None)
        for racer in self.racers:
            racer.join(timeout=30)

    def at_once(self, *operations):
        for racer, operation in zip(self.racers, operations, strict=True):
            racer.work.put(operation)
        return [racer.done.get(timeout=60) for racer in self.racers]


def in_two_processes(one, other):
    """Do both at once, the second in a process of its own; both give back values that JSON knows."""
    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            with os.fdopen(writing, "w") as answer:
                json.dump(other(), answer)
        finally:
            os._exit(0)
    os.close(writing)
    mine = one()
    with os.fdopen(reading) as answer:
        theirs = answer.read()
    os.waitpid(child, 0)
    assert theirs, "the other process died"
    return [mine, json.loads(theirs)]
