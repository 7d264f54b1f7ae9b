"""The operator of a screen: asks with dialogs, and shows notices and waits at the foot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from smtp_tui.api.target import Trust
from smtp_tui.profiles.sources import LoginToken
from smtp_tui.text import clean, sentence
from smtp_tui.ui.messages import tell, waiting
from smtp_tui.workflows.operator import Notice, RefusedCertificate, Sent
from smtp_tui.workflows.session import Session

if TYPE_CHECKING:
    from smtp_tui.editing.merge import Comparison, Side
    from smtp_tui.workflows.planned_write import PlannedWrite


class ScreenOperator:
    """Asks the person in front of a screen. For workers only, as all that waits for a dialog.

    ``by_key`` says that the key just pressed asked for the first review, which then takes Enter at
    once; any other review ignores an Enter that was typed ahead.
    """

    def __init__(self, screen: Screen[Any], *, by_key: bool = False) -> None:
        self._screen = screen
        self._by_key = by_key

    async def review(self, session: Session, plan: PlannedWrite) -> bool:
        """Show the plan; in a protected profile the record's name has to be typed."""
        from smtp_tui.ui.review import ReviewDialog

        by_key, self._by_key = self._by_key, False
        dialog = ReviewDialog(session, plan, session.tokens.clock, by_key=by_key)
        return await self._screen.app.push_screen_wait(dialog)

    async def resolve(self, session: Session, comparison: Comparison) -> Mapping[str, Side] | None:
        """Show the conflicts to choose from; without any, the next review shows the record."""
        from smtp_tui.ui.review import ConflictDialog

        if not comparison.conflicts:
            return {}
        dialog = ConflictDialog(comparison, session.tokens.clock)
        return await self._screen.app.push_screen_wait(dialog)

    async def new_token(self, session: Session, why: str) -> bool:
        """Ask for a token, or for the password that brings one."""
        from smtp_tui.ui.sign_in import SignInDialog

        source = session.tokens.source
        user = source.user if isinstance(source, LoginToken) else ""
        dialog = SignInDialog(session, sentence(why), user, ScreenOperator)
        return await self._screen.app.push_screen_wait(dialog)

    async def trust(self, session: Session, refused: RefusedCertificate) -> Trust | None:
        """Show the certificate, and what trusting it means."""
        from smtp_tui.ui.sign_in import ChangedDialog, FirstMeetingDialog

        ask = self._screen.app.push_screen_wait
        if refused.offered is not None:
            return await ask(FirstMeetingDialog(session, refused))
        await ask(ChangedDialog(session, refused))
        return None

    def waiting(
        self, what: str, *, sent: Sent | None = None, stop: Callable[[], object] | None = None
    ) -> AbstractContextManager[None]:
        """Show what is waited for, its seconds, and the key that stops the waiting."""
        return waiting(self._screen, what, sent=sent, stop=stop)

    def tell(self, notice: Notice) -> None:
        """Show a notice at the foot of the screen."""
        tell(self._screen, clean(notice.words, 300), about=notice.about, kind=notice.kind)
