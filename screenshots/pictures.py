"""Which pictures there are: each shows a state of the program, at some sizes and in some looks.

How the program gets into a state stands in `story.py`, in the scene that shows the picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import zip_longest
from typing import Final


class Size(Enum):
    """Columns and rows."""

    SMALL = (80, 24)
    WIDE = (120, 40)
    TINY = (60, 20)

    @property
    def words(self) -> str:
        """As it stands in the names of the files."""
        return "{}x{}".format(*self.value)


class Look(Enum):
    """The colours of the program: the terminal's own, a theme, or none at all."""

    TERMINAL = ""
    LIGHT = "light"
    PLAIN = "no-colour"


BOTH: Final = (Size.SMALL, Size.WIDE)
SMALL: Final = (Size.SMALL,)
WIDE: Final = (Size.WIDE,)


@dataclass(frozen=True)
class Drawing:
    """One file: a picture at a size and in a look."""

    picture: str
    size: Size
    look: Look = Look.TERMINAL

    @property
    def file(self) -> str:
        """The name of the file."""
        return "-".join(filter(None, (self.picture, self.size.words, self.look.value))) + ".svg"

    @property
    def words(self) -> str:
        """Size and look, as a person reads them."""
        looks = {Look.LIGHT: ", light", Look.PLAIN: ", without colour"}
        return self.size.words + looks.get(self.look, "")


@dataclass(frozen=True)
class Picture:
    """A state in words, and what is drawn of it. In other looks it is drawn at 80x24."""

    words: str
    sizes: tuple[Size, ...] = SMALL
    in_all_looks: bool = False

    def drawings(self, name: str) -> Iterator[Drawing]:
        """All files of this picture."""
        yield from (Drawing(name, size) for size in self.sizes)
        if self.in_all_looks:
            yield from (Drawing(name, Size.SMALL, look) for look in (Look.LIGHT, Look.PLAIN))


PICTURES: Final[Mapping[str, Mapping[str, Picture]]] = {
    "Connections": {
        "connections": Picture("Connections, two of them marked", (*BOTH, Size.TINY), True),
        "filter": Picture("A filter, and what it matched", BOTH),
        "no-matches": Picture("A filter that matches nothing"),
        "reading": Picture("The list is being read"),
        "empty": Picture("A tenant without connections"),
        "stale": Picture("The rows of before, after an error", BOTH),
        "unreadable": Picture("Entries that cannot be read"),
        "read-only": Picture("A read-only profile says why a key does nothing"),
    },
    "A record": {
        "detail": Picture("Every parameter, and the last tests", BOTH),
        "copy": Picture("What can be copied of a record"),
        "edit": Picture("Two changes, and the request that saves them", BOTH, True),
        "field-error": Picture("A value that is refused"),
        "preset": Picture("The presets of providers, for a new record"),
        "leave": Picture("Leaving a form that holds changes"),
        "draft": Picture("What was typed before, offered again"),
    },
    "Before a write, and after it": {
        "review": Picture("The review of a change", BOTH, True),
        "review-protected": Picture("The review in a protected profile"),
        "review-delete": Picture("The review of a delete", SMALL, True),
        "conflict": Picture("The same parameter was changed by someone else", BOTH),
        "saved": Picture("A change was saved, and can be undone", WIDE),
    },
    "Many at once": {
        "edit-many": Picture("One change for many records, and the plan for it", BOTH),
        "plan": Picture("The review of a plan", BOTH, True),
        "plan-delete": Picture("The review of a plan that deletes"),
        "run": Picture("A run that has ended, with a failure", BOTH, True),
        "all-profiles": Picture("The records of all profiles", BOTH),
        "compare": Picture("Two profiles side by side", BOTH),
    },
    "Test email": {
        "test-ask": Picture("Which values, and to whom"),
        "test-sending": Picture("A mail is on its way"),
        "test-accepted": Picture("A mail server accepted it", BOTH),
        "test-rejected": Picture("The mail server rejected the login", BOTH, True),
        "test-unreachable": Picture("No mail server was reached"),
        "test-unknown": Picture("The answer was lost"),
    },
    "Probe": {
        "probe": Picture("A relay that answers, from here and for CAM", BOTH, True),
        "probe-only-here": Picture("Only this machine reaches it: a firewall", BOTH),
        "probe-only-cam": Picture("Only CAM reaches it, and another port answers", BOTH),
        "probe-certificate": Picture("A certificate that ends in 6 days", BOTH),
        "probe-dialogue": Picture("The dialogue word for word"),
    },
    "Profiles": {
        "profiles": Picture("Profiles, and which of their hosts answer", BOTH, True),
        "profile-form": Picture("All fields of a profile", WIDE),
        "profile-check": Picture("A profile that is checked step by step"),
        "first-start": Picture("The first start"),
        "first-start-found": Picture("What the first start found", WIDE),
        "start-problem": Picture("A start with a broken file"),
        "profiles-broken": Picture("The profiles of that file that are good"),
    },
    "Signing in": {
        "log-in": Picture("Logging in"),
        "token": Picture("A token is asked for"),
        "certificate": Picture("A certificate that is met for the first time"),
        "certificate-changed": Picture("A certificate that changed"),
    },
    "Logs and help": {
        "activity": Picture("Every request of this run", BOTH),
        "journal": Picture("Every write", WIDE),
        "journal-entry": Picture("One write, with all that is known of it"),
        "mailbox": Picture("The mailbox of the demo", WIDE),
        "help": Picture("The keys of a screen", BOTH),
        "palette": Picture("Every action by name"),
    },
}
"""The pictures by their names, in the parts of the contact sheet."""


def drawings() -> Iterator[Drawing]:
    """All files, in the order of the contact sheet."""
    for part in PICTURES.values():
        for name, picture in part.items():
            yield from picture.drawings(name)


def sheet() -> str:
    """The contact sheet: every picture, two beside each other."""
    lines = ["# All pictures", "", "Made by `python screenshots/make.py`, this page too.", ""]
    for title, part in PICTURES.items():
        lines += [f"## {title}", "", "| | |", "|---|---|", *_rows(part), ""]
    return "\n".join(lines)


def _rows(part: Mapping[str, Picture]) -> Iterator[str]:
    """First the pictures of more than one file, each in rows of its own, then the others."""
    cells = [[*_cells(name, picture)] for name, picture in part.items()]
    single = [cell for cell, *more in cells if not more]
    for group in (*(each for each in cells if len(each) > 1), single):
        for left, right in zip_longest(group[::2], group[1::2], fillvalue=""):
            yield f"| {left} | {right} |".replace("|  |", "| |")


def _cells(name: str, picture: Picture) -> Iterator[str]:
    for drawing in picture.drawings(name):
        words = f"{picture.words} ({drawing.words})"
        yield f"{words}<br>![{words}]({drawing.file})"
