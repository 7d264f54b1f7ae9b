"""The two one-line bars: whose records these are, and which keys help here."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content
from textual.widget import Widget

from smtp_tui.api.target import Access, Unverified
from smtp_tui.profiles.model import Colour, Profile
from smtp_tui.text import clean, shortened, time_left
from smtp_tui.ui.actions import BY_ID, Action, Situation, unavailable
from smtp_tui.ui.keymap import rebound
from smtp_tui.ui.widgets.plain_text import harmless
from smtp_tui.workflows.session import Session


def badge(profile: Profile) -> Content:
    """The profile's label, else its name, in reverse video and in its colour where it has one."""
    return Content.styled(f" {clean(profile.label or profile.name, 40)} ", badge_look(profile))


def titled(profile: Profile) -> Content:
    """The badge, and the profile's name beside it where the badge holds a label instead."""
    if not profile.label:
        return badge(profile)
    return Content.assemble(badge(profile), f" {clean(profile.name, 40)}")


def badge_look(profile: Profile) -> str:
    """Reverse video, which shows without colours too, in the profile's colour."""
    tint = "" if profile.colour is Colour.NONE else f" ansi_{profile.colour.value}"
    return f"bold reverse{tint}"


def profile_words(session: Session, now: datetime, width: int) -> Content:
    """Profile, host, tenant, access, team and token time; the least needed go when it is narrow.

    Profile, warnings, host and what was overruled are always whole, on a second line if need be:
    nobody shall wonder where a key press goes. The warnings stand first, where no tall dialog
    covers them.
    """
    title = titled(session.profile)
    dot = " ·" if session.profile.label else ""
    parts = [f"{dot} {clean(session.target.origin.text, 80)}"]
    if session.memory.overrules:
        parts.append(f" · {clean(session.memory.overrules, 100)}")
    loud: list[str] = []
    if isinstance(session.target.trust, Unverified) and session.target.origin.scheme == "https":
        loud.append("TLS NOT VERIFIED")
    if session.target.access is not Access.NORMAL:
        loud.append(session.target.access.value.upper())
    scope = session.target.scope
    room = width - title.cell_length - sum(map(len, parts)) - sum(len(one) + 3 for one in loud)
    optional = _optional_words(session, now, scope.tenant, scope.team)
    parts += [f" · {text}" for text in _fitted(optional, room)]
    for word in loud:
        title = Content.assemble(title, " ", Content.styled(f" {word} ", "bold reverse"))
    return Content.assemble(title, "".join(parts))


def _fitted(parts: tuple[tuple[str, ...], ...], room: int) -> list[str]:
    """As many parts as fit in their shortest wording, then longer wordings where room is left."""
    chosen: list[tuple[str, tuple[str, ...]]] = []
    for wordings in parts:
        if len(wordings[-1]) + 3 > room:
            break
        chosen.append((wordings[-1], wordings))
        room -= len(wordings[-1]) + 3
    texts: list[str] = []
    for shortest, wordings in chosen:
        longer = next((text for text in wordings if len(text) - len(shortest) <= room), shortest)
        room -= len(longer) - len(shortest)
        texts.append(longer)
    return texts


def _optional_words(
    session: Session, now: datetime, tenant: str, team: str
) -> tuple[tuple[str, ...], ...]:
    """Each part in its longest and shorter wordings, most needed first."""
    tenant, team = clean(tenant, 80), clean(team, 60)
    words: list[tuple[str, ...]] = [
        (f"tenant {tenant}", f"tenant {shortened(tenant, 13)}", shortened(tenant, 9)),
    ]
    if session.target.access is Access.NORMAL:
        words.append(("normal",))
    words.append((f"team {team}", f"team {shortened(team, 12)}"))
    if session.tokens.expires_at is not None:
        left = time_left((session.tokens.expires_at - now).total_seconds())
        words.append((f"token {left} ({session.tokens.words})", f"token {left}"))
    elif session.tokens.token() is not None:
        words.append((f"token from {session.tokens.words}", "token"))
    return tuple(words)


class ProfileBar(Widget):
    """The header line of every screen; ``session`` None says that no profile is in use."""

    DEFAULT_CSS = """
    ProfileBar { height: auto; max-height: 4; width: 1fr; dock: top; }
    """

    def __init__(self, session: Session | None, now: datetime) -> None:
        super().__init__()
        self._session = session
        self._now = now
        self._told = Content()

    def render(self) -> Content:
        """Drawn anew only when the minute or the token changed."""
        return harmless(self._words())

    def _words(self) -> Content:
        if self._session is None:
            return Content.styled(" no profile in use ", "bold reverse")
        return profile_words(self._session, self._now, self.size.width)

    def tick(self, now: datetime) -> None:
        """Let time pass: repaints when the words change, and only then."""
        self._now = now
        words = self._words()
        if words != self._told:  # not what was rendered last: a layout renders without painting
            self._told = words
            self.refresh()


class KeyBar(Widget):
    """The last line: the keys that help on this screen, dim where they are not possible now."""

    DEFAULT_CSS = """
    KeyBar { height: 1; width: 1fr; dock: bottom; }
    """

    def __init__(self, *action_ids: str) -> None:
        super().__init__()
        self._action_ids = action_ids
        self._situation = Situation()

    def show(self, situation: Situation) -> None:
        """Take over what is possible now."""
        if situation != self._situation:
            self._situation = situation
            self.refresh()

    def render(self) -> Content:
        """As many keys as fit, in the order given; the last one is always kept.

        Where others do not fit, the key stands before it that finds them all.
        """
        chosen = rebound(self.screen)
        actions = [chosen.get(one, BY_ID[one]) for one in self._action_ids]
        *others, last = map(self._words, actions)
        room = self.size.width - last.cell_length
        palette = chosen.get("app.command_palette", BY_ID["app.command_palette"])
        more = [_key_words(palette.last_key, "More", False)]
        if "app.help" in self._action_ids:
            more = []
        if sum(part.cell_length for part in others) <= room:
            more = []
        room -= sum(part.cell_length for part in more)
        parts: list[Content] = []
        for part in others:
            if part.cell_length <= room:
                parts.append(part)
                room -= part.cell_length
        return harmless(Content.assemble(*parts, *more, last))

    def _words(self, action: Action) -> Content:
        return _key_words(action.first_key, action.label, self._dim(action.id))

    def _dim(self, action_id: str) -> bool:
        return unavailable(action_id, self._situation) is not None


def _key_words(key: str, label: str, dim: bool) -> Content:
    if dim:
        return Content.styled(f" {key} {label} ", "dim")
    return Content.assemble(" ", Content.styled(key, "bold"), f" {label} ")
