"""``probe``: look at relays from this machine. No mail is sent; an address asks nothing of CAM."""

from __future__ import annotations

import argparse
import asyncio
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from smtp_tui.api.clock import Clock
from smtp_tui.cli.exit_codes import ExitCode, Refusal, UsageError
from smtp_tui.cli.failing import EXPECTED, tell
from smtp_tui.cli.many import Sessions, begin_many, worst
from smtp_tui.cli.output import show_line, show_many
from smtp_tui.cli.probe_arguments import (
    asked,
    check_options,
    thresholds,
    told_apart,
    wants_records,
    wants_several,
)
from smtp_tui.cli.probe_formats import (
    HOW,
    Looked,
    Named,
    dialogue_text,
    result_text,
    shown_probe,
    step_text,
    summary,
    title,
)
from smtp_tui.cli.probe_monitors import State, nagios_line, prometheus_text, unknown_line
from smtp_tui.cli.running import Environ
from smtp_tui.cli.say import columns, inform, say, show, warn
from smtp_tui.cli.signals import run_until_told
from smtp_tui.cli.wanted import Wanted, wanted_of
from smtp_tui.probe.model import CANNOT_REACH, Address, Ask, BadAddress, Limits, Probe, Reason
from smtp_tui.probe.names import Names
from smtp_tui.probe.prober import Prober
from smtp_tui.profiles.choosing import NoSuchProfile
from smtp_tui.state.files import FileProblem, state_directory, write_public
from smtp_tui.state.history import TestHistory
from smtp_tui.text import clean, record_name
from smtp_tui.workflows.probe_record import ask_of

AT_ONCE: Final = 4
"""So many hosts are probed side by side."""
_NOT_SPOKEN: Final = CANNOT_REACH | {
    *(Reason.SILENT, Reason.UNFINISHED, Reason.TOO_LONG),
    *(Reason.CLOSED, Reason.NOT_SMTP, Reason.UNASKED),
}
"""Nothing of a mail server was seen, or it did not speak SMTP to the end. After any other reason a
mail server was there, and something was refused, failed or would have been unsafe."""


class _Relays(Struct):
    """What is asked of each address, once, with the records that lead there."""

    asked: Ask
    found: dict[tuple[str, int], tuple[Ask, list[Named]]] = field(default_factory=dict)

    def add(self, address: Address, named: Named | None = None) -> None:
        """Add an address; one that is there already gets the record only."""
        key = address.hostname.rstrip(".").casefold(), address.port
        _, records = self.found.setdefault(key, (replace(self.asked, address=address), []))
        if named is not None:
            records.append(named)


def probe(options: argparse.Namespace, environ: Environ) -> int:
    """Probe what is named, and print it in the wanted format."""
    if options.format != "nagios":
        looked, rest = _looked(options, environ)
        _print(options, looked)
        return worst((rest, *(code_of(each.probe) for each in looked)))
    try:
        limits = thresholds(options)
        looked, rest = _looked(options, environ)
    except EXPECTED as error:
        show(unknown_line(str(error)))
        tell(error)
        return State.UNKNOWN
    state, line = nagios_line(looked, limits, whole=rest is ExitCode.OK)
    show(line)
    return state


def code_of(probe: Probe) -> ExitCode:
    """What a probe came to; what is only worth a note is good."""
    if probe.failure is None:
        return ExitCode.OK
    unseen = probe.failure.reason in _NOT_SPOKEN
    return ExitCode.MAIL_UNREACHABLE if unseen else ExitCode.MAIL_REJECTED


def _looked(options: argparse.Namespace, environ: Environ) -> tuple[list[Looked], ExitCode]:
    """Probe everything; and what went wrong with profiles and records before a probe."""
    addresses, names = told_apart(options.values)
    check_options(options, addresses, names)
    relays = _Relays(asked(options))
    for address in addresses:
        relays.add(address)
    looked: list[Looked] = []

    async def look() -> None:
        """Probe all that was found."""
        looked.extend(await _probe_all(options, relays))

    if not wants_records(options, names):
        run_until_told(look())
        return looked, ExitCode.OK

    async def work(sessions: Sessions) -> None:
        """Read the records, and probe where they lead."""
        await _add_records(sessions, wanted, environ, relays)
        await look()

    try:
        wanted = wanted_of(options, names)
        return looked, begin_many(options, environ).do(work)
    except (NoSuchProfile, Refusal) as problem:
        code = problem.code if isinstance(problem, Refusal) else ExitCode.USAGE
        if names and (isinstance(problem, NoSuchProfile) or code is ExitCode.NOT_FOUND):
            raise Refusal(f"{problem}; a host needs its port: mail.example.com:25", code) from None
        raise


async def _add_records(
    sessions: Sessions, wanted: Wanted, environ: Environ, relays: _Relays
) -> None:
    """Read the records, and add where they lead; of one that leads nowhere it is told why."""
    found = sessions.each_once(wanted.of(await sessions.lists()))
    if not any(found.values()):
        sessions.many.tell_none(asked=wanted.some)
    history = TestHistory(state_directory(environ))
    try:
        await asyncio.to_thread(history.load)
    except FileProblem as problem:
        warn(f"what CAM's last test emails came to is not known: {problem}")
    for profile, records in found.items():
        for record in records:
            try:
                address = ask_of(record.plain_values()).address
            except BadAddress as problem:
                say(f"{profile} · {record_name(record.name, record.id)}: {problem}")
                sessions.many.codes.append(ExitCode.FAILED)
                continue
            newest = history.newest(sessions.by_profile[profile].key(record.id))
            run = newest.run if newest is not None else None
            relays.add(address, Named(profile, record.id, record.name, run))


async def _probe_all(options: argparse.Namespace, relays: _Relays) -> list[Looked]:
    """Probe every address, at most :data:`AT_ONCE` side by side."""
    if relays.asked.password is not None and len(relays.found) > 1:
        raise UsageError("--login is for one host: its password goes to no other")
    prober, gate = Prober(Clock(), Names(), Limits()), asyncio.Semaphore(AT_ONCE)
    others = options.format in (None, "text")
    steps = _Steps() if others and not options.json and not wants_several(options) else None

    async def look(ask: Ask, records: list[Named]) -> Looked:
        """Probe one address."""
        async with gate:
            tell = (lambda probe: None) if steps is None else steps.tell
            found = Looked(await prober.probe(ask, tell, others=others), tuple(records))
        if options.jsonl:
            show_line(options, shown_probe(found))
        return found

    return await asyncio.gather(*(look(*each) for each in relays.found.values()))


class _Steps:
    """Prints each step of one probe as it ends."""

    def __init__(self) -> None:
        self._told = 0

    def tell(self, probe: Probe) -> None:
        """Print the steps that are new."""
        if not self._told and probe.steps:
            show(title(probe))
        for step in probe.steps[self._told :]:
            show(step_text(step, columns()))
        self._told = len(probe.steps)


# What is printed at the end


def _print(options: argparse.Namespace, looked: list[Looked]) -> None:
    """Print what was found, but for the steps of a single probe, which were printed."""
    if not looked:
        inform("Nothing was probed.")
    if options.format == "prometheus":
        if looked:
            _write(options, prometheus_text(looked, Clock().now()))
    elif options.json:
        if not options.jsonl:
            show_many(options, map(shown_probe, looked))
    elif wants_several(options):
        _print_several(options, looked)
    else:
        for each in looked:
            if options.dialogue:
                show(dialogue_text(each.probe))
            show(result_text(each, columns()))


def _print_several(options: argparse.Namespace, looked: list[Looked]) -> None:
    if looked:
        show(summary(looked))
    for each in looked:
        address = clean(each.probe.ask.address.text)
        if options.dialogue:
            show(f"\n{address}\n{dialogue_text(each.probe)}")
        if each.probe.suggestion is not None:
            inform(f"{address}: {each.probe.suggestion.told(HOW)}")


def _write(options: argparse.Namespace, text: str) -> None:
    """Write to stdout or to a file, which an exporter reads while it is replaced."""
    if options.output is None:
        show(text.rstrip("\n"))
    else:
        write_public(options.output, text)
