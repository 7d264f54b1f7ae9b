"""Every action once: its id, keys, label, help, and when it is not possible and why.

Bindings, the key line, the help and the command palette are all drawn from this table; a key is
rebound by its action's id. The commands read it too, so that nothing here imports Textual.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from smtp_tui.ui.terminal.key_names import sign_of

if TYPE_CHECKING:
    from textual.binding import Binding, BindingType


class Place(Enum):
    """Where an action can be used; the words are the headings of the help."""

    EVERYWHERE = "Everywhere"
    LIST = "In a list"
    CONNECTIONS = "Connections"
    RECORD = "A record"
    FORM = "In a form"
    SECRET = "In a password field"
    REVIEW = "Review"
    TEST = "Test email"
    PROFILES = "Profiles"
    ACTIVITY = "Activity"
    JOURNAL = "Journal"


class Action(Struct, frozen=True):
    """One thing a person can do. ``id`` is ``room.verb``; the handler is ``action_<verb>``."""

    id: str
    keys: str
    label: str
    help: str
    place: Place
    shown: bool = True
    priority: bool = False
    show_as: str = ""

    @property
    def verb(self) -> str:
        """The name of the handler, without ``action_``."""
        return self.id.partition(".")[2]

    @property
    def key_display(self) -> str:
        """The keys as a person reads them."""
        return self.show_as or " ".join(spoken(key) for key in self.keys.split(","))

    @property
    def first_key(self) -> str:
        """The first key alone, for the key line."""
        return self.show_as or spoken(self.keys.split(",")[0])

    @property
    def last_key(self) -> str:
        """The last key alone: of several the one that can be pressed in a field too."""
        return self.show_as or spoken(self.keys.split(",")[-1])

    def binding(self) -> Binding:
        """The action as Textual binds it."""
        from textual.binding import Binding  # noqa: PLC0415 - for the screens only

        return Binding(
            self.keys,
            self.verb,
            self.label,
            show=self.shown,
            key_display=self.first_key,
            priority=self.priority,
            tooltip=self.help,
            id=self.id,
        )


SPOKEN: Final = {
    "escape": "esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "down": "↓",
    "up": "↑",
}
"""Keys by Textual's names that a person reads otherwise."""


def spoken(key: str) -> str:
    """A key as a person reads it."""
    return SPOKEN.get(key) or sign_of(key) or key


class Situation(Struct, frozen=True):
    """What the possible actions depend on.

    A ``record`` is under the cursor; ``rows`` were read, or are ``reading`` now; of the list some
    entries are ``unreadable``. There was a change to ``undo``; where it was a create, ``created``
    is set, and it cannot be undone.
    """

    record: bool = False
    rows: bool = False
    unreadable: bool = False
    reading: bool = False
    read_only: bool = False
    busy: bool = False
    undo: bool = False
    created: bool = False
    previous_profile: bool = False
    secret_field: bool = False


_A = Action
ACTIONS: Final[tuple[Action, ...]] = (
    _A("record.open", "enter", "Open", "Show every parameter of the record.", Place.RECORD),
    _A("record.edit", "e", "Edit", "Change parameters; only what changes is sent.", Place.RECORD),
    _A("record.test", "t", "Test", "Send a test email with the saved record.", Place.RECORD),
    _A("record.new", "n", "New", "Create a record from scratch or a preset.", Place.RECORD),
    _A("record.clone", "c", "Clone", "Start a new record from this one, without its password.",
       Place.RECORD),
    _A("record.delete", "d", "Delete", "Delete the record, after a question.", Place.RECORD),
    _A("record.undo", "u", "Undo", "Offer the reverse of the last change.", Place.RECORD,
       shown=False),
    _A("record.test_values", "T", "Test values", "Send a test email with values saved nowhere.",
       Place.RECORD, shown=False),
    _A("record.copy", "y", "Copy", "Copy the record as curl, command or JSON.", Place.RECORD,
       shown=False),
    _A("table.filter", "slash", "Filter", "Show only rows with these words; esc clears.",
       Place.CONNECTIONS),
    _A("table.sort", "s", "Sort", "Sort by the next column.", Place.CONNECTIONS, shown=False),
    _A("table.reverse", "S", "Reverse", "Reverse the order.", Place.CONNECTIONS, shown=False),
    _A("table.mark_all", "asterisk", "Mark all", "Mark all rows shown, or none.",
       Place.CONNECTIONS, shown=False),
    _A("table.refresh", "r", "Refresh", "Read the list again; cursor and marks stay.",
       Place.CONNECTIONS),
    _A("table.unreadable", "U", "Unreadable", "The entries of the list that could not be read.",
       Place.CONNECTIONS, shown=False),
    _A("app.profiles", "p", "Profiles", "Choose another host, tenant or team.", Place.EVERYWHERE),
    _A("app.previous_profile", "minus", "Previous profile", "Go back to the profile before.",
       Place.EVERYWHERE, shown=False),
    _A("app.activity", "a", "Activity", "Every request of this session, secrets removed.",
       Place.EVERYWHERE, shown=False),
    _A("app.journal", "A", "Journal", "Every write of this user, and what came of it.",
       Place.EVERYWHERE, shown=False),
    _A("app.mailbox", "m", "Mailbox", "The mail that arrived at the demo's mail server.",
       Place.EVERYWHERE, shown=False),
    _A("app.help", "question_mark", "Help", "The keys of this screen.", Place.EVERYWHERE),
    _A("app.command_palette", "colon,ctrl+p", "Commands", "Every action by name.",
       Place.EVERYWHERE, shown=False),
    _A("app.back", "q,escape", "Back", "One step back; q on the connections quits.",
       Place.EVERYWHERE, shown=False),
    _A("app.redraw", "ctrl+l", "Redraw", "Draw the screen anew; in a form from the commands.",
       Place.EVERYWHERE, shown=False),
    _A("app.leave", "ctrl+c", "Quit", "Quit; asks if something is not saved.", Place.EVERYWHERE,
       shown=False, priority=True),
    _A("app.suspend_process", "ctrl+z", "Suspend", "Back to the shell; fg returns.",
       Place.EVERYWHERE, shown=False, priority=True),
    _A("activity.copy", "y", "Copy as curl", "The request as curl, secrets as variables.",
       Place.ACTIVITY),
    _A("journal.open", "enter", "Open", "Show the write whole.", Place.JOURNAL),
    _A("journal.filter", "slash", "Filter", "Show only writes with these words; esc clears.",
       Place.JOURNAL),
    _A("journal.refresh", "r", "Refresh", "Read the journal again.", Place.JOURNAL),
    _A("form.review", "ctrl+s", "Review", "Show what would be sent, then save it.",
       Place.FORM, priority=True),
    _A("form.test", "ctrl+t", "Test", "Send a test email with what is typed here.",
       Place.FORM, priority=True),
    _A("form.revert", "ctrl+r", "Revert", "Put the opened value back in this field.",
       Place.FORM, priority=True),
    _A("form.preset", "ctrl+l", "Preset", "Fill host and port from a known provider.",
       Place.FORM, priority=True, shown=False),
    _A("form.back", "escape", "Leave", "Leave the form; asks if something changed.", Place.FORM),
    _A("dialog.cancel", "escape", "Cancel", "Back, with nothing done.", Place.REVIEW),
    _A("dialog.copy", "y", "Copy as curl", "The request as curl, secrets as variables.",
       Place.REVIEW),
    _A("test.edit", "e", "Edit", "Open the form on the parameter to look at.", Place.TEST),
    _A("test.again", "r,ctrl+t", "Again", "Send once more.", Place.TEST),
    _A("test.save", "ctrl+s", "Review and save", "Back to the form, to save what was tested.",
       Place.TEST, priority=True),
    _A("profiles.new", "n", "New", "A new profile: a host, and how to log in.", Place.PROFILES),
    _A("profiles.edit", "e", "Edit", "Change the profile.", Place.PROFILES),
    _A("profiles.clone", "c", "Clone", "A new profile like this one.", Place.PROFILES),
    _A("profiles.check", "x", "Check", "Try the profile step by step: name to list.",
       Place.PROFILES),
    _A("profiles.delete", "d", "Delete", "Delete the profile, after a question.",
       Place.PROFILES),
    _A("profiles.save", "ctrl+s", "Save", "Write the profile to the file.", Place.PROFILES,
       priority=True),
    _A("profiles.default", "D", "Default", "Start with this profile from now on.",
       Place.PROFILES),
    _A("secret.clear", "ctrl+n", "No password", "Clear the stored password when saved.",
       Place.SECRET, priority=True, shown=False),
    _A("secret.reveal", "ctrl+o", "Show typed", "Show what was just typed until the field is left.",
       Place.SECRET, priority=True, shown=False),
)  # fmt: skip

BY_ID: Final = {action.id: action for action in ACTIONS}


def bindings(*ids: str) -> list[BindingType]:
    """The bindings of these actions, for a screen's or widget's ``BINDINGS``."""
    return [BY_ID[one].binding() for one in ids]


_NEEDS_RECORD: Final = frozenset(
    {"record.open", "record.edit", "record.test", "record.clone", "record.delete", "record.copy"}
)
_NEEDS_ROWS: Final = frozenset({"table.filter", "table.sort", "table.reverse"})
"""With or before the rows: what is typed while they are read acts on them when they come."""
_WRITES: Final = frozenset(
    {
        "record.edit",
        "record.test",
        "record.new",
        "record.clone",
        "record.delete",
        "record.undo",
        "record.test_values",
        "form.review",
        "form.test",
    }
)


def unavailable(action_id: str, situation: Situation) -> str | None:
    """Why an action is not possible now, in words; None where it is."""
    reasons = (
        (action_id in _WRITES and situation.read_only, "This profile, or this run, is read-only."),
        (action_id in _NEEDS_RECORD and not situation.record, "No record is under the cursor."),
        (action_id == "table.mark_all" and not situation.rows, "There are no rows."),
        (
            action_id == "table.unreadable" and not situation.unreadable,
            "Every entry of the list could be read.",
        ),
        (
            action_id in _NEEDS_ROWS and not (situation.rows or situation.reading),
            "There are no rows.",
        ),
        (
            action_id in ("form.review", "form.test") and situation.busy,
            "A request is under way; wait for its outcome.",
        ),
        (
            action_id == "record.undo" and situation.created,
            "A create cannot be undone; delete the record.",
        ),
        (action_id == "record.undo" and not situation.undo, "Nothing was changed yet."),
        (
            action_id == "app.previous_profile" and not situation.previous_profile,
            "There is no profile before this one.",
        ),
        (
            action_id.startswith("secret.") and not situation.secret_field,
            "The cursor is not in a password field.",
        ),
    )
    return next((why for holds, why in reasons if holds), None)
