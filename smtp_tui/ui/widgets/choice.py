"""A field whose values can be counted: all of them in sight, one of them chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.profiles.codecs import Choice, chosen
from smtp_tui.text import cell_width, clean
from smtp_tui.ui.theme import filled
from smtp_tui.ui.widgets.fields import Field
from smtp_tui.ui.widgets.plain_text import harmless, visible


class ChoiceLine(Widget, can_focus=True):
    """Words in one line, one of them chosen."""

    DEFAULT_CSS = """
    ChoiceLine { height: 1; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "turn(1)", show=False),
        Binding("left", "turn(-1)", show=False),
        Binding("home", "turn_to(0)", show=False),
        Binding("end", "turn_to(-1)", show=False),
        Binding("enter", "app.focus_next", show=False),
    ]
    index: reactive[int] = reactive(0, init=False)

    class Changed(Message):
        """Another word was chosen."""

    def __init__(self, words: Sequence[str], index: int) -> None:
        super().__init__()
        self._words = [clean(word, 40) for word in words]
        self.set_reactive(ChoiceLine.index, index)

    def validate_index(self, index: int) -> int:
        """Go on with the first after the last."""
        return index % len(self._words)

    def watch_index(self) -> None:
        """Tell the field."""
        self.post_message(self.Changed())

    def on_focus(self) -> None:
        """Show where the keys go."""
        self.refresh()

    on_blur = on_focus

    def render(self) -> Content:
        """Return all words, the chosen one between arrows."""
        style = filled("selection") if self.has_focus else "bold $field on $field-background"
        parts = [Content(f" {each} ") for each in self._words]
        parts[self.index] = Content.styled(f"‹{self._words[self.index]}›", style)
        return harmless(Content(" ").join(parts))

    def action_turn(self, steps: int) -> None:
        """Choose the next word, or the one before."""
        self.index += steps

    def action_turn_to(self, index: int) -> None:
        """Choose the first word, or the last."""
        self.index = index

    def on_key(self, event: events.Key) -> None:
        """Choose the next word that begins with the letter."""
        if event.is_printable and event.character is not None:
            order = [*range(self.index + 1, len(self._words)), *range(self.index + 1)]
            letter = event.character.casefold()
            found = (index for index in order if self._words[index].casefold().startswith(letter))
            index = next(found, None)
            if index is not None:
                event.stop()
                self.index = index

    def on_click(self, event: events.Click) -> None:
        """Choose the word that was clicked."""
        end = 0
        for index, word in enumerate(self._words):
            end += cell_width(word) + 3
            if event.x < end:
                self.index = index
                return


class ChoiceField(Field):
    """A field with choices; where the chosen one needs more, that is typed below it.

    Its text is what a person would type for both, as :class:`~smtp_tui.profiles.codecs.Choice`
    says. What was typed for a choice is there again when one comes back to it.
    """

    def __init__(
        self, name: str, opened: str, choices: Sequence[Choice], *, label: str = ""
    ) -> None:
        super().__init__(name, opened, label=label)
        index, value = chosen(choices, opened)
        self._choices = choices
        self._values = {index: value}
        self._line = ChoiceLine([choice.word for choice in choices], index)
        self._shown = -1
        self._show_choice()

    def compose_input(self) -> Iterable[Widget]:
        """The choices, and below them what has to be typed."""
        yield from (self._line, self.input)

    @property
    def label_words(self) -> str:
        """The label, and below it what is typed for the choice."""
        choice = self._choices[self._line.index]
        return super().label_words + (f"\n  {choice.word}" if choice.needs_value else "")

    def begin(self) -> None:
        """Put the cursor on the choices, or into what was typed where that is wrong."""
        (self.input if self.remarks and self.input.display else self._line).focus()

    @property
    def text(self) -> str:
        """Choice and value, as a person types them."""
        return self._choices[self._line.index].text.replace("{}", self.input.value.strip()).strip()

    @text.setter
    def text(self, text: str) -> None:
        """Choose and fill in what the text says."""
        index, value = chosen(self._choices, text)
        self._values[index] = value
        self._shown = -1
        self._line.index = index
        self._show_choice()

    @on(ChoiceLine.Changed)
    def choose(self, event: ChoiceLine.Changed) -> None:
        """Show what has to be typed for it, and tell the form."""
        event.stop()
        self._show_choice()
        self.post_message(self.Edited())
        self.post_message(self.Rested())

    @on(Input.Changed)
    def keep(self) -> None:
        """Keep what was typed for the choice."""
        self._values[self._line.index] = self.input.value

    def _show_choice(self) -> None:
        index = self._line.index
        choice = self._choices[index]
        if index != self._shown:
            self._shown = index
            self.input.value = self._values.get(index, "")
        self.input.placeholder = visible(choice.hint)
        self.input.display = choice.needs_value
        self.draw_label()
