"""The bars of every screen: the profile in use at the top, the keys at the bottom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from smtp_tui.api.target import Access, Unverified
from smtp_tui.profiles.model import Profile
from smtp_tui.text import cell_width, clean, shortened, time_left
from smtp_tui.ui.actions import Action, Situation
from smtp_tui.ui.keymap import bound, with_keys
from smtp_tui.ui.theme import filled
from smtp_tui.ui.widgets.plain_text import harmless
from smtp_tui.workflows.session import Session


def titled(profile: Profile) -> Content:
    """Return the profile's badge, followed by its name, which need not be said twice."""
    badge = Content.styled(f" {clean(profile.badge, 40)} ", badge_look(profile))
    if _named_by_badge(profile):
        return badge
    return Content.assemble(badge, f" {clean(profile.name, 40)}")


def _named_by_badge(profile: Profile) -> bool:
    return not profile.label and profile.badge.casefold() == profile.name.casefold()


def badge_look(profile: Profile) -> str:
    """Return the style of the profile's environment, which needs no colours."""
    return filled(profile.environment.value)


def profile_words(session: Session, now: datetime, width: int) -> Content:
    """Return the header: profile, host, tenant, access, team and token.

    Profile, warnings, host and what was overruled are always complete, on a second line if need be:
    nobody should wonder where a key press goes. The others are shortened or left out to fit
    ``width`` cells. Warnings stand first, where no tall dialog covers them.
    """
    target, title = session.target, titled(session.profile)
    warnings = [] if target.access is Access.NORMAL else [target.access.value.upper()]
    if isinstance(target.trust, Unverified) and target.origin.scheme == "https":
        warnings.insert(0, "TLS NOT VERIFIED")
    for warning in warnings:
        title = Content.assemble(title, " ", Content.styled(f" {warning} ", "bold reverse"))
    words = f"{'' if _named_by_badge(session.profile) else ' ·'} {clean(target.origin.text, 80)}"
    if session.memory.overrules:
        words += f" · {clean(session.memory.overrules, 100)}"
    room = width - title.cell_length - cell_width(words)
    return Content.assemble(title, words, _fitted(_optional_parts(session, now), room))


def _optional_parts(session: Session, now: datetime) -> list[tuple[str, ...]]:
    """Return the parts in order of need, each as its longest wording and shorter ones."""
    tenant, team = clean(session.target.scope.tenant, 80), clean(session.target.scope.team, 60)
    parts: list[tuple[str, ...]] = [
        (f"tenant {tenant}", f"tenant {shortened(tenant, 13)}", shortened(tenant, 9))
    ]
    if session.target.access is Access.NORMAL:
        parts.append(("normal",))
    parts.append((f"team {team}", f"team {shortened(team, 12)}"))
    tokens = session.tokens
    if tokens.expires_at is not None:
        left = time_left((tokens.expires_at - now).total_seconds())
        parts.append((f"token {left} ({tokens.words})", f"token {left}"))
    elif tokens.token() is not None:
        parts.append((f"token from {tokens.words}", "token"))
    return parts


def _fitted(parts: Sequence[tuple[str, ...]], room: int) -> str:
    """Return the parts whose shortest wordings fit, each as long as there is room for."""

    def line(texts: Sequence[str]) -> str:
        return "".join(f" · {text}" for text in texts)

    texts = [wordings[-1] for wordings in parts]
    while texts and cell_width(line(texts)) > room:
        texts.pop()
    for index, wordings in enumerate(parts[: len(texts)]):
        longer = ([*texts[:index], words, *texts[index + 1 :]] for words in wordings)
        texts = next((found for found in longer if cell_width(line(found)) <= room), texts)
    return line(texts)


class ProfileBar(Widget):
    """The header of every screen; without a session it says that no profile is in use."""

    DEFAULT_CSS = """
    ProfileBar { height: auto; max-height: 4; width: 1fr; dock: top; }
    """

    def __init__(self, session: Session | None, now: datetime) -> None:
        super().__init__()
        self._session = session
        self._now = now
        self._painted = Content()

    def render(self) -> Content:
        """Return the words for the width there is."""
        return harmless(self._words())

    def _words(self) -> Content:
        if self._session is None:
            return Content.styled(" no profile in use ", "bold reverse")
        return profile_words(self._session, self._now, self.size.width)

    def tick(self, now: datetime) -> None:
        """Let time pass, and repaint only if the words changed."""
        self._now = now
        words = self._words()
        if words != self._painted:  # not what was rendered: a layout renders without painting
            self._painted = words
            self.refresh()


class KeyBar(Widget):
    """The last line: the keys that help on this screen, dim where they are not possible now."""

    DEFAULT_CSS = """
    KeyBar { height: 1; width: 1fr; dock: bottom; }
    """

    situation: reactive[Situation] = reactive(Situation())

    def __init__(self, *action_ids: str) -> None:
        super().__init__()
        self._action_ids = action_ids

    def render(self) -> Content:
        """Return as many keys as fit, in the order given, and always the last one.

        If some do not fit and there is no key for the help, that of the palette, which finds all
        actions, stands before the last.
        """
        *others, last = map(self._words, with_keys(self.screen, self._action_ids))
        room = self.size.width - last.cell_length
        if sum(part.cell_length for part in others) > room and "app.help" not in self._action_ids:
            more = _key_words(bound(self.screen, "app.command_palette").last_key, "More")
            last = Content.assemble(more, last)
            room -= more.cell_length
        parts: list[Content] = []
        for part in others:
            if part.cell_length <= room:
                parts.append(part)
                room -= part.cell_length
        return harmless(Content.assemble(*parts, last))

    def _words(self, action: Action) -> Content:
        dim = action.unavailable(self.situation) is not None
        return _key_words(action.first_key, action.label, dim=dim)


def _key_words(key: str, label: str, *, dim: bool = False) -> Content:
    if dim:
        return Content.styled(f" {key} {label} ", "dim")
    return Content.assemble(" ", Content.styled(key, "bold"), f" {label} ")
