"""Run as a process of its own: the clock, with the tests' periodic work."""

from django.core.management import call_command

import tests.faults.app  # noqa: F401

if __name__ == "__main__":
    call_command("clock")
