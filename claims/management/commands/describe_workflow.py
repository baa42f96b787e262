"""Print the workflow table as documentation: ``manage.py describe_workflow > docs/workflow.md``."""

from typing import Any

from django.core.management.base import BaseCommand

from claims.models import Claim
from claims.workflow.transitions import STATES, TRANSITIONS, Transition

WHO = {
    "editor": "editor",
    "checker": "checker, for himself",
    "holder": "its checker",
    "cross_checker": "cross-checker",
    "part_holder": "who holds a part of it",
    "asked": "who was asked to take a part over",
    "system": "the system",
}
INTRODUCTION = """# The life of a claim

Made by `manage.py describe_workflow` from the table in `claims/workflow/transitions.py`; a test compares the two.
What must hold is named as in `claims/workflow/guards.py`. "same" means the state stays.
"""


def describe() -> str:
    """The table of steps and a diagram of the states, as Markdown."""
    head = "| step | from | to | who | what must hold |\n|---|---|---|---|---|\n"
    rows = "".join(row(action, step) for action, step in TRANSITIONS.items())
    return f"{INTRODUCTION}\n{head}{rows}\n```mermaid\n{diagram()}```\n"


def row(action: str, step: Transition) -> str:
    public = {True: "public", False: "not public", None: ""}[step.public]
    guards = ", ".join(guard.replace("_", " ") for guard in step.guards)
    cells = (
        f"{action}: {step.label}" if step.label else action,
        ", ".join(step.sources),
        ", ".join(step.targets) or "same",
        ", ".join(WHO[kind] for kind in step.who),
        "; ".join(filter(None, [public, guards])),
    )
    return f"| {' | '.join(cells)} |\n"


def diagram() -> str:
    """A Mermaid diagram of the way from the inbox to the public; closing steps are in the table only."""
    shown = ("watch", "accept", "assign", "request_reply", "resume", "submit", "pass", "fail", "cross_check",
             "waive_cross_check", "return", "approve", "publish", "reopen", "stand", "retract")  # fmt: skip
    lines = ["stateDiagram-v2\n", "    [*] --> inbox\n"]
    main_way = [state for state in STATES if state not in {"declined", "duplicate", "archived"}]
    lines += [f"    {state}: {Claim.Status(state).label}\n" for state in main_way]
    for action in shown:
        step = TRANSITIONS[action]
        sources = step.sources[:1] if action in {"stand", "retract"} else step.sources
        lines += [f"    {source} --> {target}: {action}\n" for source in sources for target in step.targets]
    return "".join(lines)


class Command(BaseCommand):
    help = "Print the workflow table as Markdown."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(describe(), ending="")
