"""What a login found of a server: a team to choose, and what to do with the new profile."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, OptionList
from textual.widgets.option_list import Option

from smtp_tui.mail.remarks import Remark, Severity
from smtp_tui.profiles.model import check_name
from smtp_tui.text import clean
from smtp_tui.ui.widgets.fields import Field
from smtp_tui.ui.widgets.plain_text import PlainText, harmless

if TYPE_CHECKING:
    from smtp_tui.api.identity import Namespace

_NAME_FROM_ADDRESS: Final = "cam"


class Team(Struct, frozen=True):
    """One team and namespace of the tenant that was found, and how they are shown."""

    id: str
    namespace: str
    words: str


def teams_of(namespaces: tuple[Namespace, ...]) -> tuple[Team, ...]:
    """Each team and namespace once; an administrator's team where none is told."""
    found = []
    for space in namespaces:
        words = f"team {space.team_name or space.team_id} · namespace {space.uid}"
        found.append(Team(space.team_id, space.uid, words))
    return tuple(dict.fromkeys(found)) or (Team("all", "", "team all"),)


def proposed_name(host: str) -> str:
    """A short name from the host: its first label, or a word where it is an address."""
    name = (host.partition("://")[2] or host).partition("/")[0].partition(":")[0]
    try:
        ipaddress.ip_address(name)
    except ValueError:
        label = name.partition(".")[0]
        return label if check_name(label) is None else _NAME_FROM_ADDRESS
    return _NAME_FROM_ADDRESS


class Found(Vertical):
    """A choice of teams where there are several, the name to save it under, and two buttons.

    The buttons call the action ``finish`` of the screen, which hears of the list too.
    """

    DEFAULT_CSS = """
    Found OptionList {
        height: auto; max-height: 6; border: none; padding: 0; background: ansi_default;
    }
    Found Horizontal { margin-top: 1; height: auto; }
    """

    def __init__(self, *, id: str, classes: str) -> None:
        super().__init__(id=id, classes=classes)
        self._teams: tuple[Team, ...] = ()

    def compose(self) -> ComposeResult:
        """Teams, name, buttons."""
        yield PlainText("Team and namespace", id="teams-title")
        yield OptionList(id="teams", compact=True)
        yield Field("name", "", label="Save as", hint="a short word, such as production")
        with Horizontal():
            yield Button("Save and open", id="save", action="screen.finish(True)", compact=True)
            yield Button("Open, save nothing", action="screen.finish(False)", compact=True)

    def offer(self, teams: tuple[Team, ...], name: str) -> None:
        """Show what was found, and start on the choice where there is one."""
        self._teams = teams
        choice = self.query_one(OptionList)
        choice.clear_options()
        choice.add_options([Option(harmless(clean(team.words, 100))) for team in teams])
        self.query_one(Field).text = name
        choice.display = self.query_one("#teams-title").display = self.several
        if self.several:
            choice.highlighted = 0  # which tells the screen, so that it lists for that team
            choice.focus()
        else:
            self.query_one("#save", Button).focus()

    @on(OptionList.OptionSelected)
    def _taken(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.query_one("#save", Button).focus()

    @property
    def several(self) -> bool:
        """Whether there is a choice."""
        return len(self._teams) > 1

    @property
    def team(self) -> Team:
        """The team and namespace that are chosen."""
        return self._teams[self.query_one(OptionList).highlighted or 0]

    @property
    def profile_name(self) -> str:
        """The name to save it under."""
        return self.query_one(Field).text.strip()

    def refuse_name(self, words: str) -> None:
        """Say what is wrong with the name, and go there."""
        field = self.query_one(Field)
        field.show(False, (Remark(Severity.ERROR, words),))
        field.input.focus()
