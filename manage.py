#!/usr/bin/env python
"""Run one of the project's commands; starts the embedded servers for it when nobody else has."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
