"""Text from outside reaches a widget by one way only: through what makes it harmless.

`PlainText`, the bars, the table and the messages clean whatever they are given. This holds that
nothing is drawn by anything else: no other widget for text, no markup, no label, prompt,
placeholder or title that did not go through the same functions.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.house.tree import sources, within

WIDGETS = {
    "Button": None,
    "Input": None,
    "OptionList": None,
    "Option": None,
    "Static": ("smtp_tui.ui.widgets.plain_text",),
}
"""What may be imported of Textual's widgets, and the only modules that may, where not all."""
DRAWERS = {
    "smtp_tui.ui.record_form.form": "harmless",
    "smtp_tui.ui.widgets.bars": "harmless",
    "smtp_tui.ui.widgets.choice": "harmless",
    "smtp_tui.ui.widgets.fields": "harmless",
    "smtp_tui.ui.widgets.plain_text": "harmless",
    "smtp_tui.ui.widgets.table": "visible",
}
"""The modules that draw by themselves, and what each has to call for it."""
RICH = {
    "rich.segment": ("smtp_tui.ui.widgets.table",),
    "rich.text": ("smtp_tui.ui.widgets.plain_text",),
    "rich.highlighter": ("smtp_tui.ui.widgets.plain_text",),
    "rich.markup": (),
    "textual.markup": (),
    "textual.strip": ("smtp_tui.ui.widgets.plain_text", "smtp_tui.ui.widgets.table"),
}
TEXTS_OF = {"Button": "label", "Option": "prompt"}
"""The first argument of a widget, which it draws."""
DRAWN = {"placeholder", "tooltip", "border_title", "border_subtitle", "sub_title"}
CLEANERS = {"harmless", "visible", "clean", "clean_block"}
OWN_WORDS = {"smtp_tui.ui.actions"}
"""Modules whose texts all stand in them."""


def called(node: ast.expr) -> str:
    """The name of what is called; empty for anything else."""
    function = node.func if isinstance(node, ast.Call) else None
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def harmless(node: ast.expr) -> bool:
    """Whether an expression is a constant, one of two, or comes out of a cleaner."""
    if isinstance(node, ast.Constant) or called(node) in CLEANERS:
        return True
    if isinstance(node, ast.IfExp):
        return harmless(node.body) and harmless(node.orelse)
    return (
        isinstance(node, ast.Call) and called(node) == "Content" and all(map(harmless, node.args))
    )


def imported(module: str, node: ast.AST) -> Iterator[str]:
    """What is imported from where texts can be drawn, and may not be here."""
    if not isinstance(node, ast.ImportFrom) or node.module is None:
        return
    for place, rooms in RICH.items():
        if within(node.module, place) and module not in rooms:
            yield f"imports from {node.module}"
    if within(node.module, "textual.widgets"):
        for alias in node.names:
            only_in = WIDGETS.get(alias.name, ())
            if only_in is not None and module not in only_in and alias.name[0].isupper():
                yield f"imports {alias.name}"


def drawn(node: ast.AST) -> Iterator[str]:
    """The texts that an expression or an assignment hands to a widget without cleaning them."""
    if isinstance(node, ast.Assign):
        names = {each.attr for each in node.targets if isinstance(each, ast.Attribute)}
        if names & DRAWN and not harmless(node.value):
            yield f"sets {', '.join(sorted(names))}"
    if not isinstance(node, ast.Call):
        return
    name = called(node)
    texts = [(each.arg, each.value) for each in node.keywords if each.arg in DRAWN]
    if name in ("Button", "Option"):
        texts += [(TEXTS_OF[name], each) for each in node.args[:1]]
        texts += [(each.arg, each.value) for each in node.keywords if each.arg == TEXTS_OF[name]]
    yield from (f"{name}({argument}=…)" for argument, text in texts if not harmless(text))
    if name == "Input":
        yield "Input, where a TextInput shows what cannot be seen"
    if name in ("from_markup", "from_rich_text") or _markup(node):
        yield f"{name} with markup"


def _markup(node: ast.Call) -> bool:
    values = [each.value for each in node.keywords if each.arg == "markup"]
    return any(not isinstance(value, ast.Constant) or value.value is not False for value in values)


def draws(module: str, node: ast.AST) -> Iterator[str]:
    """Methods that draw, outside of the modules that are known to clean what they draw."""
    if not isinstance(node, ast.FunctionDef):
        return
    if node.name.startswith(("render", "get_content")) and module not in DRAWERS:
        yield f"draws by {node.name}"
    if node.name == "render" and module in DRAWERS:
        returns = [each for each in ast.walk(node) if isinstance(each, ast.Return)]
        if not all(each.value and called(each.value) == DRAWERS[module] for each in returns):
            yield "draws what was not cleaned"


def ways_around(module: str, tree: ast.Module) -> list[str]:
    """Where a module of the screens hands text to a widget past the sink."""
    found = []
    for node in ast.walk(tree):
        problems = [*imported(module, node), *draws(module, node)]
        problems += [] if module in OWN_WORDS else drawn(node)
        line = getattr(node, "lineno", 0)
        found += [f"{module}:{line} {problem}" for problem in problems]
    return found


def test_no_text_reaches_a_widget_past_the_one_sink() -> None:
    modules = [(name, tree) for name, tree in sources() if within(name, "smtp_tui.ui")]
    assert len(modules) > 40
    assert [way for name, tree in modules for way in ways_around(name, tree)] == []


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("from textual.widgets import Label", True),
        ("from textual.widgets import Static", True),
        ("from textual.widgets import Markdown", True),
        ("from textual.widgets import Select", True),
        ("from rich.text import Text", True),
        ("from textual.widgets import Button, Input", False),
        ("Button(name)", True),
        ("Button(label=name)", True),
        ("Button(f'Delete {name}')", True),
        ("Button(harmless(name))", False),
        ("Button('Cancel')", False),
        ("Option(Content(name))", True),
        ("Option(Content(clean(name)))", False),
        ("box.border_title = name", True),
        ("box.border_title = f'Edit {name}'", True),
        ("box.border_title = Content(clean(name, 70))", False),
        ("box.tooltip = name", True),
        ("Input(value)", True),
        ("TextInput(value, placeholder=hint)", True),
        ("TextInput(value, placeholder='filter')", False),
        ("TextInput(value, placeholder='filter' if short else 'all')", False),
        ("TextInput(value, placeholder='filter' if short else hint)", True),
        ("screen.notify(words, markup=True)", True),
        ("screen.notify(words, markup=flag)", True),
        ("screen.notify(words, markup=False)", False),
        ("Content.from_markup(words)", True),
        ("class A(Widget):\n def render(self):\n  return self.name", True),
        ("class A(Widget):\n def render_line(self, y):\n  return Strip([])", True),
    ],
)
def test_a_way_around_it_is_seen(code: str, wrong: bool) -> None:
    assert bool(ways_around("smtp_tui.ui.logs.planted", ast.parse(code))) is wrong


def test_a_bar_that_draws_what_was_not_cleaned_is_seen() -> None:
    code = "class A(Widget):\n def render(self):\n  return Content(self.name)"
    assert ways_around("smtp_tui.ui.widgets.bars", ast.parse(code))
