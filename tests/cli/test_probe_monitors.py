"""`probe --format`: a plugin's line and an exposition, each read by a strict parser of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smtp_tui.api.tls import Certificate
from smtp_tui.cli.probe_formats import Looked, Named
from smtp_tui.cli.probe_monitors import State, Thresholds, nagios_line, prometheus_text
from smtp_tui.probe.model import Address, Ask, Failure, Probe, Reason, Step, StepResult, TlsFound
from smtp_tui.probe.model import Result as StepEnd
from smtp_tui.text import clean
from tests.cli.console import Console
from tests.cli.test_many import add_profile
from tests.cli.test_probe import add, address, closed_port, started, verbs
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.house.blocks import named
from tests.probe.test_cases import greets, plain, starttls

NAGIOS = ("--format", "nagios")
PROMETHEUS = ("--format", "prometheus")
NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
RANGE = rf"@?(?:{NUMBER}:|~:)?(?:{NUMBER})?"
PERFDATA = re.compile(
    rf"('[^'=|]+'|[^\s'=|]+)=({NUMBER})(s|%|)(?:;({RANGE})(?:;({RANGE})(?:;({NUMBER}))?)?)?"
)


@pytest.fixture
def relays() -> Iterator[ExitStack]:
    """Holds the relays of a test."""
    with ExitStack() as opened:
        yield opened


def read_line(out: str) -> tuple[str, str, dict[str, tuple[str, ...]]]:
    """State, words and performance data of a plugin's line; fails where it is none."""
    assert out.count("\n") == 1
    assert out.isprintable() or out[:-1].isprintable()
    said, bar, data = out.rstrip("\n").partition("|")
    assert "|" not in data
    match = re.fullmatch(r"SMTP (OK|WARNING|CRITICAL|UNKNOWN) - (\S.*)", said.rstrip())
    assert match is not None, out
    found = {}
    for part in data.split() if bar else []:
        value = PERFDATA.fullmatch(part)
        assert value is not None, part
        assert value[1] not in found
        found[value[1].strip("'")] = (*(each or "" for each in value.groups()[1:]),)
    assert bool(found) is bool(bar)
    return match[1], match[2], found


def test_a_good_relay_is_one_line_with_what_was_measured(
    empty_console: Console, relays: ExitStack
) -> None:
    server = started(relays, starttls())
    limits = ("-w", "4", "-c", "4.5", "-D", "30,7")
    result = empty_console.run("probe", address(server), *NAGIOS, *limits)
    state, words, data = read_line(result.out)
    assert (result.code, state) == (0, "OK")
    assert re.fullmatch(r"0\.\d{3} s, TLSv1\.3, certificate 364 days, it is self-signed", words)
    assert data["time"][1:] == ("s", "4", "4.5", "0")
    assert data["days"] == ("364", "", "30:", "7:", "")
    assert result.err == ""


def found(seconds: float = 0.1, days: int | None = None, why: str = "") -> Looked:
    """A probe that took so long, met a certificate with so many days, or failed."""
    ask = Ask(Address("relay.example", 25))
    failed = StepResult(Step.GREETING, StepEnd.FAILED, why, 0, (), Failure(Reason.SAYS_NO, why))
    chain = (Certificate("00" * 32),)
    tls = None if days is None else TlsFound("TLSv1.3", "x", chain, days_left=days)
    return Looked(Probe(ask, (failed,) if why else (), seconds=seconds, tls=tls), ())


@pytest.mark.parametrize(
    ("looked", "limits", "state"),
    [
        (found(1.0), Thresholds(1.0, 2.0), State.OK),
        (found(1.1), Thresholds(1.0, 2.0), State.WARNING),
        (found(2.1), Thresholds(1.0, 2.0), State.CRITICAL),
        (found(2.1), Thresholds(None, 2.0), State.CRITICAL),
        (found(9.0), Thresholds(), State.OK),
        (found(days=30), Thresholds(days_warning=30, days_critical=7), State.OK),
        (found(days=29), Thresholds(days_warning=30, days_critical=7), State.WARNING),
        (found(days=7), Thresholds(days_warning=30, days_critical=7), State.WARNING),
        (found(days=6), Thresholds(days_warning=30, days_critical=7), State.CRITICAL),
        (found(days=0), Thresholds(days_warning=30), State.WARNING),
        (found(days=-1), Thresholds(days_warning=30), State.CRITICAL),
        (found(), Thresholds(days_warning=30), State.CRITICAL),
        (found(days=-1), Thresholds(), State.OK),
        (found(9.0, days=1), Thresholds(1.0, 2.0, 30), State.CRITICAL),
        (found(why="554 no"), Thresholds(), State.CRITICAL),
    ],
)
def test_limits_count_as_with_check_smtp(looked: Looked, limits: Thresholds, state: State) -> None:
    assert nagios_line([looked], limits)[0] is state
    line = nagios_line([looked], limits)[1]
    assert read_line(f"{line}\n")[0] == state.name


def test_a_refusal_and_a_closed_port_are_critical(
    empty_console: Console, relays: ExitStack
) -> None:
    server = started(relays, greets("554 5.7.1 no | time=0s;\x1b[2J|x\x07"))
    result = empty_console.run("probe", address(server), *NAGIOS)
    state, words, data = read_line(result.out)
    assert (result.code, state, data) == (2, "CRITICAL", {})
    assert r"greeting: 554 5.7.1 no / time=0s;\x1b[2J/x\x07" in words
    result = empty_console.run("probe", f"127.0.0.1:{closed_port()}", *NAGIOS)
    assert (result.code, read_line(result.out)[1]) == (2, "connect: connection refused")


def test_several_relays_are_one_line_and_the_worst_decides(
    empty_console: Console, relays: ExitStack
) -> None:
    good, bad = started(relays, starttls()), started(relays, greets("554 no"))
    result = empty_console.run("probe", address(good), address(bad), *NAGIOS)
    state, words, data = read_line(result.out)
    assert (result.code, state) == (2, "CRITICAL")
    assert words == f"1 of 2 relays good; {address(bad)}: greeting: 554 no"
    assert [*data] == [f"{address(good)}_time", f"{address(good)}_days"]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--nonsense",),
        ("a:25", "-w", "soon"),
        ("a:25", "-w", "5", "-c", "1"),
        ("a:25", "-D", "7,30"),
        ("a:25", "-D", "|"),
        ("a:0",),
        ("NO-SUCH-RECORD",),
        ("a:25", "--login", "cam"),
    ],
)
def test_what_cannot_be_done_is_unknown_to_a_plugin(
    console: Console, sandbox: Sandbox, arguments: tuple[str, ...]
) -> None:
    result = console.run("probe", *arguments, *NAGIOS)
    assert (result.code, read_line(result.out)[0]) == (3, "UNKNOWN")
    assert result.err.startswith("smtp-tui: ")


def test_a_server_that_gives_no_records_is_unknown_to_a_plugin(
    console: Console, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.LIST, count=None))
    result = console.run("probe", "--all", *NAGIOS)
    assert (result.code, read_line(result.out)[0]) == (3, "UNKNOWN")


def test_a_record_that_leads_nowhere_is_unknown_to_a_plugin(
    console: Console, sandbox: Sandbox
) -> None:
    sandbox.add_record("EMPTY", {"hostname": "", "port": 25})
    result = console.run("probe", "EMPTY", *NAGIOS)
    assert (result.code, result.out) == (3, "SMTP UNKNOWN - nothing could be probed\n")
    assert "EMPTY: There is no hostname." in result.err


def test_a_profile_that_cannot_be_read_is_not_hidden_by_the_others(
    empty_console: Console, sandbox: Sandbox, relays: ExitStack
) -> None:
    server = started(relays, plain())
    add(sandbox, "A", server)
    add_profile(empty_console, "good", sandbox)
    add_profile(empty_console, "down", sandbox)
    nothing = f"http://127.0.0.1:{closed_port()}"
    assert empty_console.run("profiles", "set", "down", "--host", nothing).code == 0
    result = empty_console.run("probe", "--all", "--all-profiles", *NAGIOS)
    state, words, data = read_line(result.out)
    assert (result.code, state) == (3, "UNKNOWN")
    assert words == "1 of 1 relay good; not all could be probed"
    assert [*data] == ["time"]
    assert empty_console.run("probe", "--all", "--all-profiles").code == 5


# Prometheus

SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\{(.*)\} (-?[0-9]+(?:\.[0-9]+)?)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|\Z)')


def exposed(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """The samples of an exposition (text format 0.0.4); fails where it is none.

    Stricter than the format: each metric has its help and its type, once, before its samples, which
    stand together; and there are no time stamps, which an exporter's textfile folder refuses.
    """
    assert text.endswith("\n")
    samples: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
    begun: list[str] = []
    lines = iter(text.removesuffix("\n").split("\n"))
    for line in lines:
        if line.startswith("# HELP "):
            _, _, name, words = line.split(" ", 3)
            assert words.strip()
            assert name not in begun
            assert next(lines) == f"# TYPE {name} gauge"
            begun.append(name)
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample is not None, line
        assert sample[1] == begun[-1]
        labels, rest = [], sample[2]
        while rest:
            label = LABEL.match(rest)
            assert label is not None, rest
            text_of = re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), label[2])
            labels.append((label[1], text_of))
            rest = rest[label.end() :]
        assert len({name for name, _ in labels}) == len(labels)
        key = sample[1], frozenset(labels)
        assert key not in samples, line
        samples[key] = float(sample[3])
    return samples


def value(
    samples: dict[tuple[str, frozenset[tuple[str, str]]], float], name: str, **labels: str
) -> float:
    """The value of one sample."""
    return samples[f"smtp_tui_probe_{name}", frozenset(labels.items())]


def test_metrics_tell_success_steps_and_the_end_of_the_certificate(
    empty_console: Console, relays: ExitStack
) -> None:
    good, bad = started(relays, starttls()), started(relays, greets("554 no"))
    result = empty_console.run("probe", address(good), address(bad), *PROMETHEUS)
    assert (result.code, result.err) == (10, "")
    samples = exposed(result.out)
    assert value(samples, "success", address=address(good)) == 1
    assert value(samples, "success", address=address(bad)) == 0
    steps = {dict(labels)["step"] for name, labels in samples if name.endswith("duration_seconds")}
    assert steps == {"names", "connect", "greeting", "ehlo", "tls", "ehlo-tls", "quit"}
    run = value(samples, "last_run_timestamp_seconds", address=address(good))
    end = value(samples, "certificate_expiry_timestamp_seconds", address=address(good))
    assert 364 <= (end - run) / 86_400 <= 365
    assert not any(
        "certificate" in name and (("address", address(bad)) in labels) for name, labels in samples
    )


def test_each_metric_is_told() -> None:
    ask = Ask(Address("relay.example", 25))
    end = datetime(2026, 2, 1, tzinfo=UTC)
    tls = TlsFound("TLSv1.3", "x", (Certificate("00" * 32, not_after=end),))
    steps = (StepResult(Step.NAMES, StepEnd.OK, ""),)
    looked = Looked(Probe(ask, steps, tls=tls), (Named("p", "1", "A", None),))
    names = {name for name, _ in exposed(prometheus_text([looked], end))}
    assert names == {*re.findall(r"^\w+", named("shown")["prometheus"], re.MULTILINE)}


HOSTILE = 'a"} 1\n# TYPE x\\\x1b[2J,é'
"""A name that would end its label, its line and, shown raw, clear the terminal."""


def test_no_name_gets_out_of_its_label_and_no_sample_stands_twice() -> None:
    ask = Ask(Address(HOSTILE, 25))
    named = tuple(Named("p", str(number), HOSTILE, None) for number in range(2))
    looked = [Looked(Probe(ask), named), Looked(Probe(ask), named)]
    samples = exposed(prometheus_text(looked, datetime(2026, 1, 1, tzinfo=UTC)))
    infos = [dict(labels) for name, labels in samples if name.endswith("record_info")]
    assert sorted(each["id"] for each in infos) == ["0", "1"]
    assert {each["record"] for each in infos} == {clean(HOSTILE)}


def test_the_file_is_replaced_at_once_and_others_may_read_it(
    empty_console: Console, relays: ExitStack, tmp_path: Path
) -> None:
    server = started(relays, plain())
    folder = tmp_path / "textfile"
    folder.mkdir(mode=0o775)
    folder.chmod(0o775)
    file = folder / "smtp.prom"
    file.write_text(old := "# HELP smtp_tui_probe_success old\n")
    with file.open() as reader:
        assert empty_console.run("probe", address(server), *PROMETHEUS, "-o", str(file)).code == 0
        assert reader.read() == old
    assert value(exposed(file.read_text()), "success", address=address(server)) == 1
    assert file.stat().st_mode & 0o777 == 0o644
    assert [*folder.iterdir()] == [file]
    assert folder.stat().st_mode & 0o777 == 0o775


def test_an_empty_folder_keeps_its_mode(
    empty_console: Console, relays: ExitStack, tmp_path: Path
) -> None:
    folder = tmp_path / "textfile"
    folder.mkdir()
    folder.chmod(0o755)
    file = folder / "smtp.prom"
    server = started(relays, plain())
    assert empty_console.run("probe", address(server), *PROMETHEUS, "-o", str(file)).code == 0
    assert folder.stat().st_mode & 0o777 == 0o755


def test_a_file_that_cannot_be_written_is_told(
    empty_console: Console, relays: ExitStack, tmp_path: Path
) -> None:
    server = started(relays, plain())
    (tmp_path / "kept").write_text("old\n")
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    for place in (tmp_path / "no" / "folder.prom", tmp_path, tmp_path / "link"):
        result = empty_console.run("probe", address(server), *PROMETHEUS, "-o", str(place))
        assert (result.code, result.out) == (2, "")
        assert len(result.err.splitlines()) == 1
    assert (tmp_path / "kept").read_text() == "old\n"


def test_the_file_stays_as_it_was_where_the_records_cannot_be_read(
    console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.LIST, count=None))
    file = tmp_path / "smtp.prom"
    file.write_text(old := "# HELP smtp_tui_probe_success old\n")
    assert console.run("probe", "--all", *PROMETHEUS, "-o", str(file)).code == 7
    assert file.read_text() == old


def test_a_watched_relay_that_fails_is_looked_at_on_its_own_port_only(
    empty_console: Console, relays: ExitStack
) -> None:
    server = started(relays, greets("554 no"))
    for form in (NAGIOS, PROMETHEUS):
        server.heard.clear()
        empty_console.run("probe", address(server), *form)
        assert verbs(server) == ["QUIT"]
    (told,) = empty_console.run("probe", address(server), "--json").json("probes")
    assert [each["port"] for each in told["other_ports"]] == [587, 465, 25, 2525]
