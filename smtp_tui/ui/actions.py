"""The table of actions: id, keys, label, help, and what each needs to be possible.

Key bindings, the key line, the help and the command palette are all drawn from ``ACTIONS``. To add
an action, add a row here and a method ``action_<verb>`` to the screen of its place; list the id in
the screen's ``KEYS`` if it belongs on the key line. Commands read the table too, so nothing here
imports Textual when it is loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from smtp_tui.ui.terminal.key_names import sign_of

if TYPE_CHECKING:
    from textual.binding import Binding, BindingType


class Place(Enum):
    """Where an action works, by the first part of its id; the values are headings of the help."""

    RECORD = "A record"
    DETAIL = "A record, opened"
    TABLE = "Connections"
    ALL = "All profiles"
    ACTIVITY = "Activity"
    JOURNAL = "Journal"
    FORM = "In a form"
    SECRET = "In a password field"
    DIALOG = "Review"
    TEST = "Test email"
    PROBE = "Probe"
    PROFILES = "Profiles"
    PLAN = "Review of a plan"
    RUN = "Run"
    COMPARE = "Compare"
    APP = "Everywhere"


class Situation(Struct, frozen=True):
    """What decides which actions are possible now.

    ``record``: one is under the cursor. ``rows``: some were read. ``reading``: they are being read.
    ``unreadable``: some entries of the list are. ``read_only``: nothing may be stored;
    ``read_only_run``: because the program was started so.
    ``test_emails``: they may be sent. ``busy``: a request is under way. ``undo``: there was a
    change. ``created``: it was a create, which cannot be undone. ``marked``: so many records are.
    ``run_ended``: the run shown is not under way. ``can_retry``: something of it can be tried.
    ``goes_on``: it would go on, and nothing would be tried again. ``stops``: the key that goes back
    stops it first.
    """

    record: bool = False
    rows: bool = False
    unreadable: bool = False
    reading: bool = False
    read_only: bool = False
    read_only_run: bool = False
    test_emails: bool = True
    busy: bool = False
    undo: bool = False
    created: bool = False
    previous_profile: bool = False
    secret_field: bool = False
    clearable: bool = False
    marked: int = 0
    run_ended: bool = False
    can_retry: bool = False
    goes_on: bool = False
    stops: bool = False


class Need(Struct, frozen=True):
    """What an action needs: why it is not possible without, and whether the situation has it.

    It is asked for every key of a screen at every move of its cursor.
    """

    why: str
    met: Callable[[Situation], bool]


_RUN: Final = Need("This run is read-only.", lambda now: not now.read_only_run)
_WRITE: Final = Need("This profile is read-only.", lambda now: not now.read_only)
_TEST: Final = Need("This profile allows no test emails.", lambda now: now.test_emails)
_RECORD: Final = Need("No record is under the cursor.", lambda now: now.record)
_RECORDS: Final = Need("No record is under the cursor.", lambda now: now.record or now.marked > 0)
_SHOWN_ROWS: Final = Need("There are no rows to mark.", lambda now: now.rows)
# Keys typed while rows are being read act on them when they arrive.
_ROWS: Final = Need("There are no rows.", lambda now: now.rows or now.reading)
_UNREADABLE: Final = Need("All entries could be read.", lambda now: now.unreadable)
_IDLE: Final = Need("A request is under way; wait for its outcome.", lambda now: not now.busy)
_UNDOABLE: Final = Need(
    "A create cannot be undone; delete the record.", lambda now: not now.created
)
_CHANGE: Final = Need(
    "No single change to undo since this profile was opened.", lambda now: now.undo
)
_PREVIOUS: Final = Need("There is no previous profile.", lambda now: now.previous_profile)
_RUN_ENDED: Final = Need("The run is under way.", lambda now: now.run_ended)
_RETRY: Final = Need("Nothing is left, and nothing can be retried.", lambda now: now.can_retry)
_CLEARABLE: Final = Need(
    "The cursor is not in a password field, nor in one whose values differ.",
    lambda now: now.clearable,
)
_SECRET: Final = Need("The cursor is not in a password field.", lambda now: now.secret_field)


class Action(Struct, frozen=True):
    """One thing a person can do. ``id`` is ``place.verb``; ``keys`` are Textual's names.

    A ``priority`` action works whatever has the focus. One for ``many`` acts on the marked records.
    ``called`` is what it is called in some situations instead; blank in the others.
    """

    id: str
    keys: str
    label: str
    help: str
    needs: tuple[Need, ...] = ()
    priority: bool = False
    many: bool = False
    called: Callable[[Situation], str] = lambda now: ""

    def label_now(self, situation: Situation) -> str:
        """What it does now, with the number of records that it acts on where they are marked."""
        label = self.called(situation) or self.label
        counted = self.many and situation.marked
        return f"{label} {situation.marked:,}" if counted else label

    @property
    def place(self) -> Place:
        """Where it works."""
        return Place[self.id.partition(".")[0].upper()]

    @property
    def verb(self) -> str:
        """The name of its method, without ``action_``."""
        return self.id.partition(".")[2]

    @property
    def key_display(self) -> str:
        """All keys, as a person reads them."""
        return " ".join(spoken(key) for key in self.keys.split(","))

    @property
    def first_key(self) -> str:
        """The first key, for the key line."""
        return spoken(self.keys.split(",")[0])

    @property
    def last_key(self) -> str:
        """The last key; of several it is the one that works in an input too."""
        return spoken(self.keys.split(",")[-1])

    def unavailable(self, situation: Situation) -> str | None:
        """Return why it is not possible now, or None where it is."""
        return next((need.why for need in self.needs if not need.met(situation)), None)

    def binding(self) -> Binding:
        """Return it as Textual binds it."""
        from textual.binding import Binding  # noqa: PLC0415 - commands do without Textual

        return Binding(
            self.keys,
            self.verb,
            self.label,
            key_display=self.first_key,
            priority=self.priority,
            id=self.id,
        )


_A = Action
ACTIONS: Final[tuple[Action, ...]] = (
    _A("record.open", "enter", "Open", "Show every parameter of the record.", (_RECORD,)),
    _A("record.edit", "e", "Edit", "Change parameters; only changes are sent.",
       (_RUN, _WRITE, _RECORDS), many=True),
    _A("record.test", "t", "Test", "Send a test email with the saved record.", (_TEST, _RECORDS),
       many=True),
    _A("record.probe", "x", "Probe",
       "Look at the mail server from this machine; no mail is sent.", (_RECORD,)),
    _A("record.new", "n", "New", "Create a record from scratch or a preset.", (_RUN, _WRITE,)),
    _A("record.clone", "c", "Clone", "Copy this record, without its password.",
       (_RUN, _WRITE, _RECORD)),
    _A("record.delete", "d", "Delete", "After a review, which says what is lost.",
       (_RUN, _WRITE, _RECORDS), many=True),
    _A("record.undo", "u", "Undo", "Reverse the last change, after a review.",
       (_RUN, _WRITE, _UNDOABLE, _CHANGE)),
    _A("record.test_values", "T", "Test values", "Send a test email with unsaved values.",
       (_TEST, _RUN, _WRITE)),
    _A("record.copy", "y", "Copy", "As curl (pressed twice), command, JSON or id.", (_RECORDS,),
       many=True),
    _A("record.copy_to", "C", "Copy to", "To another profile, where the same name is changed.",
       (_RECORDS,), many=True),
    _A("detail.next", "J", "Next", "The record after this one in the list."),
    _A("detail.previous", "K", "Previous", "The record before this one in the list."),
    _A("table.filter", "slash", "Filter", "Words, or terms such as port:587; esc clears.",
       (_ROWS,)),
    _A("table.sort", "s", "Sort", "By the next column.", (_ROWS,)),
    _A("table.reverse", "S", "Reverse", "In the opposite order.", (_ROWS,)),
    _A("table.mark", "space", "Mark", "The row, and go on.", (_SHOWN_ROWS,)),
    _A("table.mark_all", "asterisk,ctrl+a", "Mark all", "All rows that are shown, or none.",
       (_SHOWN_ROWS,)),
    _A("table.range", "V", "Mark range", "From here to the cursor; again ends it, esc undoes it.",
       (_SHOWN_ROWS,)),
    _A("table.beside", "tab", "Detail", "To the record beside the list, and back."),
    _A("table.refresh", "r", "Refresh", "Read the list again; cursor and marks stay."),
    _A("table.drafts", "D", "Drafts", "Show unsaved forms, to resume or discard them.",
       (_RUN, _WRITE,)),
    _A("table.unreadable", "U", "Unreadable", "Show the entries that could not be read.",
       (_UNREADABLE,)),
    _A("plan.drop", "x,space", "Drop", "Leave the record or fold out, or take it back."),
    _A("plan.filter", "slash", "Search", "Show only what holds these words; esc clears."),
    _A("plan.save", "w", "Save", "Write the plan as JSON, without secrets."),
    _A("run.failures", "f", "Failures", "Show only what failed or is unknown, or all again."),
    _A("run.retry", "r", "Retry", "Do what is left, and what failed with nothing done.",
       (_RUN_ENDED, _RETRY), called=lambda now: "Go on" if now.goes_on else ""),
    _A("run.filter", "slash", "Filter", "Show only outcomes with these words; esc clears."),
    _A("run.copy", "y", "Copy", "The outcomes, as text or JSON."),
    _A("run.save", "w", "Save", "Write the outcomes as JSON."),
    _A("app.run", "R", "Run", "Show the run, or offer the rest of one that ended early."),
    _A("all.states", "i", "States", "How each profile stands; enter signs in, or reads it again."),
    _A("app.profiles", "p", "Profiles", "Choose another host, tenant or team."),
    _A("app.previous_profile", "minus", "Previous profile", "Switch back to it.",
       (_PREVIOUS,)),
    _A("app.compare", "equals_sign", "Compare", "This profile with another one, or with a file."),
    _A("app.all_profiles", "P", "All profiles", "Show the records of all profiles in one table."),
    _A("app.activity", "a", "Activity", "Show the requests of this session, without secrets."),
    _A("app.journal", "A", "Journal", "Show your writes and their outcomes."),
    _A("app.script", "exclamation_mark", "Script", "What this session changed, as commands."),
    _A("app.mailbox", "m", "Mailbox", "Show the mail that the demo's mail server received."),
    _A("app.help", "question_mark", "Help", "Show the keys of this screen."),
    _A("app.command_palette", "colon,ctrl+p", "Commands", "Find any action by its name."),
    _A("app.back", "q,h,left,backspace,escape", "Back",
       "Go one step back; on the connections, q quits.",
       called=lambda now: "Stop" if now.stops else ""),
    _A("app.redraw", "ctrl+l", "Redraw", "Draw the whole screen again."),
    _A("app.leave", "ctrl+c", "Quit", "Asks first if something is not saved.", priority=True),
    _A("app.suspend_process", "ctrl+z", "Suspend", "Back to the shell; fg returns.",
       priority=True),
    _A("activity.copy", "y", "Copy",
       "The request as curl or command, secrets as variables; or the answer."),
    _A("compare.to_right", "greater_than_sign", "Make right like left",
       "Plan that for the marked records, or the one under the cursor."),
    _A("compare.to_left", "less_than_sign", "Make left like right", "The same the other way."),
    _A("compare.mark", "space", "Mark", "The row, and go on."),
    _A("compare.mark_all", "asterisk,ctrl+a", "Mark all", "All rows that are shown, or none."),
    _A("compare.same", "full_stop", "Same too", "Show or hide records that are the same."),
    _A("compare.filter", "slash", "Filter", "Show only rows with these words; esc clears."),
    _A("compare.refresh", "r", "Refresh", "Read both sides again."),
    _A("journal.open", "enter", "Open", "Show all details of the write."),
    _A("journal.filter", "slash", "Filter", "Show only writes with these words; esc clears."),
    _A("journal.refresh", "r", "Refresh", "Read the journal again."),
    _A("form.review", "ctrl+s", "Review", "Show what would be sent, then save it.",
       (_RUN, _WRITE, _IDLE), priority=True),
    _A("form.test", "ctrl+t", "Test",
       "Send a mail with the values in this form; the next goes to the same address at once.",
       (_TEST, _RUN, _WRITE, _IDLE), priority=True),
    _A("form.revert", "ctrl+r", "Revert", "Restore the original value of this field.",
       priority=True),
    _A("form.preset", "ctrl+g", "Preset", "Fill host and port from a known provider.",
       priority=True),
    _A("form.back", "escape", "Leave", "Back; asks first if something changed."),
    _A("dialog.cancel", "escape", "Cancel", "Go back without doing anything."),
    _A("dialog.copy", "y", "Copy", "The request as curl or command, secrets as variables."),
    _A("test.edit", "e", "Edit", "Open the form at the parameter to check."),
    _A("test.again", "r,ctrl+t", "Again", "Send the test again."),
    _A("test.save", "ctrl+s", "Review and save", "Back to the form, to save what was tested.",
       priority=True),
    _A("test.probe", "x,ctrl+y", "Probe", "Look at the mail server with these values; no mail."),
    _A("probe.again", "r", "Again", "Probe once more."),
    _A("probe.dialogue", "d", "Dialogue", "Every line that was said, secrets masked."),
    _A("probe.copy", "y", "Copy", "The dialogue (pressed twice)."),
    _A("probe.login", "l", "Login, recipient",
       "Try a login, ask for a recipient, or choose when TLS begins; no mail."),
    _A("probe.allow", "s", "Send password", "Where it is not safe; asks first, for one probe."),
    _A("probe.edit", "e", "Edit", "Open the form at the parameter to check."),
    _A("profiles.new", "n", "New", "Set up a host, and how to log in."),
    _A("profiles.edit", "e", "Edit", "Change the profile."),
    _A("profiles.clone", "c", "Clone", "A new profile like this one."),
    _A("profiles.check", "x", "Check", "Try the profile step by step, from name to list."),
    _A("profiles.delete", "d", "Delete", "Asks first."),
    _A("profiles.save", "ctrl+s", "Save", "Write the profile to the file.", priority=True),
    _A("profiles.default", "D", "Default", "Use this profile when smtp-tui starts."),
    _A("secret.clear", "ctrl+n", "Clear", "Remove a password; blank a value that differs.",
       (_CLEARABLE,), priority=True),
    _A("secret.reveal", "ctrl+o", "Show typed", "In plain text until the field is left.",
       (_SECRET,), priority=True),
)  # fmt: skip

IN_A_LIST: Final = (
    ("j k ↑ ↓", "Move the cursor"),
    ("g G", "First and last row"),
    ("PgDn ctrl+f", "A page down"),
    ("PgUp ctrl+b", "A page up"),
    ("ctrl+d", "Half a page down"),
    ("ctrl+u", "Half a page up"),
    ("shift+↑ shift+↓", "Mark rows on the way"),
    ("3j 5G", "A number before a key: three rows down, the fifth row"),
    ("/", "After a filter only matches are shown; j and k move between them"),
)
"""The keys of every table, which are no actions, for the help."""

BY_ID: Final = {action.id: action for action in ACTIONS}
_SPOKEN: Final = {
    "escape": "esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "down": "↓",
    "up": "↑",
    "left": "←",
}


def spoken(key: str) -> str:
    """Return a key of Textual as a person reads it."""
    return _SPOKEN.get(key) or sign_of(key) or key


def ids_in(*places: Place) -> tuple[str, ...]:
    """Return the ids of all actions of these places, for a screen's ``ACTIONS``."""
    return tuple(action.id for action in ACTIONS if action.place in places)


_OF_EACH_SCREEN: Final = ("app.command_palette", "app.back")
APP_ACTIONS: Final = tuple(each for each in ids_in(Place.APP) if each not in _OF_EACH_SCREEN)
"""The actions of the app itself; the palette does not offer itself, and screens go back."""


def bindings(*ids: str) -> list[BindingType]:
    """Return the bindings of these actions, for ``BINDINGS`` of a screen or widget."""
    return [BY_ID[action_id].binding() for action_id in ids]
