"""Sending one mail by SMTP, with failures worded as nodemailer words them.

STARTTLS is used where it is offered, and AUTH when a user name is set; port 465 is TLS from the
first byte. Mail goes to loopback and to the hosts that are allowed, so that nobody can make the
sandbox connect elsewhere.
"""

from __future__ import annotations

import base64
import errno
import smtplib
import socket
import ssl
from collections.abc import Collection, Container, Mapping
from contextlib import closing, suppress
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import formatdate, make_msgid, parseaddr

from msgspec import Struct

from smtp_tui.sandbox.origin import is_loopback_name
from smtp_tui.sandbox.parameters import port_number

DEFAULT_FROM = "cam@sandbox.example"
IMPLICIT_TLS_PORTS = frozenset({465})
LOCAL_NAME = "cam.sandbox.example"
DONE, DONE_OR_GO_ON = range(200, 300), range(200, 400)
"""The reply codes of a command that is done, or for which more is to be sent."""

_WRONG_NAME = (62, 64)
"""OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH."""


class MailFailure(Exception):
    """Why a mail was not sent: the message and the members of nodemailer's error."""

    def __init__(
        self, message: str, code: str, command: str = "CONN", response: str | None = None
    ) -> None:
        """`response` is the server's whole reply with its reply codes, if there was one."""
        super().__init__(message if response is None else f"{message}: {response}")
        self.code = code
        self.command = command
        self.response = response

    def details(self) -> dict[str, object]:
        """The members besides the message, in the order of the JSON error."""
        found: dict[str, object] = {"code": self.code}
        if self.response is not None:
            found["response"] = self.response
            found["responseCode"] = int(self.response[:3]) if self.response[:3].isdigit() else None
        found["command"] = self.command
        return found


class Relay(Struct, frozen=True):
    """Where and how to send, taken from connection parameters."""

    hostname: str
    port: int
    username: str
    password: str
    mail_from: str

    @classmethod
    def of(cls, given: Mapping[str, object]) -> Relay:
        """The relay that parameters describe; sending tells what is wrong with them."""
        username = _text(given.get("username"))
        own = username if "@" in username else DEFAULT_FROM
        port = given.get("port")
        number = 587 if port in (None, "") else port_number(port)
        return cls(
            hostname=_text(given.get("hostname")).strip() or "localhost",
            port=-1 if number is None else number,
            username=username,
            password=_text(given.get("password")),
            mail_from=parseaddr(_text(given.get("from")))[1] or own,
        )


class SentMail(Struct, frozen=True):
    """A mail that the server accepted."""

    mail_from: str
    recipient: str
    message_id: str
    response: str


def send_test_mail(
    relay: Relay,
    recipient: str,
    timeout: float,
    context: ssl.SSLContext,
    allow_mail_to: Collection[str] = (),
    implicit_tls_ports: Collection[int] = IMPLICIT_TLS_PORTS,
) -> SentMail:
    """Send the test mail, waiting `timeout` seconds for each reply; raises `MailFailure`."""
    address = _checked_recipient(recipient)
    _checked(relay.mail_from, "sender")
    connection = _connected(relay, timeout, allow_mail_to)
    with connection, closing(Conversation(relay, connection, context)) as conversation:
        try:
            if relay.port in implicit_tls_ports:
                conversation.encrypt()
            return conversation.deliver(address)
        except smtplib.SMTPServerDisconnected as error:
            raise conversation.lost(error) from error
        except smtplib.SMTPException as error:
            raise MailFailure("Unexpected Response", "EPROTOCOL") from error
        except ssl.SSLError as error:
            raise MailFailure(_tls_message(error, relay.hostname), "ESOCKET") from error
        except OSError as error:
            raise conversation.lost(error) from error


class Conversation(smtplib.SMTP):
    """An SMTP conversation over a connected socket, step by step as nodemailer does it."""

    def __init__(self, relay: Relay, connection: socket.socket, context: ssl.SSLContext) -> None:
        """Take over an open connection; nothing is read or sent yet."""
        super().__init__(local_hostname=LOCAL_NAME)
        self.sock = connection
        self.file = None
        self._relay = relay
        self._context = context
        self._greeted = False

    def deliver(self, recipient: str) -> SentMail:
        """Run the whole conversation; raises `MailFailure` or what the socket raises."""
        self._greet()
        self._introduce()
        if self.has_extn("starttls") and not isinstance(self.sock, ssl.SSLSocket):
            self._starttls()
        if self._relay.username:
            self._log_in()
        message_id = make_msgid(domain=LOCAL_NAME)
        response = self._transfer(recipient, message_id)
        with suppress(smtplib.SMTPException):
            self.docmd("QUIT")
        return SentMail(self._relay.mail_from, recipient, message_id, response)

    def encrypt(self) -> None:
        """Speak TLS from now on."""
        assert self.sock is not None
        self.sock = self._context.wrap_socket(self.sock, server_hostname=self._relay.hostname)
        self.file = None

    def lost(self, error: OSError) -> MailFailure:
        """The failure for a connection that ended or timed out at this point."""
        cause = error.__context__ if isinstance(error, smtplib.SMTPException) else error
        if isinstance(cause, TimeoutError):
            words = "Timeout" if self._greeted else "Greeting never received"
            return MailFailure(words, "ETIMEDOUT")
        if isinstance(cause, OSError) and cause.errno is not None:
            return MailFailure(f"read {_name(cause)}", "ESOCKET")
        words = "Connection closed unexpectedly" if self._greeted else "Unexpected socket close"
        return MailFailure(words, "ECONNECTION")

    def _greet(self) -> None:
        reply = self.getreply()
        self._greeted = True
        _expect(reply, {220}, "Invalid greeting. response={}", "EPROTOCOL", "CONN")

    def _introduce(self) -> None:
        reply = self.ehlo()
        if reply[0] == 421:
            _expect(reply, (), "Server terminates connection. response={}", "ECONNECTION", "EHLO")
        if reply[0] not in DONE:
            _expect(self.helo(), DONE, "Invalid HELO. response={}", "EPROTOCOL", "HELO")

    def _starttls(self) -> None:
        self._say("STARTTLS", "Error upgrading connection with STARTTLS", "ETLS", "STARTTLS")
        self.encrypt()
        self.esmtp_features = {}
        self._introduce()

    def _log_in(self) -> None:
        if not self._relay.password:
            raise MailFailure('Missing credentials for "PLAIN"', "EAUTH", "API")
        offered = self.esmtp_features.get("auth", "PLAIN").upper().split()
        user, password = self._relay.username.encode(), self._relay.password.encode()
        secret = _base64(b"\0" + user + b"\0" + password)
        mechanism, lines = "PLAIN", [f"AUTH PLAIN {secret}"]
        if "LOGIN" in offered and "PLAIN" not in offered:
            mechanism, lines = "LOGIN", ["AUTH LOGIN", _base64(user), _base64(password)]
        for line in lines:
            self._say(line, "Invalid login", "EAUTH", f"AUTH {mechanism}")

    def _transfer(self, recipient: str, message_id: str) -> str:
        sender = self._relay.mail_from
        self._say(f"MAIL FROM:<{sender}>", "Mail command failed", "EENVELOPE", "MAIL FROM")
        refused = "Can't send mail - all recipients were rejected"
        self._say(f"RCPT TO:<{recipient}>", refused, "EENVELOPE", "RCPT TO")
        self._say("DATA", "Data command failed", "EENVELOPE", "DATA")
        self.send(_message(sender, recipient, message_id) + b".\r\n")
        return _expect(self.getreply(), DONE, "Message failed", "EMESSAGE", "DATA")

    def _say(self, line: str, refused: str, code: str, command: str) -> None:
        _expect(self.docmd(line), DONE_OR_GO_ON, refused, code, command)


def _expect(
    reply: tuple[int, bytes], good: Container[int], message: str, code: str, command: str
) -> str:
    """The server's whole reply as it came; raises `MailFailure` unless its code is a good one.

    `message` is nodemailer's, with `{}` where it repeats the reply.
    """
    lines = reply[1].decode("utf-8", "replace").split("\n")
    said = "\n".join([*(f"{reply[0]}-{line}" for line in lines[:-1]), f"{reply[0]} {lines[-1]}"])
    if reply[0] not in good:
        raise MailFailure(message.replace("{}", said), code, command, said)
    return said


def _connected(relay: Relay, timeout: float, allow_mail_to: Collection[str]) -> socket.socket:
    """A connection to the relay, which has to be on loopback or one of the allowed hosts."""
    host, port = relay.hostname, relay.port
    if port < 0:
        raise MailFailure("Port should be >= 0 and < 65536.", "ERR_SOCKET_BAD_PORT")
    failure = MailFailure(f"getaddrinfo ENOTFOUND {host}", "EDNS")
    try:
        # RFC 6761: `.invalid` never resolves. Not asking keeps the demo on this machine.
        invalid = host.rstrip(".").lower().endswith(".invalid")
        addresses = [] if invalid else socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise failure from error
    # `localhost` may be ::1 first, where the sandbox does not listen: the last address decides.
    allowed = _plain(host) in {_plain(name) for name in allow_mail_to}
    for *_, address in addresses:
        if not allowed and not is_loopback_name(str(address[0])):
            failure = MailFailure(
                f"connect ENETUNREACH {address[0]}:{port}: the sandbox sends mail to this machine"
                f" only, unless it is started with --allow-mail-to {host}",
                "ESOCKET",
            )
            continue
        try:
            return socket.create_connection((str(address[0]), port), timeout)
        except TimeoutError:
            failure = MailFailure("Connection timeout", "ETIMEDOUT")
        except OSError as error:
            failure = MailFailure(f"connect {_name(error)} {address[0]}:{port}", "ESOCKET")
    raise failure


def _checked_recipient(recipient: str) -> str:
    local, _, domain = recipient.strip().rpartition("@")
    if not (local and domain) or not recipient.isprintable():
        raise MailFailure("No recipients defined", "EENVELOPE", "API")
    try:
        return _checked(f"{local}@{domain.encode('idna').decode('ascii')}", "recipient")
    except UnicodeError as error:
        raise MailFailure(f"Invalid recipient {recipient!r}", "EENVELOPE", "API") from error


def _checked(address: str, role: str) -> str:
    """The address, if it can stand in a command as it is."""
    if not address.isascii() or not address.isprintable() or any(c in address for c in "<> "):
        raise MailFailure(f"Invalid {role} {address!r}", "EENVELOPE", "API")
    return address


def _message(sender: str, recipient: str, message_id: str) -> bytes:
    """The message. None of its lines starts with a dot."""
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"], message["To"], message["Subject"] = sender, recipient, "Test email"
    message["Date"], message["Message-ID"] = formatdate(usegmt=True), message_id
    message.set_content("This is a test email for an SMTP connection.")
    return message.as_bytes()


def _plain(host: str) -> str:
    return host.strip("[]").removesuffix(".").lower()


def _name(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, "EIO")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _text(value: object) -> str:
    return "" if value is None else str(value)


def mailer_context(authorities: Collection[str] | None) -> ssl.SSLContext:
    """TLS for a mailer that trusts these certificates (PEM) alone; None verifies nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if authorities is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(cadata="\n".join(authorities))
    return context


def _tls_message(error: ssl.SSLError, hostname: str) -> str:
    """OpenSSL's own message, as Node shows it; in two cases Node's own."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _WRONG_NAME:
            return f"Hostname/IP does not match certificate's altnames: Host: {hostname}."
        return error.verify_message
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return "Client network socket disconnected before secure TLS connection was established"
    reason = (error.reason or str(error)).lower().replace("_", " ")
    return f"error:0A000000:SSL routines::{reason}"
