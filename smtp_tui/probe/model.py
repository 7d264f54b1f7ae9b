"""What a probe asks, what it found, and how a step can end. No I/O here.

A probe talks to a mail server as a mailer does, as far as ``RCPT TO``. It never sends ``DATA`` or
``BDAT``, so no mail can come of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from msgspec import Struct

from smtp_tui.api.secret import SecretStr
from smtp_tui.api.tls import Certificate
from smtp_tui.mail.parameters import IMPLICIT_TLS, parse_port


class Security(Enum):
    """When TLS begins: as the port and the server suggest, at once, by STARTTLS, or never."""

    AUTO = "auto"
    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


class Address(Struct, frozen=True):
    """Where to look: a host name or an IP address without brackets, and a port."""

    hostname: str
    port: int

    @property
    def text(self) -> str:
        """As it is typed: ``mail.example.com:25``, ``[2001:db8::1]:25``."""
        host = f"[{self.hostname}]" if ":" in self.hostname else self.hostname
        return f"{host}:{self.port}"


class Ask(Struct, frozen=True):
    """What is to be found out.

    With a ``password`` a login is tried. With a ``recipient`` the server is asked whether it would
    take mail for it from ``sender``, which may be blank. ``insecure`` allows a login without TLS or
    with a certificate that is not trusted.
    """

    address: Address
    security: Security = Security.AUTO
    username: str = ""
    password: SecretStr | None = None
    sender: str = ""
    recipient: str = ""
    insecure: bool = False

    @property
    def tls_at_once(self) -> bool:
        """Whether the handshake comes before the greeting."""
        by_port = self.security is Security.AUTO and self.address.port in IMPLICIT_TLS
        return by_port or self.security is Security.TLS


class Limits(Struct, frozen=True):
    """How long a step and the whole may take, in seconds, and how much is read and tried."""

    step: float = 5.0
    whole: float = 20.0
    reply_bytes: int = 64 * 1024
    reply_lines: int = 100
    addresses: int = 4


class Step(Enum):
    """The steps in their order; the values are what a person reads."""

    NAMES = "names"
    CONNECT = "connect"
    GREETING = "greeting"
    EHLO = "EHLO"
    TLS = "TLS"
    EHLO_TLS = "EHLO in TLS"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    QUIT = "QUIT"


class Result(Enum):
    """How a step ended; a ``NOTE`` is no hindrance, and what is ``SKIPPED`` was not tried."""

    OK = "ok"
    NOTE = "note"
    FAILED = "failed"
    SKIPPED = "skipped"


class Reason(Enum):
    """Why a step failed, for the conclusions that are drawn from it."""

    NO_NAME = "no such name"
    NO_ADDRESS = "the name has no address"
    NO_DNS = "no answer from DNS"
    REFUSED = "connection refused"
    FILTERED = "no answer to the connection"
    NO_ROUTE = "no route"
    NOT_CONNECTED = "no connection"
    SILENT = "no answer in time"
    UNFINISHED = "a reply that does not end"
    TOO_LONG = "a reply that is too long"
    CLOSED = "connection closed"
    NOT_SMTP = "not an SMTP server"
    UNASKED = "a reply that nothing asked for"
    INJECTED = "plain text after STARTTLS"
    NO_STARTTLS = "no STARTTLS"
    NOT_TLS = "no TLS here"
    NO_HANDSHAKE = "TLS handshake failed"
    SAYS_NO = "refused by the server"
    NO_METHOD = "no login method in common"
    UNSAFE_LOGIN = "a login would not be safe"
    NOT_ASCII = "an address that the server cannot take"
    NOT_AN_ADDRESS = "no mail address"


CANNOT_REACH: Final = frozenset(
    {
        *(Reason.NO_NAME, Reason.NO_ADDRESS, Reason.NO_DNS, Reason.REFUSED, Reason.FILTERED),
        *(Reason.NO_ROUTE, Reason.NOT_CONNECTED),
    }
)
"""Nothing of the server was seen."""


class Way(Enum):
    """What advice tells a person to do, which a screen has a key for and a command an option."""

    NO_TLS = "go on without TLS"
    TLS_FIRST = "begin TLS at once"
    STARTTLS = "begin TLS with STARTTLS"
    UNSAFE = "send the password all the same"


class Failure(Struct, frozen=True):
    """Why a step failed: what happened, what it usually means, what to try, what to correct.

    ``parameter`` is hostname, port, username, password, ``to`` for the recipient, or None. ``way``
    is what the end of the ``advice`` is about; :meth:`advised` says how it is done. ``not_tried``
    is why the server was not asked at all, blank where it was.
    """

    reason: Reason
    words: str
    meaning: str = ""
    advice: str = ""
    parameter: str | None = None
    way: Way | None = None
    not_tried: str = ""

    def advised(self, how: Mapping[Way, str]) -> str:
        """The advice, with the key or the option that does it where the person is, if any."""
        return _with(how, self.way, self.advice)


class Suggestion(Struct, frozen=True):
    """What to set instead, as other attempts showed; ``way`` is as with a :class:`Failure`."""

    words: str
    way: Way | None = None

    def told(self, how: Mapping[Way, str]) -> str:
        """The words, with the key or the option that does it."""
        return _with(how, self.way, self.words)


def _with(how: Mapping[Way, str], way: Way | None, words: str) -> str:
    done_by = how.get(way) if way is not None else None
    return f"{words.removesuffix('.')} ({done_by})." if done_by else words


class StepResult(Struct, frozen=True):
    """One step: how it ended, how long it took in seconds, and what was found.

    ``details`` are further lines, ``remarks`` those of them that are to be looked at, ``in_short``
    what they come to in a few words, for a table. All text is as the server sent it, and is cleaned
    when shown.
    """

    step: Step
    result: Result
    words: str
    seconds: float = 0.0
    details: tuple[str, ...] = ()
    failure: Failure | None = None
    remarks: tuple[str, ...] = ()
    in_short: str = ""


class Side(Enum):
    """Who said a line of the dialogue; a note is about it, and says what was not SMTP."""

    HERE = ">"
    SERVER = "<"
    NOTE = "*"


class Line(Struct, frozen=True):
    """One line of the dialogue; secrets in it are masked already."""

    side: Side
    text: str


class Offers(Struct, frozen=True):
    """What a server offered in its reply to EHLO.

    ``size`` is the largest mail in bytes, None where it names none. ``others`` are the keywords in
    the server's order, without those that have a field of their own.
    """

    starttls: bool = False
    size: int | None = None
    auth: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def smtputf8(self) -> bool:
        """Whether addresses may be other than ASCII (RFC 6531)."""
        return "SMTPUTF8" in self.others


class TlsFound(Struct, frozen=True):
    """What the handshake showed: the chain begins with the server's own certificate.

    ``problems`` say why it is not trusted; a mailer that verifies refuses it for any of them.
    """

    version: str
    cipher: str
    chain: tuple[Certificate, ...]
    problems: tuple[str, ...] = ()
    days_left: int | None = None

    @property
    def trusted(self) -> bool:
        """Whether a mailer that verifies accepts it, as far as this machine can tell."""
        return not self.problems


class Probe(Struct, frozen=True):
    """All that was found; while a probe runs, all that was found so far.

    ``under_way`` is the step that has not ended, ``seconds`` how long everything took.
    ``others`` are the other ports, which are tried where this one failed; ``other_way`` is this
    port with another TLS setting, where the failure points to it. ``suggestion`` follows from them.
    """

    ask: Ask
    steps: tuple[StepResult, ...] = ()
    dialogue: tuple[Line, ...] = ()
    greeting: str = ""
    offers: Offers | None = None
    tls: TlsFound | None = None
    others: tuple[Probe, ...] = ()
    other_way: Probe | None = None
    suggestion: Suggestion | None = None
    seconds: float = 0.0
    under_way: Step | None = None

    @property
    def failed(self) -> StepResult | None:
        """The step that failed; after it come no others."""
        return next((each for each in self.steps if each.result is Result.FAILED), None)

    @property
    def failure(self) -> Failure | None:
        """Why it failed, if it did."""
        return self.failed.failure if self.failed is not None else None

    @property
    def reached(self) -> bool:
        """Whether an SMTP server answered."""
        return bool(self.greeting)

    @property
    def notes(self) -> tuple[StepResult, ...]:
        """The steps with something to look at that did not stop the probe."""
        return tuple(each for each in self.steps if each.result is Result.NOTE)


class BadAddress(ValueError):
    """A text is no ``host[:port]``; the words say why."""


def parse_address(text: str, port: int = 25) -> Address:
    """Read ``host``, ``host:port``, ``[IPv6]:port`` or an IPv6 address. Raises ``BadAddress``."""
    host, colon, tail = text.strip().rpartition(":")
    if not colon or (":" in host and not host.endswith("]")) or tail.endswith("]"):
        host, tail = text.strip(), ""
    found = parse_port(tail) if tail else port
    if found is None or (colon and host and not tail and text.endswith(":")):
        raise BadAddress("The port must be a number from 1 to 65535.")
    host = host.removeprefix("[").removesuffix("]")
    if not host or any(map(str.isspace, host)) or not host.isprintable():
        raise BadAddress("Name a host, as in mail.example.com:25.")
    return Address(host, found)
