"""The people of a Wagtail newsroom and the steps of a page's life, each by Wagtail's own calls."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, User
from wagtail.models import GroupApprovalTask, GroupPagePermission, Page, Workflow, WorkflowPage, WorkflowTask

from wagtail_site.models import ArticlePage


@dataclass
class Newsroom:
    author: User
    editor: User
    other_editor: User
    workflow: Workflow
    root: Page

    @classmethod
    def open(cls) -> "Newsroom":
        editors = Group.objects.get(name="Editors")
        moderators = Group.objects.get(name="Moderators")
        root = Page.objects.get(depth=2)
        author = _person("author", editors)
        editor, other_editor = _person("editor", moderators), _person("other-editor", moderators)
        Workflow.objects.all().delete()
        task = GroupApprovalTask.objects.create(name="Approval")
        task.groups.add(moderators)
        workflow = Workflow.objects.create(name="One approval")
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
        WorkflowPage.objects.create(workflow=workflow, page=root)
        assert GroupPagePermission.objects.filter(group=moderators).exists()
        return cls(author, editor, other_editor, workflow, root)

    def new_page(self, body: str = "First words.") -> ArticlePage:
        """A draft with its first revision, not yet submitted."""
        name = uuid.uuid4().hex
        page = ArticlePage(title=name, slug=name, body=body, live=False, owner=self.author)
        self.root.add_child(instance=page)
        page.save_revision(user=self.author, log_action=True)
        return page

    def newest(self, page: ArticlePage) -> Any:
        """The page as whoever opens it in the editor has it before his eyes."""
        return Page.objects.get(pk=page.pk).specific.get_latest_revision_as_object()

    def save(self, opened: Any, *, by: User, **fields: str) -> Any:
        """Save what somebody wrote on the page he had opened: a new revision."""
        for name, value in fields.items():
            setattr(opened, name, value)
        return opened.save_revision(user=by, log_action=True)

    def submit(self, page: ArticlePage) -> Any:
        """The workflow state that now waits for a moderator."""
        return self.workflow.start(ArticlePage.objects.get(pk=page.pk), self.author)

    def approve(self, page: ArticlePage, *, by: User) -> None:
        """What the button "Approve" does; as the last task's, it publishes."""
        fresh = Page.objects.get(pk=page.pk).specific
        fresh.current_workflow_task.on_action(fresh.current_workflow_task_state, by, "approve")

    def publish(self, page: ArticlePage, *, by: User) -> None:
        """What the button "Publish" does for who may: the newest revision."""
        Page.objects.get(pk=page.pk).specific.get_latest_revision().publish(user=by)

    def public_body(self, page: ArticlePage) -> str | None:
        """What readers see; ``None`` while the page is not live."""
        return ArticlePage.objects.filter(pk=page.pk, live=True).values_list("body", flat=True).first()


def _person(name: str, group: Group) -> User:
    person = User.objects.create_user(name, f"{name}@example.org", "of-no-use")
    person.groups.add(group)
    return person
