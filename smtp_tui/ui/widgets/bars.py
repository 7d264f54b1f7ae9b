"""The bars of every screen: the profile in use at the top, the keys at the bottom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from textual.content import Content
from textual.events import Click
from textual.reactive import reactive
from textual.widget import Widget

from smtp_tui.api.target import Access, Target, Unverified
from smtp_tui.profiles.model import Profile
from smtp_tui.text import cell_width, clean, shortened, time_left
from smtp_tui.ui.actions import Action, Situation
from smtp_tui.ui.keymap import bound, with_keys
from smtp_tui.ui.theme import filled
from smtp_tui.ui.widgets.plain_text import harmless
from smtp_tui.workflows.session import Session

FILTER_FIELD: Final = "filter-field"
"""The id of the field in which a filter is typed."""
_WHILE_FILTERING: Final = (
    ("enter", "enter", "To the rows"),
    ("↑ ↓", "down", "Move"),
    ("esc", "escape", "Clear the filter"),
)
_AFTER_A_WRITE: Final = "record.undo"
"""What is left out rather than dim while it is not possible: at first it never is."""
TOKEN_ENDS_SOON: Final = 600.0
"""Seconds before the end of a token from which on its time is shown as a danger."""
_UNVERIFIED: Final = " TLS NOT VERIFIED "


def titled(profile: Profile) -> Content:
    """Return the profile's badge, followed by its name, which need not be said twice."""
    if _named_by_badge(profile):
        return badge(profile)
    return Content.assemble(badge(profile), f" {clean(profile.name, 40)}")


def badge(profile: Profile) -> Content:
    """Return the profile's label, or else the word of its environment, in its look."""
    return Content.styled(f" {clean(profile.badge, 40)} ", badge_look(profile))


def _named_by_badge(profile: Profile) -> bool:
    return not profile.label and profile.badge.casefold() == profile.name.casefold()


def badge_look(profile: Profile) -> str:
    """Return the style of the profile's environment, which needs no colours."""
    return filled(profile.environment.value)


def profile_words(session: Session, now: datetime, width: int) -> Content:
    """Return the header: profile, host, tenant, team and access; at the right end the token.

    Profile, warnings and host are always complete, on a second line if need be: nobody should
    wonder where a key press goes. What was overruled is shortened, and the others are shortened or
    left out, to fit ``width`` cells. Warnings stand first, where no tall dialog covers them.
    """
    target, title = session.target, titled(session.profile)
    if target.access is not Access.NORMAL:
        title = Content.assemble(title, "  ", (target.access.value.upper(), "bold $warn"))
    if _is_unverified(target):
        title = Content.assemble(title, " ", Content.styled(_UNVERIFIED, filled("production")))
    host, port = _parted(clean(target.origin.text, 80))
    words = Content.assemble(title, "  ", (host, "bold"), (port, "dim"))
    if target.origin.proxy is not None:
        words = Content.assemble(words, (f" via {clean(target.origin.proxy.text, 80)}", "$warn"))
    words, parts = _told_overruled(session, words, _optional_parts(session, now), width)
    *left, token = map(_part_content, parts)
    words = Content.assemble(words, *left)
    blank = width - words.cell_length - token.cell_length - 1
    return Content.assemble(words, " " * blank, token) if blank > 0 else words


def _told_overruled(
    session: Session, words: Content, optional: Sequence[tuple[_Part, ...]], width: int
) -> tuple[Content, list[_Part]]:
    """Add what chose the profile over another, shorter where a part would be left out for it."""
    told, parts = words, _fitted(optional, width - words.cell_length)
    for wording in session.memory.overrules:
        told = Content.assemble(words, f" · {clean(wording, 100)}")
        parts = _fitted(optional, width - told.cell_length)
        pairs = zip(parts, optional, strict=True)
        if not any(_is_missed(part, wordings[-1]) for part, wordings in pairs):
            break
    return told, parts


def _is_missed(part: _Part, shortest: _Part) -> bool:
    """Whether a part is left out that tells whose records these are, or how long a token holds."""
    return bool(shortest.value) and not part.value and shortest.label != "access"


def _is_unverified(target: Target) -> bool:
    return isinstance(target.trust, Unverified) and target.origin.scheme == "https"


def several_profiles(targets: Iterable[Target], title: str = "several profiles") -> Content:
    """Return the header of what is about several profiles, of which none is in use.

    Those whose certificates are not verified are named.
    """
    parts = [Content.styled(f" {title} ", filled("other"))]
    names = [clean(target.name, 40) for target in targets if _is_unverified(target)]
    if names:
        parts += [Content.styled(_UNVERIFIED, filled("production")), Content(", ".join(names))]
    return Content(" ").join(parts)


def _parted(origin: str) -> tuple[str, str]:
    """The host and the port of an origin; the port with its colon, blank where there is none."""
    host, colon, port = origin.rpartition(":")
    return (host, colon + port) if port.isdigit() else (origin, "")


class _Part(Struct, frozen=True):
    """A part of the header, ``label`` and value; the style of the value."""

    label: str
    value: str
    look: str = ""

    @property
    def cells(self) -> int:
        """The width, with the blanks before it."""
        return 2 + cell_width(self.label) + 1 + cell_width(self.value) if self.value else 0


def _optional_parts(session: Session, now: datetime) -> list[tuple[_Part, ...]]:
    """Return the parts in their order on the line, each as its longest wording and shorter ones."""
    profile, scope, access = session.profile, session.target.scope, session.target.access
    tenant, team = clean(profile.tenant_name or scope.tenant, 80), clean(scope.team, 60)
    return [
        (_Part("tenant", tenant), _Part("tenant", shortened(tenant, 13))),
        (_Part("team", team), _Part("team", shortened(team, 12))),
        (_Part("access", access.value if access is Access.NORMAL else ""),),
        _token_parts(session, now),
    ]


def _token_parts(session: Session, now: datetime) -> tuple[_Part, ...]:
    tokens = session.tokens
    if tokens.expires_at is not None:
        seconds = (tokens.expires_at - now).total_seconds()
        look = "$good" if seconds > TOKEN_ENDS_SOON else "bold $bad"
        left = time_left(seconds)
        return (_Part("token", f"{left} ({tokens.words})", look), _Part("token", left, look))
    if tokens.token() is not None:
        return (_Part("token", f"held ({tokens.words})"), _Part("token", "held"))
    return (_Part("token", ""),)


def _fitted(parts: Sequence[tuple[_Part, ...]], room: int) -> list[_Part]:
    """Return each part as long as there is room for, an empty one where there is none.

    Those that matter least go first: access, then the team, then the token. Nobody should wonder
    whose records these are, so the tenant goes last.
    """
    chosen = [wordings[-1] for wordings in parts]

    def fits() -> bool:
        return sum(part.cells for part in chosen) < room

    for index in (2, 1, 3, 0):
        if not fits():
            chosen[index] = _Part("", "")
    for index, wordings in enumerate(parts):
        shortest = chosen[index]
        for wording in wordings if shortest.value else ():
            chosen[index] = wording
            if fits():
                break
            chosen[index] = shortest
    return chosen


def _part_content(part: _Part) -> Content:
    if not part.value:
        return Content()
    return Content.assemble("  ", (part.label, "dim"), " ", (part.value, part.look))


class ProfileBar(Widget):
    """The header of every screen; without a session it shows ``instead``."""

    DEFAULT_CSS = """
    ProfileBar { height: auto; max-height: 4; width: 1fr; dock: top; }
    """

    def __init__(self, session: Session | None, now: datetime) -> None:
        super().__init__()
        self._session = session
        self._now = now
        self._painted = Content()
        self.instead = Content.styled(" no profile in use ", filled("other"))

    def render(self) -> Content:
        """Return the words for the width there is."""
        return harmless(self._words())

    def _words(self) -> Content:
        if self._session is None:
            return self.instead
        return profile_words(self._session, self._now, self.size.width)

    def tick(self, now: datetime) -> None:
        """Let time pass, and repaint only if the words changed."""
        self._now = now
        words = self._words()
        if words != self._painted:  # not what was rendered: a layout renders without painting
            self._painted = words
            self.refresh()


class KeyBar(Widget):
    """The last line: the keys that help on this screen, dim where they are not possible now.

    A click on one presses it. A ``covered`` one shows nothing: under a dialog its keys would do
    something else.
    """

    DEFAULT_CSS = """
    KeyBar { height: 1; width: 1fr; dock: bottom; }
    """

    situation: reactive[Situation] = reactive(Situation())
    filtering: reactive[bool] = reactive(False)
    covered: reactive[bool] = reactive(False)

    def __init__(self, *action_ids: str) -> None:
        super().__init__()
        self._action_ids = action_ids

    def render(self) -> Content:
        """Return as many keys as fit, in the order given, and always the last one and the help.

        If some do not fit and there is no key for the help, that of the palette, which finds all
        actions, stands before the last.
        """
        return harmless(Content.assemble(*(content for content, _ in self._parts())))

    def _parts(self) -> list[tuple[Content, str]]:
        """The keys as they are shown, each with Textual's name of it."""
        if self.covered:
            return []
        if self.filtering:
            return [(key_content(shown, label), key) for shown, key, label in _WHILE_FILTERING]
        more = None
        if "app.help" not in self._action_ids:
            palette = bound(self.screen, "app.command_palette")
            more = key_content(palette.last_key, "More"), palette.keys.split(",")[-1]
        parts = [
            (self._words(action), action.keys.split(",")[0])
            for action in with_keys(self.screen, self._action_ids)
            if action.id != _AFTER_A_WRITE or action.unavailable(self.situation) is None
        ]
        always = 2 if self._action_ids[-2:-1] == ("app.help",) else 1
        return _fitted_parts(parts, self.size.width, more, always)

    def on_click(self, event: Click) -> None:
        """Press the key that was clicked."""
        left = event.x
        for content, key in self._parts():
            left -= content.cell_length
            if left < 0:
                self.app.simulate_key(key)
                return

    def _words(self, action: Action) -> Content:
        dim = action.unavailable(self.situation) is not None
        return key_content(action.first_key, action.label_now(self.situation), dim=dim)


def key_content(key: str, label: str, *, dim: bool = False) -> Content:
    """Return a key and what it does, as it stands on a line of keys; dim where it does nothing."""
    if dim:
        return Content.styled(f" {key} {label} ", "dim")
    return Content.assemble(" ", (key, "bold $accent"), f" {label} ")


def fitted_keys(keys: Iterable[Content], room: int, more: Content | None = None) -> Content:
    """Return as many keys as fit into ``room`` cells, and always the last one.

    If some do not fit, ``more`` stands before the last.
    """
    parts = [(content, "") for content in keys]
    shown = _fitted_parts(parts, room, None if more is None else (more, ""))
    return Content.assemble(*(content for content, _ in shown))


def _fitted_parts(
    parts: list[tuple[Content, str]],
    room: int,
    more: tuple[Content, str] | None,
    always: int = 1,
) -> list[tuple[Content, str]]:
    """Fit parts as :func:`fitted_keys` does, with the last ones that are always shown."""
    others, end = parts[:-always], parts[-always:]
    room -= sum(content.cell_length for content, _ in end)
    if more is not None and sum(content.cell_length for content, _ in others) > room:
        end = [more, *end]
        room -= more[0].cell_length
    shown = []
    for part in others:
        if part[0].cell_length <= room:
            shown.append(part)
            room -= part[0].cell_length
    return shown + end
