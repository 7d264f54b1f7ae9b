"""The completion of a shell: its script, and the names that the script asks for.

These are the names of profiles, and of the records that were read last. A shell asks at a key. So
no server is asked, little is imported, and whatever is wrong, there is just nothing to complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import smtp_tui
from smtp_tui.profiles.choosing import Known, NoSuchProfile
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.store import ProfileStore
from smtp_tui.state.files import FileProblem, config_directory, state_directory
from smtp_tui.state.names import NameStore

if TYPE_CHECKING:
    import argparse

SHARE: Final = Path(smtp_tui.__file__).parent / "share"
"""What is installed in ``share`` too: ``python -m tests.house.share`` writes it."""
SCRIPTS: Final = {
    "bash": SHARE / "bash-completion" / "completions" / "smtp-tui",
    "zsh": SHARE / "zsh" / "site-functions" / "_smtp-tui",
    "fish": SHARE / "fish" / "vendor_completions.d" / "smtp-tui.fish",
}
_PIECE: Final = re.compile(
    r"""(?P<blank>[ \t\n]+) | (?P<end>[;&|]+) | \\(?P<escaped>.?)
    | '(?P<single>[^']*)(?P<single_end>'?) | "(?P<double>(?:\\.|[^"\\])*\\?)(?P<double_end>"?)
    | (?P<plain>[^ \t\n;&|\\'"]+)""",
    re.VERBOSE | re.DOTALL,
)
_TO_ESCAPE: Final = re.compile(r"[^A-Za-z0-9_./+,\x80-\U0010ffff-]")
"""All but what means nothing to bash, wherever it stands."""
_SPECIAL: Final = {"'": {*"'"}, '"': {*'"$`\\!'}}
"""What means something to bash within quotes."""


_OPTIONS: Final = {"--profile=": "profiles", "--profiles=": "several", "--preset=": "presets"}
"""What kind of name follows an option in the same word."""


class Typed(NamedTuple):
    """A command line up to the cursor: the words before the last, and the last one.

    ``raw`` is the last one as it stands there; ``quote`` is the quote that is open at its end,
    ``mixed`` whether there is any other quote in it.
    """

    words: list[str]
    word: str
    raw: str
    quote: str
    mixed: bool


def print_script(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Print the script of a shell."""
    from smtp_tui.cli.say import show  # noqa: PLC0415 - not at a key

    show(SCRIPTS[options.shell].read_text(encoding="utf-8").rstrip("\n"))
    return 0


def print_names(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Print the names for ``SHELL KIND LINE BREAKS``, one a line; the answer is always 0.

    The kind is ``records``, ``profiles``, ``several`` profiles with commas between them, or
    ``presets``. Only bash does not choose and quote them itself, and says what breaks a word.
    """
    shell, kind, line, breaks, *_ = [*arguments, *("",) * 4]
    typed = taken_apart(line)
    for option, its_kind in _OPTIONS.items():
        if typed.raw.startswith(option):
            kind = its_kind
            typed = typed._replace(
                word=typed.word.removeprefix(option), raw=typed.raw.removeprefix(option)
            )
    with suppress(FileProblem, NoSuchProfile):
        names: Iterable[str] = filter(str.isprintable, _names(kind, typed, environ))
        for name in for_bash(names, typed, breaks) if shell == "bash" else names:
            print(name)
    return 0


def _names(kind: str, typed: Typed, environ: Mapping[str, str]) -> list[str]:
    if kind == "presets":
        from smtp_tui.mail.presets import presets  # noqa: PLC0415 - for this alone

        names = [preset.name for preset in presets().preset]
        as_typed = typed.word != typed.word.casefold()  # else in small letters, as the help has it
        return names if as_typed else [name.casefold() for name in names]
    known = Known(ProfileStore(config_directory(environ)).load(), environ)
    if kind == "records":
        store = NameStore(state_directory(environ))
        found = (store.of(profile.place) for profile in _profiles_among(typed.words, known))
        return [*dict.fromkeys(chain.from_iterable(found))]
    names = [profile.name for profile in known.with_broken]
    if kind == "several":
        done = typed.word[: typed.word.rfind(",") + 1]
        names = [done + name for name in names if "," not in name and name not in done.split(",")]
    return names


def _profiles_among(words: Sequence[str], known: Known) -> Iterable[Profile]:
    """The profiles that a line is about."""
    if "--all-profiles" in words:
        return known.all
    several = _value_of("--profiles", words)
    if several is not None:
        return [profile for profile in known.all if profile.name in several.split(",")]
    choice = known.chosen(_value_of("--profile", words))
    return () if choice is None else (choice.profile,)


def _value_of(option: str, words: Sequence[str]) -> str | None:
    """The last value of an option among the words."""
    found = None
    for word, following in zip(words, [*words[1:], None], strict=True):
        if word == option:
            found = following
        elif word.startswith(f"{option}="):
            found = word.partition("=")[2]
    return found


def taken_apart(line: str) -> Typed:
    """The last command of a line, as a shell understands its quotes."""
    words, raw, quote, mixed = [""], "", "", False
    for piece in _PIECE.finditer(line):
        kind = piece.lastgroup
        if piece["blank"] or piece["end"]:
            words = [*words, ""] if piece["blank"] else [""]
            raw, quote, mixed = "", "", False
            continue
        raw += piece[0]
        mixed = mixed or bool(quote) or piece["single_end"] == "'" or piece["double_end"] == '"'
        if kind == "single_end":
            words[-1] += piece["single"]
            quote = "" if piece["single_end"] else "'"
        elif kind == "double_end":
            words[-1] += re.sub(r'\\([$`"\\])', r"\1", piece["double"])
            quote = "" if piece["double_end"] else '"'
        else:
            words[-1] += piece["escaped"] or piece["plain"] or ""
        mixed = mixed or (bool(quote) and raw != piece[0])
    return Typed(words[:-1], words[-1], raw, quote, mixed)


def for_bash(names: Iterable[str], typed: Typed, breaks: str) -> Iterator[str]:
    """The names that begin like the word, as bash puts them in place of its last part.

    That part begins after an open quote, or after what breaks a word for bash; an @ belongs to it.
    Within quotes only a name that needs nothing but them is offered, and none where they are mixed.
    """
    if typed.mixed:
        return
    like = [name for name in names if name.startswith(typed.word)]
    if typed.quote:
        yield from (name for name in like if not {*name} & _SPECIAL[typed.quote])
        return
    characters = re.findall(r"\\.?|.", typed.raw, re.DOTALL)
    ends = (at + (c != "@") for at, c in enumerate(characters) if c in breaks)
    before = max(ends, default=0)
    yield from (_TO_ESCAPE.sub(r"\\\g<0>", name[before:]) for name in like)
