#!/usr/bin/env python
"""Run one of the project's commands; starts the embedded servers for it when nobody else has."""

import os
import sys

from django.core.management import execute_from_command_line

from factcheck import servers
from factcheck.vardir import CannotStart


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")
    try:
        with servers.for_command(sys.argv):
            execute_from_command_line(sys.argv)
    except CannotStart as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
