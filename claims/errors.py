"""Refusals in words a user can act on, and work that must wait.  Everything else that is raised is a bug."""

from datetime import datetime


class UserFacingError(Exception):
    """One sentence for the person, and a short code for tests, logs and tables."""

    permanent = False  # a job that raises it is tried again, unless no later try could do better

    def __init__(self, sentence: str, code: str = "refused") -> None:
        super().__init__(sentence)
        self.code = code


class StepRefused(UserFacingError):
    """A step of the workflow, or an edit, that may not be taken now."""


class StaleEdit(UserFacingError):
    """Somebody changed the same field in the meantime; both texts are kept.

    ``conflicts`` maps each such field to ``(what stands now, what was sent)``, ``marks`` to the mark of what stands now.
    """

    def __init__(self, sentence: str, conflicts: dict[str, tuple[str, str]], marks: dict[str, str]) -> None:
        super().__init__(sentence, "stale")
        self.conflicts = conflicts
        self.marks = marks


class FetchFailed(UserFacingError):
    """An address on the web could not be read."""


class FetchRefused(FetchFailed):
    """An address that is never dialled, however often one tries."""

    permanent = True


class BlobDamaged(UserFacingError):
    """A stored file is missing, or is no longer what was stored."""


class StorageFull(UserFacingError):
    """There is no room for another stored file; once somebody has made some, the same works."""


class RecordBroken(UserFacingError):
    """Something in the record is not as it was written; no later look would find it whole."""

    permanent = True


class NotYet(Exception):
    """The work must wait for a moment, as for its turn at a website: no failure, and no attempt of a job used up."""

    def __init__(self, until: datetime, step: str) -> None:
        super().__init__(step)
        self.until = until
        self.step = step
