"""A framed part of a screen: what it is in its top border, how it stands in its bottom one."""

from __future__ import annotations

from typing import ClassVar, Self

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantBlur, DescendantFocus
from textual.geometry import Region

from smtp_tui.ui.widgets.plain_text import harmless


class Panel(Vertical):
    """The border has the accent colour while the focus is inside and no dialog covers it.

    Without colours it is heavy then.

    On a small terminal there is a line at the top only, which says both.
    """

    DEFAULT_CSS = """
    Panel {
        border: round $frame; padding: 0; height: 1fr; width: 1fr;
        border-title-color: $foreground; border-title-style: bold;
        border-subtitle-color: $foreground;
    }
    Panel.-focused { border: round $accent; }
    Panel.-focused:nocolor { border: heavy $accent; }
    .-slim Panel, .-short Panel { border: none; border-top: solid $frame; }
    .-slim Panel.-focused, .-short Panel.-focused { border: none; border-top: solid $accent; }
    .-slim Panel.-focused:nocolor, .-short Panel.-focused:nocolor {
        border: none; border-top: heavy $accent;
    }
    """

    def __init__(
        self, title: str | Content = "", *, id: str | None = None, classes: str | None = None
    ) -> None:
        self._only_border = False
        super().__init__(id=id, classes=classes)
        self._shown: tuple[Content, Content] = (harmless(title), Content())
        self._drawn = (Content(), Content())

    def on_mount(self) -> None:
        """Show the title."""
        self._draw()

    @on(DescendantFocus)
    @on(DescendantBlur)
    def mark_focus(self) -> None:
        """Look whether the focus is inside; a screen that is left looks itself.

        With the pseudo-class for that, Textual styles all that is inside anew at each Tab.
        """
        if self.screen.is_active:
            self.set_class(self.has_focus_within, "-focused")

    @property
    def holds_focus(self) -> bool:
        """Whether the focus is inside and no dialog covers it."""
        return self.has_focus_within and self.screen.is_active

    def on_resize(self) -> None:
        """Put title and state where there is a border for them."""
        self._draw()

    def show(self, title: str | Content, state: Content | None = None) -> None:
        """Show another title and state; the same ones again repaint nothing."""
        shown = (harmless(title), harmless(state or Content()))
        if not all(map(Content.is_same, shown, self._shown)):
            self._shown = shown
            self._draw()

    def _draw(self) -> None:
        title, state = self._shown
        if not self.styles.border_bottom[0] and state:
            title, state = Content(" · ").join([title, state]), Content()
        if (title, state) != self._drawn:
            self._drawn = title, state
            self._only_border = True
            self.border_title, self.border_subtitle = title, state
            self._only_border = False

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Repaint; of another title or state only the border, not all that is inside."""
        if self._only_border:
            (width, height), (left, top) = self.outer_size, self.content_offset
            regions = Region(-left, -top, width, 1), Region(-left, height - 1 - top, width, 1)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class ScrollPane(VerticalScroll):
    """Text that can be longer than its panel, and is scrolled by the keys of a table."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("space,ctrl+f", "page_down", show=False),
        Binding("ctrl+b", "page_up", show=False),
        Binding("ctrl+d", "scroll_half(1)", show=False),
        Binding("ctrl+u", "scroll_half(-1)", show=False),
        Binding("g", "scroll_home", show=False),
        Binding("G", "scroll_end", show=False),
    ]

    def action_scroll_half(self, pages: int) -> None:
        """Scroll by half a page."""
        self.scroll_relative(y=pages * max(1, self.size.height // 2), animate=False)
