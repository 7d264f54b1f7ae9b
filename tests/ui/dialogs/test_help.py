"""The table of actions, and the help that is drawn from it."""

import importlib
import inspect
import pkgutil

import pytest
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode

import smtp_tui.ui
from smtp_tui.help.pages import TOPICS, page, plain
from smtp_tui.ui.actions import ACTIONS, BY_ID, Place
from smtp_tui.ui.app import SmtpTui
from smtp_tui.ui.connections.detail import DetailScreen
from smtp_tui.ui.connections.screen import ConnectionsScreen
from smtp_tui.ui.record_form.screen import FormScreen
from tests.failing_sandbox import Sandbox
from tests.ui.helpers import Ui, opened


def nodes() -> list[type[DOMNode]]:
    """Every screen, dialog and widget of the program, and the app."""
    found: list[type[DOMNode]] = [SmtpTui]
    for info in pkgutil.walk_packages(smtp_tui.ui.__path__, "smtp_tui.ui."):
        module = importlib.import_module(info.name)
        for _, one in inspect.getmembers(module, inspect.isclass):
            if issubclass(one, DOMNode) and one.__module__ == module.__name__ != "smtp_tui.ui.app":
                found.append(one)
    return found


def own_bindings(node: type[DOMNode]) -> list[Binding]:
    """The bindings that a class itself declares."""
    return [one for one in vars(node).get("BINDINGS", []) if isinstance(one, Binding)]


def test_every_id_of_an_action_is_its_own() -> None:
    ids = [action.id for action in ACTIONS]
    assert len(ids) == len(set(ids))


def test_every_binding_of_a_screen_has_a_method_and_no_key_is_bound_twice() -> None:
    for node in nodes():
        bindings = own_bindings(node)
        keys = [key for binding in bindings for key in binding.key.split(",")]
        assert len(keys) == len(set(keys)), node.__name__
        for binding in bindings:
            target, _, verb = binding.action.partition("(")[0].rpartition(".")
            owners = (SmtpTui,) if target == "app" else (node, SmtpTui)
            found = any(hasattr(owner, f"action_{verb}") for owner in owners)
            assert found, f"{node.__name__}: {binding.key} has no {binding.action}"


def test_every_action_is_bound_somewhere_with_its_own_keys() -> None:
    bound = {binding.id for node in nodes() for binding in own_bindings(node)}
    bound |= {one for node in nodes() for one in getattr(node, "ACTIONS", ())}
    assert {action.id for action in ACTIONS} <= bound


@pytest.mark.parametrize(
    ("screen", "places"),
    [
        (ConnectionsScreen, {Place.TABLE, Place.RECORD}),
        (DetailScreen, {Place.RECORD, Place.DETAIL}),
        (FormScreen, {Place.FORM, Place.SECRET}),
    ],
)
def test_every_action_whose_place_fits_is_offered_on_its_screen(
    screen: type[ConnectionsScreen | DetailScreen | FormScreen], places: set[Place]
) -> None:
    offered = set(screen.ACTIONS)
    missing = {action.id for action in ACTIONS if action.place in places} - offered
    assert missing <= ({"record.open"} if screen is DetailScreen else set())


def test_suspend_and_quit_work_whatever_has_the_focus() -> None:
    for one in ("app.suspend_process", "app.leave"):
        assert BY_ID[one].priority
    keys = {binding.key: binding for binding in own_bindings(SmtpTui)}
    assert keys["ctrl+z"].priority
    assert keys["ctrl+c"].priority
    assert issubclass(SmtpTui, App)


async def read_help(ui: Ui) -> str:
    """The whole help, scrolled through."""
    await ui.sees("search the keys")
    text = ui.text()
    for _ in range(8):
        await ui.press("pagedown")
        text += "\n" + ui.text()
    return text


async def test_help_lists_the_keys_of_the_screen_it_was_opened_on(demo: Sandbox) -> None:
    async with opened(demo, size=(100, 30)) as ui:
        await ui.sees("Connections 6")
        await ui.press("question_mark")
        text = await read_help(ui)
        for one in ("Sort:", "Reverse:", "Mark all:", "Filter:", "Edit:", "Undo:", "Open:"):
            assert one in text
        assert text.index("A record") < text.index("Everywhere")
        await ui.press("escape")
        await ui.loses("search the keys")
        await ui.press("a")
        await ui.sees("Activity: requests of this session")
        await ui.press("question_mark")
        text = await read_help(ui)
        assert "Copy: The request as curl" in text
        assert "Sort:" not in text


def test_no_help_of_an_action_repeats_its_label() -> None:
    def first(words: str) -> str:
        return words.casefold().split()[0].strip(".,;:")

    assert [each.id for each in ACTIONS if first(each.help) == first(each.label)] == []


async def test_q_closes_the_help_unless_something_was_typed(demo: Sandbox) -> None:
    async with opened(demo, size=(100, 30)) as ui:
        await ui.sees("Connections 6")
        await ui.press("question_mark")
        await ui.sees("search the keys", "q esc Back")
        await ui.press("q")
        await ui.loses("search the keys")
        assert ui.app.return_code is None
        await ui.press("question_mark")
        await ui.sees("search the keys")
        await ui.type("zq")
        await ui.sees("zq", "Nothing found in the help", "enter End typing", "esc Clear")
        await ui.press("home", "delete", "end", *"uit")
        await ui.sees("Quit: Asks first")


async def test_the_help_explains_the_header_and_the_moves_in_a_list(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("Connections 6")
        await ui.press("question_mark")
        text = " ".join((await read_help(ui)).replace("│", "").split())
        assert "Environment and name of the profile, host, tenant, team, access, and the" in text
        assert "time that the token has left" in text
        assert "After a filter only matches are shown; j and k move between them" in text
        assert "Half a page down" in text


async def test_what_is_not_possible_now_says_why(sandbox: Sandbox) -> None:
    async with opened(sandbox, size=(100, 40)) as ui:
        await ui.sees("No SMTP connections")
        await ui.press("question_mark")
        await ui.sees("search the keys")
        await ui.type("undo")
        await ui.sees("Not now: No single change to undo since this profile was opened.")
        await ui.press(*["backspace"] * 4)
        await ui.type("edit")
        await ui.sees("Not now: No record is under the cursor.")


async def test_the_profile_before_is_possible_after_a_switch(demo: Sandbox) -> None:
    async with opened(demo, size=(100, 40)) as ui:
        await ui.sees("Connections 6")
        await ui.press("p")
        await ui.sees("demo-europe")
        await ui.press("j", "enter")
        await ui.sees("EU-RELAY")
        await ui.press("question_mark")
        await ui.sees("search the keys")
        await ui.type("previous")
        await ui.sees("Previous profile: Switch back")
        assert not ui.shows("Not now")


async def test_searching_narrows_and_nothing_found_is_said(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("Connections 6")
        await ui.press("question_mark")
        await ui.sees("search the keys")
        await ui.type("reverse")
        await ui.sees("In the opposite order.")
        assert not ui.shows("Edit:")
        await ui.type("qqq")
        await ui.sees("Nothing found in the help")


async def test_keys_that_are_wider_than_their_column_have_a_line_alone(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("Connections 6")
        await ui.press("a", "question_mark")
        await ui.sees("search the keys")
        await ui.type("one step")
        await ui.sees("q h ← backspace esc", "Back: Go one step back")
        assert "Back" not in ui.line("q h ←")
        await ui.pilot.resize_terminal(120, 24)
        await ui.sees("q h ← backspace esc   Back: Go one step back")


async def test_tab_turns_to_the_pages_of_help_and_back_to_the_keys(sandbox: Sandbox) -> None:
    async with opened(sandbox) as ui:
        await ui.press("?")
        await ui.sees("Connections", "search the keys")
        for topic in TOPICS:
            await ui.press("tab")
            await ui.sees(f"Help · {topic}", plain(page(topic)).splitlines()[0].lstrip("# "))
        await ui.press("tab")
        await ui.sees("A record", "Show every parameter")


async def test_slash_searches_the_keys_and_all_pages_whatever_is_shown(sandbox: Sandbox) -> None:
    async with opened(sandbox) as ui:
        await ui.press("?")
        for tabs in (0, 1, 2):
            await ui.press(*["tab"] * tabs, "/")
            await ui.sees("search the keys", "/ Search")
            await ui.paste("ESCDELAY")
            await ui.sees("Help · configuration", "after an Escape")
            assert not ui.shows("Which profile is used")
            await ui.press("escape")
            await ui.paste("clipboard")
            await ui.sees("Help · terminals")
            await ui.press("escape")
            await ui.paste("reverse")
            await ui.sees("In the opposite order.")
            await ui.press("escape")


async def test_enter_ends_a_search_so_that_q_closes_and_slash_searches_on(demo: Sandbox) -> None:
    async with opened(demo, size=(100, 30)) as ui:
        await ui.sees("Connections 6")
        await ui.press("?", "/", *"sort", "enter")
        await ui.sees("Sort: ", "esc Clear", "q Back")
        await ui.press("/", "end", *"xx")
        await ui.sees("sortxx", "Nothing found in the help")
        await ui.press("escape")
        await ui.sees("search the keys", "Edit: ", "q esc Back")
        await ui.press("/", *"sort", "enter", "q")
        await ui.loses("Sort: ")
        assert ui.app.return_code is None
