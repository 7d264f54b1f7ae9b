"""Whatever shape an answer has, the reason in it is found, and the words it came from are shown.

The sandbox mails for real and is told to answer in each shape. The property at the end puts known
replies anywhere into random JSON.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from smtp_tui.api.models import JsonValue, TestAnswer
from smtp_tui.mail.judge import judge
from smtp_tui.mail.outcome import Phase, TestOutcome, Verdict
from smtp_tui.mail.replies import Accepted, read, table
from tests.failing_sandbox import TEST_SHAPES, Sandbox, SandboxOptions, Scenario, drop, refuse
from tests.failing_sandbox import Phase as Step
from tests.mail.reply_texts import CASES
from tests.sandbox.caller import Caller

TO = "someone@example.com"
LOGIN = {"username": "relay", "password": "relay-password"}


class Reason(NamedTuple):
    """Something that goes wrong, and what has to be made of it."""

    scenario: Scenario
    words: str
    verdict: Verdict
    phase: Phase
    parameter: str | None
    hostname: str = "localhost"
    port: int | None = None


REASONS = {
    "login": Reason(
        refuse(Step.AUTH, "535 5.7.8 Error: authentication failed"),
        "535 5.7.8 Error: authentication failed",
        Verdict.REJECTED,
        Phase.LOGIN,
        "password",
    ),
    "not logged in": Reason(
        refuse(Step.RCPT, "554 5.7.1 <unknown[192.0.2.7]>: Client host rejected: Access denied"),
        "554 5.7.1 <unknown[192.0.2.7]>: Client host rejected: Access denied",
        Verdict.REJECTED,
        Phase.LOGIN,
        "username",
    ),
    "recipient": Reason(
        refuse(Step.RCPT, "550 5.1.1 no such user"),
        "550 5.1.1 no such user",
        Verdict.REJECTED,
        Phase.RECIPIENT,
        "to",
    ),
    "temporary": Reason(
        refuse(Step.MESSAGE, "450 4.3.2 try later"),
        "450 4.3.2 try later",
        Verdict.REJECTED,
        Phase.MESSAGE,
        None,
    ),
    "name": Reason(
        Scenario(),
        "getaddrinfo ENOTFOUND mail.example.invalid",
        Verdict.UNREACHABLE,
        Phase.DNS,
        "hostname",
        hostname="mail.example.invalid",
    ),
    "port": Reason(
        Scenario(),
        "connect ECONNREFUSED 127.0.0.1:1",
        Verdict.UNREACHABLE,
        Phase.CONNECT,
        "port",
        hostname="127.0.0.1",
        port=1,
    ),
    "greeting": Reason(
        drop(Step.GREETING), "Unexpected socket close", Verdict.UNREACHABLE, Phase.CONNECT, "port"
    ),
}
EACH_SOURCE = ("recipient", "temporary", "name")
"""A reply to a command, a reply that the mailer's words place, and a mailer's own words."""

HIDING = {"hidden", "bad_gateway", "queued"}
WITHOUT_MESSAGE = {"stringified", "smtp_status"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(mail_timeout=0.5)) as running:
        yield running


def played(sandbox: Sandbox, shape: str, reason: Reason) -> tuple[int, TestOutcome]:
    sandbox.mail.play(reason.scenario)
    sandbox.services.test_shape = shape
    port = reason.port or sandbox.smtp_port
    reply = Caller(sandbox).send_test(TO, hostname=reason.hostname, port=port, **LOGIN)
    outcome = judge(TestAnswer(reply.status, reply.json(), "id-7"), TO)
    assert outcome is not None
    return reply.status, outcome


@pytest.mark.parametrize("reason", [REASONS[name] for name in EACH_SOURCE], ids=EACH_SOURCE)
@pytest.mark.parametrize(
    "shape", [shape for shape in TEST_SHAPES if shape not in HIDING | WITHOUT_MESSAGE]
)
def test_a_reason_is_found_in_every_shape_and_its_words_are_shown(
    sandbox: Sandbox, shape: str, reason: Reason
) -> None:
    _, outcome = played(sandbox, shape, reason)
    assert outcome.verdict is reason.verdict
    assert outcome.parameter == reason.parameter
    assert outcome.phase in (reason.phase, Phase.CONNECT if reason.phase is Phase.MESSAGE else None)
    assert reason.words in outcome.server_text
    assert reason.words in outcome.server_text.split("\n")[0]


@pytest.mark.parametrize("name", ["login", "not logged in", "recipient", "name", "port"])
def test_an_error_that_lost_its_message_is_judged_by_its_other_members(
    sandbox: Sandbox, name: str
) -> None:
    reason = REASONS[name]
    _, outcome = played(sandbox, "stringified", reason)
    assert (outcome.verdict, outcome.phase, outcome.parameter) == (
        reason.verdict,
        reason.phase,
        reason.parameter,
    )


@pytest.mark.parametrize(
    ("name", "status", "phase"),
    [("login", 535, Phase.LOGIN), ("not logged in", 554, Phase.MESSAGE)],
)
def test_a_reply_code_that_became_the_status_is_read_as_a_reply_code(
    sandbox: Sandbox, name: str, status: int, phase: Phase
) -> None:
    came, outcome = played(sandbox, "smtp_status", REASONS[name])
    assert came == status
    assert (outcome.verdict, outcome.phase) == (Verdict.REJECTED, phase)


@pytest.mark.parametrize(("shape", "status"), [("hidden", 500), ("bad_gateway", 502)])
def test_an_answer_that_hides_the_reason_says_so_and_names_the_request(
    sandbox: Sandbox, shape: str, status: int
) -> None:
    came, outcome = played(sandbox, shape, REASONS["login"])
    assert came == status
    assert outcome.verdict is Verdict.UNKNOWN
    assert f"CAM answered {status}, which hides why a mail was rejected" in outcome.meaning
    assert "may have been sent" in outcome.meaning
    assert outcome.request_id == "id-7"


@pytest.mark.parametrize("shape", TEST_SHAPES)
def test_a_yes_is_accepted_in_every_shape_but_a_queued_mail_is_not_sent(
    sandbox: Sandbox, shape: str
) -> None:
    good = Reason(Scenario(), "", Verdict.ACCEPTED, Phase.MESSAGE, None)
    _, outcome = played(sandbox, shape, good)
    if shape == "queued":
        assert outcome.verdict is Verdict.UNKNOWN
        assert "CAM queued the mail" in outcome.meaning
    else:
        assert outcome.verdict is Verdict.ACCEPTED, outcome.server_text
        assert "Delivery is not confirmed" in outcome.meaning


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"message": "Test email queued"}),
        (200, {"success": True, "message": "Email queued for delivery"}),
        (200, {"status": "queued"}),
        (200, "Email will be sent shortly"),
        (202, {"success": True}),
    ],
)
def test_a_mail_that_cam_only_queued_is_unknown(status: int, body: JsonValue) -> None:
    outcome = judge(TestAnswer(status, body), TO)
    assert outcome is not None
    assert outcome.verdict is Verdict.UNKNOWN
    assert "CAM queued the mail" in outcome.meaning


ERROR = 'Shared class "SmtpConnection" has no method handling POST /testEmail?tenantId=1'


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {"error": {"message": "Authorization Required", "code": "AUTHORIZATION_REQUIRED"}}),
        (401, {"error": {"message": "Invalid Access Token", "code": "INVALID_TOKEN"}}),
        (401, {"error": {"message": "Access Denied", "code": "ACCESS_DENIED"}}),
        (401, None),
        (401, ""),
        (401, {"message": "Authentication required"}),
        (401, {"message": "Authentication failed"}),
        (403, {"error": {"message": "Access Denied", "code": "ACCESS_DENIED"}}),
        (404, {"error": {"message": ERROR}}),
        (404, {"error": {"message": 'Unknown "SmtpConnection" id "1".'}}),
        (400, {"error": {"message": "to is a required argument"}}),
        (400, {"error": {"message": "Value is not an array."}}),
        (400, {"error": {"message": "Value is not a string."}}),
        (400, {"error": {"message": 'could not create List from JSON string: "x"'}}),
        (400, {"error": {"name": "SyntaxError", "message": "Unexpected token t in JSON"}}),
        (422, {"error": {"message": "The `SmtpConnection` instance is not valid. Details: `a`"}}),
        (409, {"error": {"message": "Conflict"}}),
        (413, {"error": {"name": "PayloadTooLargeError", "message": "request entity too large"}}),
        (413, "<html><head><title>413 Request Entity Too Large</title></head></html>"),
        (429, {"message": "Rate limit exceeded"}),
        (407, {"message": "Proxy Authentication Required"}),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_refusal_of_the_call_is_no_verdict(status: int, body: JsonValue) -> None:
    assert judge(TestAnswer(status, body), TO) is None


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize(
    ("error", "verdict", "parameter"),
    [
        ({"code": "EAUTH", "message": "Invalid login: 535 no"}, Verdict.REJECTED, "password"),
        ({"code": "EAUTH"}, Verdict.REJECTED, "password"),
        ({"message": "535 5.7.8 no"}, Verdict.REJECTED, "password"),
        (
            {"code": "EDNS", "message": "getaddrinfo ENOTFOUND x"},
            Verdict.UNREACHABLE,
            "hostname",
        ),
        ({"code": "ECONNECTION", "errno": -111, "syscall": "connect"}, Verdict.UNREACHABLE, "port"),
        ({"message": "Greeting never received"}, Verdict.UNREACHABLE, "port"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_mailers_code_or_a_reply_wins_over_the_status(
    status: int, error: dict[str, JsonValue], verdict: Verdict, parameter: str
) -> None:
    outcome = judge(TestAnswer(status, {"error": {"statusCode": status, **error}}), TO)
    assert outcome is not None
    assert (outcome.verdict, outcome.parameter) == (verdict, parameter)


@pytest.mark.parametrize(
    ("member", "phase"),
    [
        ({"code": "ESOCKET", "syscall": "connect"}, Phase.CONNECT),
        ({"code": "ESOCKET", "syscall": "connect", "errno": -111}, Phase.CONNECT),
        ({"code": "EDNS", "syscall": "getaddrinfo", "errno": -3008}, Phase.DNS),
        ({"code": "ETLS", "message": "Unexpected socket close"}, Phase.TLS),
        ({"reason": "IP: 192.0.2.7 is not in the cert's list: ", "code": "ESOCKET"}, Phase.TLS),
    ],
)
def test_the_members_of_an_error_without_a_message_are_read_together(
    member: dict[str, JsonValue], phase: Phase
) -> None:
    outcome = judge(TestAnswer(200, {"error": member}), TO)
    assert outcome is not None
    assert (outcome.verdict, outcome.phase) == (Verdict.UNREACHABLE, phase)


def test_values_that_are_repeated_are_no_words_about_the_mail() -> None:
    echo: JsonValue = [
        {"name": "hostname", "value": "blacklist.example.com"},
        {"name": "description", "value": "read timed out here once"},
    ]
    body: JsonValue = {"accepted": [TO], "conn_params": echo, "host": "spamhaus.example.com"}
    outcome = judge(TestAnswer(200, body), TO)
    assert outcome is not None
    assert outcome.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("number", "parameter"), [(-111, "port"), (-113, "hostname"), (-3008, "hostname")]
)
def test_the_number_of_an_error_tells_what_its_code_leaves_open(
    number: int, parameter: str
) -> None:
    body: JsonValue = {"code": "ESOCKET", "syscall": "connect", "errno": number}
    outcome = judge(TestAnswer(400, body), TO)
    assert outcome is not None
    assert (outcome.verdict, outcome.parameter) == (Verdict.UNREACHABLE, parameter)


@pytest.mark.parametrize("body", [None, {"error": {"message": "Unknown Error"}}])
def test_a_status_that_http_does_not_have_is_a_reply_code(body: JsonValue) -> None:
    outcome = judge(TestAnswer(535, body), TO)
    assert outcome is not None
    assert (outcome.verdict, outcome.parameter) == (Verdict.REJECTED, "password")


def test_a_secret_in_json_inside_a_text_is_not_shown() -> None:
    inner = {"auth": {"user": "u", "pass": "Planted-1"}, "message": "535 5.7.8 no"}
    outcome = judge(TestAnswer(400, {"message": json.dumps(inner)}), TO)
    assert outcome is not None
    assert outcome.parameter == "password"
    assert "Planted-1" not in outcome.server_text


def test_html_and_status_pages_are_told_in_words() -> None:
    page = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
    bodies: list[JsonValue] = [page, {"message": page}]
    for body in bodies:
        outcome = judge(TestAnswer(502, body), TO)
        assert outcome is not None
        assert outcome.server_text == "an HTML page titled “502 Bad Gateway”"
        assert outcome.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "body",
    [
        [[f"word {row} {place}" for place in range(200)] for row in range(300)],
        [{"message": f"line {row} of words", "more": {"text": "x y"}} for row in range(20_000)],
        [{"message": "a b " * 1500 + str(row)} for row in range(200)],
        ["[" * 5000 + str(row) for row in range(200)],
        [" " * 50_000 + str(row) for row in range(50)],
    ],
    ids=["words", "objects", "long texts", "brackets", "blanks"],
)
def test_a_huge_answer_is_judged_at_once_and_says_that_there_is_more(body: JsonValue) -> None:
    """The bound is loose for slow machines: comparing all words with all would take minutes."""
    started = time.perf_counter()
    outcome = judge(TestAnswer(400, body), TO)
    assert time.perf_counter() - started < 5
    assert outcome is not None
    assert outcome.verdict is Verdict.REJECTED


def test_an_answer_of_too_many_words_to_show_says_so() -> None:
    body: JsonValue = [f"word {place} of many" for place in range(200)]
    outcome = judge(TestAnswer(400, [body, [f"{number} more" for number in range(300)]]), TO)
    assert outcome is not None
    assert outcome.server_text.endswith("… and more words than can be shown here")


TEXTS = [case.text for case in CASES] + [
    row.example for rows in (table().mailer, table().server, table().code) for row in rows
]
REFUSALS = [text for text in TEXTS if (reading := read(text)) is not None and reading.says_no]
KEYS = st.sampled_from(
    ["error", "message", "details", "cause", "data", "text", "response", "reason", "stderr", "log"]
) | st.text("abcxyz", min_size=1, max_size=6)
NOISE = st.none() | st.booleans() | st.integers(0, 90) | st.text("qwz ", max_size=12)
TREES = st.recursive(
    NOISE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)


def _planted(tree: JsonValue, words: str, path: list[tuple[bool, str]]) -> JsonValue:
    """The tree with the words below it, as many levels deep as the path has steps."""
    value: JsonValue = words
    for as_list, key in path:
        value = [tree, value] if as_list else {key: value, "beside": tree}
    return value


def _alone(text: str) -> TestOutcome:
    outcome = judge(TestAnswer(400, text), TO)
    assert outcome is not None
    return outcome


@given(
    text=st.sampled_from(REFUSALS),
    tree=TREES,
    path=st.lists(st.tuples(st.booleans(), KEYS), min_size=1, max_size=8),
    as_text=st.booleans(),
)
def test_wherever_a_known_reply_stands_the_verdict_is_the_same(
    text: str, tree: JsonValue, path: list[tuple[bool, str]], as_text: bool
) -> None:
    planted = _planted(tree, text, path)
    body: JsonValue = {"message": json.dumps(planted)} if as_text else planted
    outcome = judge(TestAnswer(400, body), TO)
    assert outcome is not None
    alone = _alone(text)
    assert (outcome.verdict, outcome.phase, outcome.parameter, outcome.meaning) == (
        alone.verdict,
        alone.phase,
        alone.parameter,
        alone.meaning,
    )
    assert text in outcome.server_text


@given(
    accepted=st.sampled_from(table().accepted),
    tree=TREES,
    path=st.lists(st.tuples(st.booleans(), KEYS), min_size=1, max_size=8),
)
def test_wherever_a_yes_stands_it_is_accepted_unless_the_rest_complains(
    accepted: Accepted, tree: JsonValue, path: list[tuple[bool, str]]
) -> None:
    quiet = json.dumps([tree, [key for _, key in path]])
    assume("error" not in quiet)
    outcome = judge(TestAnswer(200, _planted(tree, accepted.example, path)), TO)
    assert outcome is not None
    assert outcome.verdict is Verdict.ACCEPTED
