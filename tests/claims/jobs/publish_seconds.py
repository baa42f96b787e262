"""Run as a process of its own: how long does saving wait for the broker?  Prints the seconds of each of five saves."""

import json
import sys
import time

import django
from django.db import transaction

django.setup()

from claims import jobs  # noqa: E402
from claims.jobs import bell  # noqa: E402


def save(number):
    began = time.perf_counter()
    with transaction.atomic():
        jobs.enqueue("notify", event=number)
    return time.perf_counter() - began


if __name__ == "__main__":
    kept_trying = "without-breaker" in sys.argv
    seconds = []
    for number in range(5):
        if kept_trying:
            bell.breaker.worked()
        seconds.append(save(number))
    sys.stdout.write(json.dumps(seconds))
