"""One round of each measure: figures of ours, and of the base where the budget is a ratio."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import fmean, median

from tests.bench.budgets import TURNS, Group
from tests.bench.line import PATIENCE, QUIET, Answer, Line
from tests.bench.programs import FEW, ROOT, Bench, Side, Spent
from tests.bench.rows import name
from tests.bench.server import delayed, running

PROFILES, EACH = 12, 1_000
"""Lists that are read side by side, and the rows of each."""
SLOW = 0.5
"""Seconds that a host takes to answer."""
ONE_BY_ONE = "12 hosts that take 500 ms; base: a script, one host after the other"
PATCHED_OF = 3_500
"""Rows of which 1,000 have the port 25."""
AT_REST = 2.5
"""Seconds after the first rows in which the program has loaded its other screens, too."""
KEYS = 12
"""How often the cursor is moved down, and up again, without scrolling."""
BRIEF = 0.2
"""Seconds without a byte after which an answer in the table is whole."""
LONG = 1.0
"""The same for a DataTable of 10,000 rows, which goes on measuring rows when it has painted."""
COMMAND_TRIES = 5
"""How often a command is run for a figure."""
PAINTED = {Side.OURS: "NAME", Side.BASE: "base"}
"""What is on the screen once the first frame is: the heading of the rows to come, the title."""
SCREENS = {"e": "edit", "t": "test", "d": "delete", "?": "help", "enter": "detail"}
"""By key, the screens that are opened again."""
DIALOGS = "td?"
IDLE_SCREENS = ("", "enter", "e", "n", "t", "d", "p", "a", "y", "?", ":", "/")
"""The keys that lead to each screen from the connections."""
HANGING_KEYS = {
    "e": "Edit RELAY",
    "t": "Send to",
    "d": "Delete RELAY",
    "p": "this session only",
    "y": "curl",
    "?": "search the keys",
    ":": "Search for commands",
}
"""Keys that are pressed while a list hangs, and what each brings."""
STORY = (
    ("/", "000040", "1 of 100"),
    ("enter enter e", "", "Edit RELAY-000040"),
    ("tab", "588", '"value": 588'),
    ("ctrl+s", "", "Change RELAY-000040?"),
    ("enter", "", "Saved RELAY-000040"),
    ("t", "ops@example.com", "ops@example.com"),
    ("enter", "", "UNREACHABLE"),
)
"""Filter, open a record, edit, review, apply, test: keys, what is typed, and what it brings."""

MOVED = (
    ("", "", name(0)),
    ("down " * 3 * KEYS, "", name(3 * KEYS)),
    ("/", "port:25", "1,000 of"),
    ("enter *", "", "marked"),
    ("e", "", "What you leave alone stays"),
    ("tab ctrl+u", "2626", "2626"),
    ("ctrl+s", "", "WHAT WILL BE SENT"),
    ("enter", "", "done"),
)
"""A port is moved in the marked records: keys, what is typed, and what it brings.

These are the parts in `TURNS`.
"""


@dataclass(frozen=True)
class Figure:
    """One measured number, by what its row is called."""

    what: str
    value: float
    side: Side = Side.OURS


Figures = Iterator[Figure]


def top_row(number: int) -> Callable[[str], bool]:
    """Whether a row is on the screen, and no row before it."""
    return lambda screen: screen.find("RELAY-") == screen.find(name(number)) >= 0


def pressed(line: Line, *keys: str, quiet: float = BRIEF, of: str = "") -> Answer:
    """The mean of the answers to these keys, each pressed after the one before was answered.

    With ``of``, the mean of the answers to that key alone.
    """
    answers = [(key, line.answer(key, quiet=quiet)) for key in keys]
    meant = [answer for key, answer in answers if of in (key, "")]
    return Answer(*(fmean(values) for values in zip(*meant, strict=True)))


def figures(what: str, answer: Answer, side: Side = Side.OURS) -> Figures:
    """All that is known of an answer; some of it has no row."""
    yield Figure(f"{what}: settled", answer.settled, side)
    yield Figure(f"{what}: processor", answer.cpu, side)
    yield Figure(f"{what}: writes", answer.writes, side)
    yield Figure(f"{what}: bytes", answer.sent, side)


def start(bench: Bench) -> Figures:
    """From the start to the first frame and to the rows."""
    http, tls = "rows over http", "rows over pinned TLS"
    same = "rows over http, which the base reads with httpx"
    for side in Side:
        with bench.started(side, FEW) as line:
            paint, rows = line.until(PAINTED[side]), line.until(top_row(0))
            shown = line.since_start(rows)
            yield Figure("first paint", line.since_start(paint), side)
            yield Figure("first paint: processor", line.cpu_since_start(paint), side)
            for what in (http, tls) if side is Side.BASE else (http, same):
                yield Figure(what, shown, side)
                yield Figure(f"{what}: processor", line.cpu_since_start(rows), side)
            line.wait_quiet()
            yield Figure("peak memory", line.peak_mebibytes(), side)
    with bench.base(FEW, bench.server(FEW)) as line:
        yield Figure(same, line.since_start(line.until(top_row(0))), Side.BASE)
    with bench.ours(bench.server(FEW, tls=True)) as line:
        rows = line.until(top_row(0))
        yield Figure(tls, line.since_start(rows))
        yield Figure(f"{tls}: processor", line.cpu_since_start(rows))


def leave(bench: Bench) -> Figures:
    """From `q` to the end of the program; the base has a connection to close too."""
    server = bench.server(FEW)
    for what, seconds in (("quit to prompt", 2.0), ("quit half a second after the rows", 0.5)):
        for side in Side:
            base = side is Side.BASE
            with bench.base(FEW, server) if base else bench.ours(server) as line:
                line.until(top_row(0))
                line.pass_time(seconds)
                line.press("q")
                line.exit_code()
                yield Figure(what, line.milliseconds(), side)


def cursor(bench: Bench) -> Figures:
    """The cursor within the rows on the screen, and past the last of them."""
    for side in Side:
        with bench.started(side, FEW) as line:
            line.until(top_row(0))
            used = line.cpu_seconds()
            line.pass_time(AT_REST)
            used = line.cpu_seconds() - used
            yield Figure("the seconds before, to load other screens: processor", used * 1000, side)
            yield from figures("cursor", pressed(line, *["down"] * KEYS, *["up"] * KEYS), side)
            yield from figures("cursor, scrolling", scrolled(line), side)


def scrolled(line: Line) -> Answer:
    """The mean of moving the cursor down from the last row on the screen."""
    line.press(*["down"] * 2 * KEYS)
    line.wait_quiet()
    return pressed(line, *["down"] * 2 * KEYS)


def screens(bench: Bench) -> Figures:
    """Each screen opened again, and left."""
    with bench.ours(bench.server(FEW)) as line:
        line.until(top_row(0))
        left = {}
        for key, what in SCREENS.items():
            line.answer(key)
            line.answer("escape")
            yield from figures(f"{what} again", line.answer(key))
            left[key] = line.answer("escape").sent
        worst = max(left[key] for key in DIALOGS)
        yield Figure("Escape from a dialog, the worst: bytes", worst)


def key_bytes(bench: Bench) -> Figures:
    """What keys cost the line: in the table, in the form, and in a whole story."""
    yield from table_bytes(bench)
    yield from form_bytes(bench)
    yield Figure("a whole story", story(bench))


def table_bytes(bench: Bench) -> Figures:
    """Turning pages, and opening the filter."""
    with bench.ours(bench.server(FEW)) as line:
        line.until(top_row(0))
        yield Figure("page down", max(line.answer("pagedown").sent for _ in range(3)))
        before = line.lines()
        yield Figure("/", line.answer("/").sent)
        yield Figure("/ moves rows", moved(before, line.lines()))


def form_bytes(bench: Bench) -> Figures:
    """The edit form opened, gone through, typed into and reviewed."""
    with bench.ours(bench.server(FEW)) as line:
        line.until(top_row(0))
        yield Figure("edit, the first time", line.answer("e").sent)
        yield Figure("Tab in the form", max(line.answer("tab").sent for _ in range(4)))
        letters = [line.answer(letter).sent for letter in "username"]
        yield Figure("a letter in the form, live patch included", max(letters[1:]))
        yield Figure("review", line.answer("ctrl+s").sent)


def moved(before: Sequence[str], after: Sequence[str]) -> int:
    """How many lines with a row are not where they were."""
    rows = [(y, text) for y, text in enumerate(before) if "RELAY-" in text]
    return sum(y >= len(after) or after[y] != text for y, text in rows)


def story(bench: Bench) -> int:
    """The bytes of all of it, from the start to the end."""
    with running(FEW) as server, bench.ours(server) as line:
        line.until(top_row(0))
        for keys, typed, shows in STORY:
            line.press(*keys.split())
            line.type(typed)
            line.until(shows)
        line.press("escape")
        line.wait_gone("Test email")
        line.press("q", "q")
        line.exit_code()
        return line.mark()


def many(bench: Bench) -> Figures:
    """Rows, cursor and filter with ten thousand rows."""
    for side in Side:
        quiet = LONG if side is Side.BASE else BRIEF
        with bench.started(side, bench.many) as line:
            shown = line.since_start(line.until(top_row(0)))
            yield Figure("10,000 rows on the screen", shown, side)
            line.wait_quiet(2 * quiet, timeout=PATIENCE)
            yield from figures("10,000 rows, cursor", pressed(line, *["down"] * 3), side)
            yield from figures("10,000 rows, cursor, scrolling", scrolled(line), side)
            yield from figures("10,000 rows, filter letter", filtered(line, side, quiet), side)


def filtered(line: Line, side: Side, quiet: float) -> Answer:
    """The mean of what a letter in the filter brings: most leave all rows, the last leaves one."""
    line.answer("/", quiet=2 * quiet)
    if side is Side.OURS:  # the base shows no age
        line.wait_tick()
    letters = pressed(line, *name(7314), quiet=quiet)
    line.until(top_row(7314))
    return letters


def most(bench: Bench) -> Figures:
    """What a hundred thousand rows cost."""
    with bench.ours(bench.server(bench.most)) as line:
        line.until(top_row(0))
        line.wait_quiet(2)
        yield Figure("100,000 rows: peak memory", line.peak_mebibytes())
        yield from figures("100,000 rows, cursor", pressed(line, *["down"] * 3))
        line.wait_tick()
        detail = pressed(line, *["enter", "q"] * 3, quiet=QUIET, of="q")
        yield from figures("100,000 rows, leaving the detail with q", detail)
        yield from figures("100,000 rows, filter letter", filtered(line, Side.OURS, BRIEF))


def rest(bench: Bench) -> Figures:
    """Keys while a list hangs; and each screen while nobody touches it, all at the same time."""
    with running(FEW, hang=True) as server, bench.ours(server) as line:
        line.until(top_row(0))
        line.press("r")
        line.until("Reading the connections")
        times = []
        for key, shows in HANGING_KEYS.items():
            line.press(key)
            times.append(line.since_key(line.until(shows)))
            line.press("escape")
            line.wait_gone(shows)
        yield Figure("the slowest key while a list hangs", max(times))
    bench.server(FEW)
    with ThreadPoolExecutor(len(IDLE_SCREENS)) as pool:
        costs = list(pool.map(partial(_at_rest_on, bench), IDLE_SCREENS))
    sent, woken, used = map(max, zip(*costs, strict=True))
    yield Figure("idle in 10 s, the worst screen", sent)
    yield Figure("idle wake-ups, the worst screen", woken)
    yield Figure("idle processor, the worst screen", used)


def _at_rest_on(bench: Bench, key: str) -> tuple[float, float, float]:
    with bench.ours(bench.server(FEW)) as line:
        line.until(top_row(0))
        line.wait_quiet()
        line.press(*[key] * bool(key))
        line.wait_quiet(1)
        return at_rest(line, bench.idle)


def at_rest(line: Line, seconds: float) -> tuple[float, float, float]:
    """Bytes in 10 seconds, wake-ups in one, and the share of a processor in percent."""
    mark, woken, used, since = line.mark(), line.wakeups(), line.cpu_seconds(), time.perf_counter()
    line.pass_time(seconds)
    passed = time.perf_counter() - since
    used, woken = line.cpu_seconds() - used, line.wakeups() - woken
    return (line.mark() - mark) * 10 / max(10, passed), woken / passed, used / passed * 100


def commands(bench: Bench) -> Figures:
    """Commands against what does as much without the program."""
    server = bench.server(FEW)

    def taken(*argv: str | Path) -> Spent:
        tries = [bench.spent(argv, server) for _ in range(COMMAND_TRIES)]
        return Spent(*(median(values) for values in zip(*tries, strict=True)))

    script = taken(bench.python, ROOT / "tests" / "bench" / "script.py", server.url)
    curl = taken("curl", "-s", "-H", f"Authorization: Bearer {server.token}", server.url)
    listed, what = taken(bench.program, "list").cpu, "list: processor; base: "
    for base, named in ((script, "a bare httpx script"), (curl, "curl")):
        yield Figure(what + named, listed)
        yield Figure(what + named, base.cpu, Side.BASE)
    bare = taken(bench.python, "-c", "pass").wall
    for option in ("--version", "--help"):
        yield Figure(f"{option}; base: python -c pass", taken(bench.program, option).wall)
        yield Figure(f"{option}; base: python -c pass", bare, Side.BASE)


def all_profiles(bench: Bench) -> Figures:
    """Many short lists side by side, and one host that never answers, against one long list."""
    whole, part = bench.server(PROFILES * EACH), bench.server(EACH)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        several = replace(part, profiles=side_by_side(part.profiles, silent_url))
        for side, server in ((Side.BASE, whole), (Side.OURS, several)):
            with bench.ours(server, *["--all"] * (side is Side.OURS)) as line:
                shown = line.since_start(line.until(f"Connections {PROFILES * EACH:,}"))
                yield Figure("all profiles: rows on the screen", shown, side)
                yield Figure("all profiles: peak memory", line.peak_mebibytes(), side)


def on_host(profiles: str, url: str) -> str:
    """A profiles file that leads to another host."""
    return re.sub('host = ".*"', f'host = "{url}"', profiles)


def side_by_side(profiles: str, *urls: str) -> str:
    """A profiles file with the one of a server so many times, and one on each of these hosts."""
    head, _, profile = profiles.partition("[profiles.bench]")
    others = [on_host(profile, url) for url in urls]
    every = enumerate([*[profile] * PROFILES, *others])
    texts = [f"[profiles.bench-{number:02}]{each}" for number, each in every]
    return "".join([head.replace('"bench"', '"bench-00"'), *texts])


def hosts(bench: Bench) -> Figures:
    """Hosts that take a while: together, and each after the other."""
    server = bench.server(FEW)
    with (
        delayed(server.host, SLOW) as slow,
        socket.create_server(("127.0.0.1", 0)) as silent,
    ):
        with bench.ours(replace(server, profiles=on_host(server.profiles, slow))) as line:
            alone = line.since_start(line.until(f"Connections {FEW:,}"))
        others = f"http://127.0.0.1:{silent.getsockname()[1]}", slow
        several = replace(server, profiles=side_by_side(server.profiles, *others))
        with bench.ours(several, "--all") as line:
            shown = line.since_start(line.until(f"Connections {FEW * (PROFILES + 1):,}"))
        yield Figure("12 quick hosts, a silent and a slow one: behind the slow one", shown - alone)
        every = replace(server, profiles=side_by_side(on_host(server.profiles, slow)))
        with bench.ours(every, "--all") as line:
            together = line.since_start(line.until(f"Connections {FEW * PROFILES:,}"))
        yield Figure(ONE_BY_ONE, together)
        urls = [server.url.replace(server.host, slow)] * PROFILES
        script: list[str | Path] = [bench.python, ROOT / "tests" / "bench" / "script.py", *urls]
        yield Figure(ONE_BY_ONE, bench.spent(script, server).wall, Side.BASE)


def turns(bench: Bench) -> Figures:
    """How long the event loop is busy at once while a port is moved in 1,000 records."""
    with running(PATCHED_OF) as server:
        for side in Side:
            steps = MOVED if side is Side.OURS else MOVED[:2]
            rows = PATCHED_OF if side is Side.BASE else None
            with bench.watched(server, rows) as (line, noted):
                line.until(top_row(0))
                for what, (keys, typed, shows) in zip(TURNS, steps, strict=False):
                    line.press(*keys.split())
                    line.type(typed)
                    line.until(shows)
                    line.wait_quiet(LONG)
                    most = noted.longest()
                    yield Figure(f"{what}: longest turn", most.wall, side)
                    yield Figure(f"{what}: longest turn, processor", most.cpu, side)


def patches(bench: Bench) -> Figures:
    """A port is moved in 1,000 records, and back by each base."""
    server = bench.server(PATCHED_OF)
    match = "--match", "port=25", "port=2626", "--yes", "--force"
    script = bench.python, ROOT / "tests" / "bench" / "patches.py", server.url, "2626", "25"
    for base, options in (
        ("a bare httpx script", ()),
        ("one that connects for each request, too", ("anew",)),
        ("a loop of curl", ("curl",)),
    ):
        ours = bench.spent((bench.program, "set", *match), server)
        theirs = bench.spent((*script, *options), server)
        for side, spent in ((Side.OURS, ours), (Side.BASE, theirs)):
            yield Figure(f"set --match; base: {base}", spent.wall, side)
            yield Figure(f"set --match: processor; base: {base}", spent.cpu, side)


MEASURES: Mapping[Group, Callable[[Bench], Figures]] = {
    Group.START: start,
    Group.QUIT: leave,
    Group.CURSOR: cursor,
    Group.SCREENS: screens,
    Group.COMMANDS: commands,
    Group.MANY: many,
    Group.BYTES: key_bytes,
    Group.MOST: most,
    Group.REST: rest,
    Group.TURNS: turns,
    Group.PATCHES: patches,
    Group.ALL: all_profiles,
    Group.HOSTS: hosts,
}
ONCE = (Group.BYTES, Group.MOST, Group.REST)
"""Measures that take long or vary little."""
