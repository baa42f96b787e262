"""The admin panel."""

from claims.admin import desk, questions, records, settings, transfer, webhooks

__all__ = ["desk", "questions", "records", "settings", "transfer", "webhooks"]
