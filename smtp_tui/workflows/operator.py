"""The operator: whom a workflow asks and tells.

A screen asks with dialogs, a command follows its flags, and a test answers from a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from smtp_tui.api.target import Origin, Pinned, Trust
    from smtp_tui.api.tls import Certificate
    from smtp_tui.editing.merge import Comparison, Side
    from smtp_tui.workflows.planned_write import PlannedWrite
    from smtp_tui.workflows.session import Session


class Kind(Enum):
    """How a notice is meant; each has a sign, so that its colour is never needed."""

    PLAIN = ""
    GOOD = "✓"
    WARNING = "!"
    BAD = "✗"


class About(StrEnum):
    """Subjects of notices. A new notice on a subject takes the place of the last one."""

    CHANGE = "change"
    WAITING = "waiting"
    TOKEN = "token"
    DRAFT = "draft"
    FORM = "form"
    FILES = "files"
    PROFILE = "profile"
    TERMINAL = "terminal"
    RECORD_NAME = "record name"
    THEIR_CHANGE = "their change"
    IMPOSSIBLE = "impossible"
    OTHER = "other"


class Notice(Struct, frozen=True):
    """What the operator should know. It asks nothing and holds nothing up."""

    words: str
    about: About = About.OTHER
    kind: Kind = Kind.PLAIN


class Sent(Enum):
    """What has left for the server, which decides what it means to stop waiting."""

    NOTHING = "Stopped waiting. Nothing was sent."
    WRITE = "Stopped waiting. The write continues; its outcome will be shown."
    LOST = "No answer to the write: outcome unknown."


class RefusedCertificate(Struct, frozen=True):
    """A certificate that did not verify.

    ``why`` is a sentence without its full stop. ``offered`` is what trusting it would mean, None
    where another one is pinned, which is ``pinned``, 64 hex digits.
    """

    origin: Origin
    why: str
    shown: Certificate
    offered: Pinned | None
    pinned: str = ""


class Operator(Protocol):
    """Answers the questions of a workflow."""

    async def review(self, session: Session, plan: PlannedWrite) -> bool:
        """Show a plan, which is sent as it stands where the answer is True.

        In a protected profile the operator also passes the typed name to
        :meth:`Client.confirm <smtp_tui.api.client.Client.confirm>`.
        """

    async def resolve(self, session: Session, comparison: Comparison) -> Mapping[str, Side] | None:
        """Choose a side for each conflict; None to stop.

        A comparison without conflicts asks whether to look at the record as others changed it.
        """

    async def new_token(self, session: Session, why: str) -> bool:
        """Give the session a token, or log in; False where the operator declines."""

    async def trust(self, session: Session, refused: RefusedCertificate) -> Trust | None:
        """What to trust from now on in place of the refused certificate; None for nothing.

        Where another certificate is pinned, the operator is told and nothing can be trusted.
        """

    def waiting(
        self, what: str, *, sent: Sent | None = None, stop: Callable[[], object] | None = None
    ) -> AbstractContextManager[None]:
        """Say, inside the block, that ``what`` is waited for.

        ``sent`` is what has left by then, where it may be a write. ``stop`` ends the waiting; where
        it is not given, stopping cancels the workflow.
        """

    def tell(self, notice: Notice) -> None:
        """Show a notice."""


class SilentOperator:
    """Declines everything and says nothing; a workflow without a person derives its own from it."""

    async def review(self, session: Session, plan: PlannedWrite) -> bool:
        """Approve nothing."""
        return False

    async def resolve(self, session: Session, comparison: Comparison) -> Mapping[str, Side] | None:
        """Choose nothing: what others changed stays as it is."""
        return None

    async def new_token(self, session: Session, why: str) -> bool:
        """Give none."""
        return False

    async def trust(self, session: Session, refused: RefusedCertificate) -> Trust | None:
        """Trust nothing."""
        return None

    @contextmanager
    def waiting(
        self, what: str, *, sent: Sent | None = None, stop: Callable[[], object] | None = None
    ) -> Iterator[None]:
        """Say nothing."""
        yield

    def tell(self, notice: Notice) -> None:
        """Say nothing."""
