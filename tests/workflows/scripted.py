"""An operator that answers from a list, and remembers what it was shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import Trust
from smtp_tui.editing.merge import Comparison, Side
from smtp_tui.workflows.operator import Notice, RefusedCertificate, Sent
from smtp_tui.workflows.planned_write import PlannedWrite
from smtp_tui.workflows.session import Session


class ScriptedOperator:
    """Approves every plan, unless an answer is given for that review.

    An answer that is a function is called during its review, as if someone else were at work
    meanwhile; the review is then approved. ``choices`` answer a conflict, ``token`` a 401 and
    ``trusts`` a certificate that is met for the first time; ``asked`` is what was asked of them.
    """

    def __init__(
        self,
        *answers: bool | Callable[[], object],
        choices: Mapping[str, Side] | None = None,
        token: str = "",
        trusts: bool = False,
    ) -> None:
        self.plans: list[PlannedWrite] = []
        self.comparisons: list[Comparison] = []
        self.notices: list[str] = []
        self.waits: list[str] = []
        self._answers = list(answers)
        self._choices = choices
        self._token = token
        self._trusts = trusts
        self.asked: list[str] = []

    async def review(self, session: Session, plan: PlannedWrite) -> bool:
        """Remember the plan, and give the next answer."""
        self.plans.append(plan)
        answer = self._answers.pop(0) if self._answers else True
        if isinstance(answer, bool):
            return answer
        answer()
        return True

    async def resolve(self, session: Session, comparison: Comparison) -> Mapping[str, Side] | None:
        """Remember the comparison, and give the choices."""
        self.comparisons.append(comparison)
        return self._choices

    async def new_token(self, session: Session, why: str) -> bool:
        """Give the token, if there is one."""
        self.asked.append(why)
        if self._token:
            session.tokens.accept(SecretStr(self._token))
        return bool(self._token)

    async def trust(self, session: Session, refused: RefusedCertificate) -> Trust | None:
        """Trust what is offered, if that is wanted."""
        self.asked.append(refused.shown.sha256)
        return refused.offered if self._trusts else None

    @contextmanager
    def waiting(
        self, what: str, *, sent: Sent | None = None, stop: Callable[[], object] | None = None
    ) -> Iterator[None]:
        """Remember what is waited for."""
        self.waits.append(what)
        yield

    def tell(self, notice: Notice) -> None:
        """Remember the notice."""
        self.notices.append(notice.words)
