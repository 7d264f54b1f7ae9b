"""`probe`: what is named is looked at, nothing else, and the exit code says what came of it."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Lock

import pytest

from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.probe import AT_ONCE, code_of
from smtp_tui.cli.probe_arguments import told_apart
from smtp_tui.cli.probe_formats import Looked, Named, result_text, summary, word
from smtp_tui.help.pages import page
from smtp_tui.probe.model import Address, Ask, Failure, Limits, Probe, Reason, Step, StepResult
from smtp_tui.probe.model import Result as StepEnd
from smtp_tui.probe.prober import OTHER_PORTS
from tests.cli.console import Console, Result, Typist
from tests.cli.test_edge import PROGRAM, ended
from tests.cli.test_many import add_profile
from tests.e2e.terminal import TIMEOUT, Terminal, installed_program
from tests.failing_sandbox import Sandbox
from tests.failing_sandbox.certificates import CertificateKind, certificate_of
from tests.probe.relay import Part, Relay, Talk, relay
from tests.probe.test_cases import at_once, greets, plain, starttls, web

SECRET = "planted-secret"
RCPT = ("--rcpt", "you@there.example")
LOGIN = ("--login", "cam", "--password-stdin", "--insecure")


@pytest.fixture
def relays() -> Iterator[ExitStack]:
    """Holds the relays of a test."""
    with ExitStack() as opened:
        yield opened


def started(relays: ExitStack, part: Part) -> Relay:
    """A relay that plays a part, with a self-signed certificate."""
    return relays.enter_context(relay(part, certificate_of(CertificateKind.SELF_SIGNED)))


def address(server: Relay) -> str:
    """Where it listens, as an argument."""
    return f"127.0.0.1:{server.port}"


def closed_port() -> int:
    """A port where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def verbs(server: Relay) -> list[str]:
    """The commands that a relay was sent, by their first word."""
    words = [line.split()[0].upper() for line in server.heard if line.split()]
    return [word.decode("ascii", "backslashreplace") for word in words]


def add(sandbox: Sandbox, name: str, server: Relay, **more: object) -> str:
    """A record that leads to a relay."""
    return sandbox.add_record(name, {"hostname": "127.0.0.1", "port": server.port, **more})


# What is named


def test_an_address_needs_no_profile(empty_console: Console, relays: ExitStack) -> None:
    server = started(relays, plain())
    result = empty_console.run("probe", address(server))
    assert result.code == 0, result.err
    assert verbs(server) == ["EHLO", "QUIT"]


def test_an_address_asks_nothing_of_cam(
    console: Console, sandbox: Sandbox, relays: ExitStack
) -> None:
    server = started(relays, plain())
    add(sandbox, address(server), server)
    assert console.run("probe", address(server)).code == 0
    assert sandbox.requests == ()


@pytest.mark.parametrize(
    "argument", ["relay", "relay 1:25", "Team: a", "a:b:25", "mx.example.com", "x:smtp", ":25"]
)
def test_what_is_no_address_is_a_record(argument: str) -> None:
    assert told_apart([argument]) == ([], [argument])


def test_a_record_whose_name_reads_like_an_address_goes_by_its_id(
    console: Console, sandbox: Sandbox, relays: ExitStack
) -> None:
    server = started(relays, plain())
    record_id = add(sandbox, "localhost:1", server)
    assert console.run("probe", record_id).code == 0
    assert verbs(server) == ["EHLO", "QUIT"]


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("mx.example.com:", "a host needs a port after its colon"),
        ("mx.example.com:0", "the port must be a number from 1 to 65535"),
        ("mx.example.com:65536", "the port must be a number from 1 to 65535"),
        ("2001:db8::1", "an IPv6 address needs brackets and a port"),
        ("[2001:db8::1]", "an IPv6 address needs brackets and a port"),
        ("::1", "an IPv6 address needs brackets and a port"),
    ],
)
def test_a_slip_in_an_address_is_refused_in_words_and_nobody_is_asked(
    console: Console, sandbox: Sandbox, argument: str, words: str
) -> None:
    result = console.run("probe", "mx.example.com:25", argument)
    assert (result.code, result.out, sandbox.requests) == (2, "", ())
    assert f"smtp-tui: {argument}: {words}" in result.err
    assert len(result.err.splitlines()) == 1


def test_a_host_without_a_port_is_told_that_it_needs_one(
    console: Console, empty_console: Console, sandbox: Sandbox
) -> None:
    result = console.run("probe", "mx.example.com")
    assert result.code == 3
    assert "no record mx.example.com; a host needs its port" in result.err
    console.unset(*sandbox.environment())
    result = console.run("probe", "mx.example.com")
    assert result.code == 2
    assert "a host needs its port" in result.err


def test_a_record_is_probed_and_cams_last_test_stands_beside(
    console: Console, sandbox: Sandbox
) -> None:
    values = {"hostname": "127.0.0.1", "port": sandbox.smtp_port}
    sandbox.add_record("GOOD", {**values, "username": "relay", "password": "relay-password"})
    result = console.run("probe", "GOOD")
    assert result.code == 0, result.err
    assert "environment · GOOD\nThis machine reaches it" in result.out
    assert "Nothing is known of how CAM sees it" in result.out
    assert console.run("test", "GOOD", "--to", "you@example.com").code == 0
    result = console.run("probe", "GOOD")
    assert "ACCEPTED. 250 2.0.0 Ok" in result.out
    assert "Both reach it; CAM does not mind" in result.out
    assert socket.gethostname() in result.out
    assert re.search(r"^127\S+ +note +ACCEPTED +", console.run("probe", "--all").out, re.MULTILINE)
    (found,) = console.run("probe", "GOOD", "--json").json("probes")
    assert found["records"][0]["cam"]["verdict"] == "ACCEPTED"
    assert found["records"][0]["views"]["both"].startswith("Both reach it; ")
    assert len(sandbox.mailbox) == 1


def test_a_read_only_profile_may_probe_and_nothing_is_written(
    console: Console, sandbox: Sandbox, relays: ExitStack
) -> None:
    server = started(relays, plain())
    add(sandbox, "A", server)
    assert console.run("--read-only", "probe", "A").code == 0
    assert {request.method for request in sandbox.requests} == {"GET"}


def test_all_records_are_probed_and_equal_addresses_once(
    console: Console, sandbox: Sandbox, relays: ExitStack
) -> None:
    server, other = started(relays, plain()), started(relays, starttls())
    for name in ("A", "B"):
        add(sandbox, name, server)
    sandbox.add_record("C", {"hostname": "localhost", "port": str(other.port)})
    sandbox.add_record("D", {"hostname": "LOCALHOST", "port": other.port})
    result = console.run("probe", "--all", address(server))
    assert result.code == 0, result.err
    assert verbs(server) == ["EHLO", "QUIT"]
    assert verbs(other) == ["EHLO", "STARTTLS", "EHLO", "QUIT"]
    heading, *rows = result.out.splitlines()
    assert heading.split() == [
        *("ADDRESS", "HERE", "CAM", "TIME", "TLS", "DAYS", "RECORDS", "REMARK")
    ]
    assert [row.split()[0] for row in rows] == [address(server), f"localhost:{other.port}"]
    assert "A, B" in rows[0]
    assert rows[1].endswith("C, D     certificate not trusted: it is self-signed")


def test_a_record_that_leads_nowhere_is_told_and_the_others_are_probed(
    console: Console, sandbox: Sandbox, relays: ExitStack
) -> None:
    server = started(relays, plain())
    add(sandbox, "GOOD", server)
    sandbox.add_record("EMPTY", {"hostname": "", "port": 25})
    sandbox.add_record("NO-PORT", {"hostname": "127.0.0.1", "port": "smtp"})
    result = console.run("probe", "--all", "--json")
    assert result.code == 1
    assert [each["records"][0]["name"] for each in result.json("probes")] == ["GOOD"]
    assert "environment · EMPTY: There is no hostname." in result.err
    assert "environment · NO-PORT: There is no port" in result.err


def test_records_are_chosen_by_value_and_on_several_profiles(
    empty_console: Console, sandbox: Sandbox, relays: ExitStack
) -> None:
    server, other = started(relays, plain()), started(relays, plain())
    add(sandbox, "A", server)
    add(sandbox, "B", other)
    add_profile(empty_console, "one", sandbox)
    arguments = ("--all-profiles", "--match", f"port={server.port}", "--json")
    found = empty_console.run("probe", *arguments).json("probes")
    assert [each["records"][0]["name"] for each in found] == ["A"]
    assert found[0]["records"][0]["profile"] == "one"
    assert verbs(other) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "name a record or HOST:PORT, or use --all"),
        (("--all", "A"), "--all cannot be used with RECORD"),
        (("a:25", "--all-profiles"), "a profile needs RECORD, --match or --all"),
        (("a:25", "--profile", "prod"), "a profile needs RECORD, --match or --all"),
        (("a:25", "--insecure"), "--insecure needs --login USER"),
        (("a:25", "--json", "--format", "text"), "--json cannot be used with --format"),
        (("a:25", "-o", "x.prom"), "-o needs --format prometheus"),
        (("a:25", "-w", "1"), "need --format nagios"),
        (("a:25", "-D", "30"), "need --format nagios"),
        (("a:25", "--from", "a@here.example"), "--from needs --rcpt"),
        (("a:25", "--password-stdin"), "a password needs --login USER"),
        (("a:25", "--dialogue", "--format", "prometheus"), "--dialogue cannot be used"),
        (("a:25", "--tls", "--plain"), "--plain cannot be used with --tls"),
        (("a:25", *RCPT[:1], "a@b.example\r\nDATA"), "--rcpt: contains a control character"),
        (("a:25", *RCPT, "--from", "a@b.example\nDATA"), "--from: contains a control character"),
        (("a:25", "--login", "a\nb", "--password-stdin"), "cannot be a user name"),
        (("a:25", "--login", "a"), "there is no terminal to ask on"),
        (("a:25", "b:25", "--login", "a", "--password-stdin"), "its password goes to no other"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anyone_is_asked(
    console: Console, sandbox: Sandbox, arguments: tuple[str, ...], words: str
) -> None:
    result = console.run("probe", *arguments, stdin=SECRET.encode())
    assert (result.code, result.out, sandbox.requests) == (2, "", ())
    assert words in result.err
    assert SECRET not in result.err


def test_at_most_four_hosts_are_probed_at_once(empty_console: Console, relays: ExitStack) -> None:
    lock, more = Lock(), Event()
    inside: list[int] = []
    most = [0]

    def counting(talk: Talk) -> None:
        """A relay that greets when more clients than allowed are there, or soon."""
        with lock:
            inside.append(1)
            most[0] = max(most[0], len(inside))
            if len(inside) > AT_ONCE:
                more.set()
        more.wait(0.5)
        with lock:
            inside.pop()
        talk.say("220 relay.example ESMTP")
        talk.serve()

    servers = [started(relays, counting) for _ in range(AT_ONCE + 2)]
    result = empty_console.run("probe", *map(address, servers))
    assert result.code == 0
    assert all(verbs(server) == ["EHLO", "QUIT"] for server in servers)
    assert most == [AT_ONCE]


# What came of it


def silent_once() -> Part:
    """A relay that says nothing, and hangs up when TLS is tried: it costs the time for one step."""
    met: list[Talk] = []

    def part(talk: Talk) -> None:
        met.append(talk)
        if len(met) == 1:
            talk.wait()

    return part


@pytest.mark.parametrize(
    ("part", "options", "code", "words"),
    [
        (plain(), (), 0, "The relay answers as a mail server."),
        (starttls(), (), 0, "does not trust its certificate"),
        (greets("554 5.7.1 no service"), (), 10, "554 5.7.1 no service"),
        (greets("421 4.3.2 too busy"), (), 10, "421 4.3.2 too busy"),
        (plain(), ("--starttls",), 10, "offers no STARTTLS"),
        (plain(), ("--tls",), 10, "answered in plain text"),
        (plain(RCPT="554 5.7.1 Relay access denied"), RCPT, 10, "554 5.7.1 Relay access denied"),
        (starttls(AUTH="535 5.7.8 wrong"), LOGIN, 10, "535 5.7.8 wrong"),
        (starttls(), LOGIN[:-1], 10, "(--insecure)"),
        (starttls(), LOGIN, 0, "235 2.7.0"),
        (at_once, ("--tls",), 0, "it is self-signed"),
        (web, (), 11, "no reply of a mail server"),
        (silent_once(), (), 11, "no greeting within 5 s"),
    ],
)
def test_the_exit_code_tells_a_refusal_from_silence(
    empty_console: Console,
    relays: ExitStack,
    part: Part,
    options: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    server = started(relays, part)
    result = empty_console.run("probe", address(server), *options, stdin=SECRET.encode())
    assert result.code == code, result.out
    assert words in result.out
    assert not {"DATA", "BDAT"} & {*verbs(server)}
    assert SECRET not in result.out + result.err


def test_a_port_where_nothing_listens_is_not_reached(empty_console: Console) -> None:
    result = empty_console.run("probe", f"127.0.0.1:{closed_port()}")
    assert result.code == 11
    assert "connection refused" in result.out


def failed_by(reason: Reason) -> Probe:
    """A probe that failed for a reason."""
    step = StepResult(Step.CONNECT, StepEnd.FAILED, "x", failure=Failure(reason, "x"))
    return Probe(Ask(Address("relay.example", 25)), (step,))


def test_a_mail_server_that_was_there_is_told_from_one_that_was_not() -> None:
    there = {reason for reason in Reason if code_of(failed_by(reason)) is ExitCode.MAIL_REJECTED}
    assert there == {
        *(Reason.SAYS_NO, Reason.NO_STARTTLS, Reason.NOT_TLS, Reason.NO_HANDSHAKE),
        *(Reason.INJECTED, Reason.NO_METHOD, Reason.UNSAFE_LOGIN, Reason.NOT_ASCII),
        Reason.NOT_AN_ADDRESS,
    }


def test_what_else_was_tried_is_told_in_words_as_text_and_as_json(
    empty_console: Console, relays: ExitStack
) -> None:
    server = started(relays, plain())
    way = (
        f"{server.port} begins in plain text and offers no TLS; probe again without TLS (--plain)."
    )
    out = empty_console.run("probe", address(server), "--tls").out
    tried = out.partition("\nAlso tried\n")[2].splitlines()
    assert re.fullmatch(r"  ok +plain text +\d+ ms +answers and offers no TLS", tried[0])
    for port, line in zip(OTHER_PORTS, tried[1:], strict=False):
        assert re.match(rf"  \w+ +{port} +\S+ ms +\w+", line), line
    assert tried[5:] == [
        way,
        "It answers once TLS begins the other way. A record cannot say how TLS begins; CAM probably"
        " goes by the port. Use one of the relay's usual ports in the record: 465 for TLS at once,"
        " 587 or 25 otherwise.",
    ]
    (told,) = empty_console.run("probe", address(server), "--tls", "--json").json()["probes"]
    assert told["other_way"] == {
        **{"port": server.port, "security": "plain", "answers": True, "tls": False},
        "words": "answers and offers no TLS",
    }
    assert [each["words"] for each in told["other_ports"]] == [
        line.split(" ms  ")[1] for line in tried[1:5]
    ]
    assert told["suggestion"] == way


def test_what_was_not_tried_is_told_as_text_and_as_json(
    empty_console: Console, relays: ExitStack
) -> None:
    server = started(relays, starttls())
    words = "login (no password), recipient (none given)"
    result = empty_console.run("probe", address(server), "--dialogue")
    assert f"  * Not tried: {words}.\n" in result.out
    assert result.out.endswith(f"\nNot tried: {words}.\n")
    arguments = ("--login", "cam", "--password-stdin", *RCPT)
    result = empty_console.run("probe", address(server), *arguments, stdin=b"x")
    assert "not tried: the certificate is not trusted" in result.out
    assert result.out.endswith("\nNot tried: recipient (the login came first).\n")
    result = empty_console.run("probe", address(server), *arguments, "--json", stdin=b"x")
    (found,) = result.json()["probes"]
    assert found["not_tried"] == [
        {"step": "login", "why": "the certificate is not trusted"},
        {"step": "recipient", "why": "the login came first"},
    ]


def test_records_of_which_the_same_is_said_share_it(
    console: Console, sandbox: Sandbox, relays: ExitStack
) -> None:
    server = started(relays, plain())
    named = tuple(Named("p", each, each, None) for each in ("A", "B"))
    out = result_text(Looked(Probe(Ask(Address("127.0.0.1", server.port))), named))
    assert out.startswith("p · A\np · B\nThis machine reaches it.")
    assert out.count("This machine reaches it.") == 1


@pytest.mark.parametrize(
    ("reason", "words", "short"),
    [
        (Reason.SAYS_NO, "554-5.7.1 no\n554 go away", "greeting: 554-5.7.1 no"),
        (Reason.SILENT, "no greeting within 5 s", "no answer in time"),
        (Reason.REFUSED, "connection refused", "connection refused"),
    ],
)
def test_the_table_has_the_reason_in_short(reason: Reason, words: str, short: str) -> None:
    step = StepResult(Step.GREETING, StepEnd.FAILED, words, failure=Failure(reason, words))
    probe = Probe(Ask(Address("relay.example", 25)), (step,))
    assert summary([Looked(probe, ())]).endswith(f"  {short}")


def test_the_worst_of_several_decides(empty_console: Console, relays: ExitStack) -> None:
    good, bad = started(relays, plain()), started(relays, greets("554 no"))
    nothing = f"127.0.0.1:{closed_port()}"
    assert empty_console.run("probe", address(good), nothing).code == 11
    assert empty_console.run("probe", nothing, address(bad), address(good)).code == 10


def test_the_recipient_is_asked_and_taken_back(empty_console: Console, relays: ExitStack) -> None:
    server = started(relays, plain())
    result = empty_console.run("probe", address(server), "--from", "me@here.example", *RCPT)
    assert result.code == 0
    assert server.heard[1:] == [
        b"MAIL FROM:<me@here.example>\r",
        b"RCPT TO:<you@there.example>\r",
        b"RSET\r",
        b"QUIT\r",
    ]


def test_a_password_is_asked_for_unseen_where_a_person_sits(
    empty_console: Console, relays: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = started(relays, starttls())
    asked: list[str] = []

    def typed(question: str) -> str:
        asked.append(question)
        return SECRET

    monkeypatch.setattr("getpass.getpass", typed)
    arguments = (address(server), "--login", "cam", "--insecure", "--dialogue")
    result = empty_console.run("probe", *arguments, typist=Typist(""))
    assert (result.code, asked) == (0, ["SMTP password: "])
    assert "AUTH PLAIN ***" in result.out
    assert SECRET not in result.out + result.err


def test_the_dialogue_is_printed_only_where_it_is_wanted(
    empty_console: Console, relays: ExitStack
) -> None:
    server = started(relays, greets("220 \x1b[2J\x1b]0;owned\x07 ready"))
    silent_run = empty_console.run("probe", address(server))
    assert "  > EHLO" not in silent_run.out
    result = empty_console.run("probe", address(server), "--dialogue")
    assert "  > EHLO [127.0.0.1]\n  < 250-relay.example\n" in result.out
    assert r"< 220 \x1b[2J\x1b]0;owned\x07 ready" in result.out
    assert "\x1b" not in silent_run.out + result.out + result.err


def test_the_dialogues_of_several_stand_under_their_addresses(
    empty_console: Console, relays: ExitStack
) -> None:
    one, other = started(relays, plain()), started(relays, greets("554 no"))
    result = empty_console.run("probe", address(one), address(other), "--dialogue")
    _table, first, second = result.out.split("\n\n")
    assert first.startswith(f"{address(one)}\n  < 220 relay.example ESMTP\n  > EHLO")
    assert second.startswith(f"{address(other)}\n  < 554 no\n  > QUIT")


def test_each_step_is_printed_when_it_ends(relays: ExitStack, environ: dict[str, str]) -> None:
    go_on = Event()

    def waits(talk: Talk) -> None:
        """A relay that answers EHLO when it is told to."""
        talk.say("220 relay.example ESMTP")
        talk.hear()
        go_on.wait(TIMEOUT)
        talk.say("250 relay.example")
        talk.serve()

    server = started(relays, waits)
    with subprocess.Popen(
        [*PROGRAM, "probe", address(server)], env=environ, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        seen = [process.stdout.readline() for _ in range(4)]
        assert "220 relay.example ESMTP" in seen[-1]
        assert process.poll() is None
        go_on.set()
        rest = process.stdout.read()
    assert process.returncode == 0
    assert "QUIT" in rest


def test_on_a_terminal_long_lines_go_on_under_their_beginning(
    relays: ExitStack, environ: dict[str, str], tmp_path: Path
) -> None:
    server = started(relays, starttls())
    argv = (installed_program(), "probe", address(server))
    with Terminal(argv, cwd=tmp_path, env=environ, rows=40) as terminal:
        assert terminal.exit_code() == 0
        lines = terminal.lines()
    start = next(line.index("TLSv1.3") for line in lines if "TLSv1.3" in line)
    told = [line for line in lines if line.startswith(" ") and line.strip()]
    assert max(map(len, map(str.rstrip, told))) <= 80
    assert any(line.index(line.strip()) == start for line in told if "by default" in line)
    piped = ended(environ, "probe", address(server)).stdout
    assert "Node.js and Java refuse it by default, Postfix only if told to verify" in piped


# JSON


def test_json_has_every_key_however_far_a_probe_came(
    empty_console: Console, relays: ExitStack
) -> None:
    good, bad = started(relays, starttls()), started(relays, greets("554 no"))
    nothing = f"127.0.0.1:{closed_port()}"
    found = empty_console.run("probe", address(good), address(bad), nothing, "--json").json(
        "probes"
    )
    documented = told_keys()
    assert len(documented) > 10
    assert [[*each] for each in found] == [documented] * 3
    assert [each["result"] for each in found] == ["note", "failed", "failed"]
    assert [each["failure"] and each["failure"]["reason"] for each in found] == [
        *(None, "says-no", "refused")
    ]


def told_keys() -> list[str]:
    """The keys of a probe as the page on probes lists them."""
    listed = page("probes").partition("## JSON")[2].partition("\n## ")[0]
    heads = re.findall(r"^- (.*?):", listed, re.MULTILINE)
    return [key for head in heads for key in re.findall(r"`([a-z_]+)`", head)]


def all_keys(value: object) -> set[str]:
    """The keys of a value and of all that is in it."""
    if isinstance(value, dict):
        return {*value, *(key for each in value.values() for key in all_keys(each))}
    return {key for each in value for key in all_keys(each)} if isinstance(value, list) else set()


def test_each_key_of_json_is_told(console: Console, sandbox: Sandbox) -> None:
    record = {"hostname": "127.0.0.1", "port": sandbox.smtp_port}
    sandbox.add_record("A", record)
    sandbox.add_record("B", {**record, "port": closed_port()})
    assert console.run("test", "A", "--to", "you@example.com").code == 0
    found = all_keys(console.run("probe", "--all", "--json").json("probes"))
    assert {"verdict", "not_after", "answers", "reason"} <= found
    assert sorted(key for key in found if f"`{key}`" not in page("probes")) == []


def test_the_page_tells_the_limits() -> None:
    limits, text = Limits(), " ".join(page("probes").split())
    for words in (
        f"A step has {limits.step:g} s, and a host {limits.whole:g} s in all",
        f"Of the addresses of a name, {limits.addresses} are tried",
        f"{limits.reply_bytes // 1024} KiB and {limits.reply_lines} lines",
        f"probes {AT_ONCE} hosts side by side",
        "{}, {}, {} and {} are tried".format(*OTHER_PORTS),
    ):
        assert words in text


def test_json_has_the_steps_the_certificate_and_the_dialogue(
    empty_console: Console, relays: ExitStack
) -> None:
    server = started(relays, starttls())
    (found,) = empty_console.run("probe", address(server), "--json").json("probes")
    steps = ["names", "connect", "greeting", "ehlo", "tls", "ehlo-tls", "quit"]
    assert [each["step"] for each in found["steps"]] == steps
    assert all(each["seconds"] >= 0 for each in found["steps"])
    assert found["offers"]["auth"] == ["PLAIN", "LOGIN"]
    tls = found["tls"]
    assert (tls["trusted"], tls["problems"], tls["days_left"]) == (
        False,
        ["it is self-signed"],
        364,
    )
    assert "localhost" in tls["certificate"]["names"]
    assert tls["certificate"]["issuer"] == tls["certificate"]["subject"]
    assert tls["certificate"]["not_after"].endswith("+00:00")
    assert [each["subject"] for each in tls["chain"]] == ["CN=smtp-tui sandbox"]
    assert found["dialogue"][1] == {"side": "here", "text": "EHLO [127.0.0.1]"}
    assert found["address"] == address(server)
    assert found["machine"] == socket.gethostname()


def test_the_shape_of_json_is_the_same_for_one_and_for_many(
    console: Console, sandbox: Sandbox, relays: ExitStack
) -> None:
    server = started(relays, plain())
    add(sandbox, "A", server)
    here = address(server)
    for arguments in (
        (here,),
        (here, here),
        ("A",),
        ("--all",),
        ("--match", f"port={server.port}"),
    ):
        assert len(console.run("probe", *arguments, "--json").json("probes")) == 1
    assert console.run("probe", "--match", "port=1", "--json").json("probes") == []


def test_the_words_for_programs_stay() -> None:
    assert [*map(word, Step)] == [
        *("names", "connect", "greeting", "ehlo", "tls", "ehlo-tls", "login", "sender"),
        *("recipient", "quit"),
    ]
    assert {*map(word, Reason)} == {
        *("no-name", "no-address", "no-dns", "refused", "filtered", "no-route", "not-connected"),
        *("silent", "unfinished", "too-long", "closed", "not-smtp", "unasked", "injected"),
        *("no-starttls", "not-tls", "no-handshake", "says-no", "no-method", "unsafe-login"),
        *("not-ascii", "not-an-address"),
    }


# As a process


def test_ctrl_c_ends_it_at_once(relays: ExitStack, environ: dict[str, str]) -> None:
    came = Event()

    def waits(talk: Talk) -> None:
        """A relay that never greets."""
        came.set()
        talk.wait()

    server = started(relays, waits)
    with subprocess.Popen(
        [*PROGRAM, "probe", address(server)],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert came.wait(TIMEOUT)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=3)
    assert (process.returncode, said) == (130, "smtp-tui: interrupted\n")
    assert "greeting" not in out


def test_a_reader_that_leaves_ends_it_quietly(relays: ExitStack, environ: dict[str, str]) -> None:
    server = started(relays, plain())
    command = (
        f"{sys.executable} -m smtp_tui probe {address(server)} | head -1; echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(
        ["bash", "-c", command],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    first, code = done.stdout.splitlines()
    assert first.startswith(address(server))
    assert int(code) in (0, 141)  # it may have been done before head was
    assert done.stderr == ""


def test_without_a_terminal_it_is_the_same(relays: ExitStack, environ: dict[str, str]) -> None:
    server = started(relays, starttls())
    arguments = ("probe", address(server), "--login", "cam", "--password-stdin", "--insecure")
    done = ended(environ, *arguments, text=f"{SECRET}\n")
    assert done.returncode == 0, done.stderr
    assert "235 2.7.0" in done.stdout
    assert done.stderr == ""
    assert SECRET not in done.stdout


def test_a_password_comes_from_a_private_file_too(
    empty_console: Console, relays: ExitStack, tmp_path: Path
) -> None:
    server = started(relays, starttls())
    tmp_path.chmod(0o700)
    file = tmp_path / "secret"
    file.touch(mode=0o600)
    file.write_text(SECRET)
    arguments = ("--login", "cam", "--password-file", str(file), "--insecure")
    result: Result = empty_console.run("probe", address(server), *arguments)
    assert result.code == 0, result.err
