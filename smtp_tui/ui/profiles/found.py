"""What a login found of a server: a team to choose, and what to do with the new profile."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, OptionList
from textual.widgets.option_list import Option

from smtp_tui.mail.remarks import Remark, Severity
from smtp_tui.text import clean
from smtp_tui.ui.profiles.discovery import Place
from smtp_tui.ui.widgets.fields import Field
from smtp_tui.ui.widgets.plain_text import PlainText, harmless


class Found(Vertical):
    """A choice of teams where there are several, the name to save it under, and two buttons.

    The buttons have the ids ``save`` and ``open``; the screen hears of them and of the list.
    """

    DEFAULT_CSS = """
    Found OptionList {
        height: auto; max-height: 6; border: none; padding: 0; background: ansi_default;
    }
    Found Horizontal { margin-top: 1; height: auto; }
    """

    def __init__(self, *, id: str, classes: str) -> None:
        super().__init__(id=id, classes=classes)
        self._places: tuple[Place, ...] = ()

    def compose(self) -> ComposeResult:
        """Teams, name, buttons."""
        yield PlainText("Team and namespace", id="teams-title")
        yield OptionList(id="teams", compact=True)
        yield Field("name", "", label="Save as", hint="a short word, such as production")
        with Horizontal():
            yield Button("Save and open", id="save", compact=True)
            yield Button("Open, save nothing", id="open", compact=True)

    def offer(self, places: tuple[Place, ...], name: str) -> None:
        """Show what was found, and start on the choice where there is one."""
        self._places = places
        teams = self.query_one(OptionList)
        teams.clear_options()
        teams.add_options([Option(harmless(clean(one.words, 100))) for one in places])
        self.query_one(Field).text = name
        several = len(places) > 1
        teams.display = several
        self.query_one("#teams-title").display = several
        if several:
            teams.highlighted = 0  # which tells the screen, so that it lists for that team
            teams.focus()
        else:
            self.query_one("#save", Button).focus()

    @on(OptionList.OptionSelected)
    def _taken(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.query_one("#save", Button).focus()

    @property
    def several(self) -> bool:
        """Whether there is a choice."""
        return len(self._places) > 1

    @property
    def place(self) -> Place:
        """The team and namespace that are chosen."""
        return self._places[self.query_one(OptionList).highlighted or 0]

    @property
    def profile_name(self) -> str:
        """The name to save it under."""
        return self.query_one(Field).text.strip()

    def refuse_name(self, words: str) -> None:
        """Say what is wrong with the name, and go there."""
        field = self.query_one(Field)
        field.show(False, (Remark(Severity.ERROR, words),))
        field.input.focus()
