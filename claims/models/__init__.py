"""The tables.  Import them from here: ``from claims.models import Claim``."""

from claims.models.article import (
    Appearance,
    Article,
    ArticleFile,
    Candidate,
    Publisher,
    RubricAnswer,
    RubricQuestion,
)
from claims.models.claim import Claim, ClaimRelation, Revision, RevisionAuthor, Topic
from claims.models.claimant import Claimant
from claims.models.delivery import Delivery, DeliveryAttempt, Webhook
from claims.models.desk import Desk, Notification, ReadMark, SavedView
from claims.models.draft import Draft
from claims.models.event import AnchorGap, AnchorLog, ChainHead, Event, Refusal
from claims.models.evidence import (
    Citation,
    Credibility,
    Evidence,
    Quote,
    QuoteCheck,
    Reliability,
    SourceAlert,
    Waiver,
)
from claims.models.job import Job, PeriodicRun
from claims.models.match import ClaimText, Match, TermStat
from claims.models.person import NoticePreference, Person, Recusal
from claims.models.press import Press
from claims.models.publication import Correction, FactCheck
from claims.models.rating import Rating, RatingScale
from claims.models.review import (
    Approval,
    Assignment,
    ChecklistAnswer,
    ChecklistItem,
    Comment,
    ContactLog,
    Disclosure,
    Reading,
    Reminder,
)
from claims.models.search import SearchDue, SearchEntry, SearchWord
from claims.models.source import Blob, EvidenceKind, Host, Resource, Snapshot
from claims.models.stay import Stay
from claims.models.transfer import ImportFile

__all__ = [
    "AnchorGap",
    "AnchorLog",
    "Appearance",
    "Approval",
    "Article",
    "ArticleFile",
    "Assignment",
    "Blob",
    "Candidate",
    "ChainHead",
    "ChecklistAnswer",
    "ChecklistItem",
    "Citation",
    "Claim",
    "ClaimRelation",
    "ClaimText",
    "Claimant",
    "Comment",
    "ContactLog",
    "Correction",
    "Credibility",
    "Delivery",
    "DeliveryAttempt",
    "Desk",
    "Disclosure",
    "Draft",
    "Event",
    "Evidence",
    "EvidenceKind",
    "FactCheck",
    "Host",
    "ImportFile",
    "Job",
    "Match",
    "NoticePreference",
    "Notification",
    "PeriodicRun",
    "Person",
    "Press",
    "Publisher",
    "Quote",
    "QuoteCheck",
    "Rating",
    "RatingScale",
    "ReadMark",
    "Reading",
    "Recusal",
    "Refusal",
    "Reliability",
    "Reminder",
    "Resource",
    "Revision",
    "RevisionAuthor",
    "RubricAnswer",
    "RubricQuestion",
    "SavedView",
    "SearchDue",
    "SearchEntry",
    "SearchWord",
    "Snapshot",
    "SourceAlert",
    "Stay",
    "TermStat",
    "Topic",
    "Waiver",
    "Webhook",
]
