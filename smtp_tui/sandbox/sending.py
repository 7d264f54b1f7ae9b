"""Sending one mail by SMTP, with failures worded as nodemailer words them.

STARTTLS is used where it is offered, and AUTH when a user name is set; port 465 is TLS from the
first byte. Mail goes to loopback and to the hosts that are allowed, so that nobody can make the
sandbox connect elsewhere.
"""

from __future__ import annotations

import base64
import errno
import ipaddress
import smtplib
import socket
import ssl
from collections.abc import Collection, Container, Mapping
from contextlib import closing, suppress
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import formatdate, make_msgid, parseaddr

from msgspec import Struct, field

from smtp_tui.sandbox.parameters import port_number

DEFAULT_FROM = "cam@sandbox.example"
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
        """`response` is the server's whole reply with its reply codes, if there was one.

        `details` are the members besides the message, in the order of the JSON error.
        """
        super().__init__(message if response is None else f"{message}: {response}")
        self.response = response
        self.details: dict[str, object] = {"code": code}
        if response is not None:
            number = int(response[:3]) if response[:3].isdigit() else None
            self.details |= {"response": response, "responseCode": number}
        self.details["command"] = command


def unverified_context() -> ssl.SSLContext:
    """TLS that takes any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Relay(Struct, frozen=True):
    """Where and how to send, taken from connection parameters."""

    hostname: str
    port: int
    username: str
    password: str
    sender: str


class Mailer(Struct, frozen=True):
    """How mail is sent: each reply is waited for `timeout` seconds; where it may go to."""

    timeout: float
    allow_mail_to: Collection[str] = ()
    context: ssl.SSLContext = field(default_factory=unverified_context)
    implicit_tls_ports: Collection[int] = (465,)

    def send(self, parameters: Mapping[str, object], recipient: str) -> dict[str, object]:
        """Send the test mail and return nodemailer's result; raises `MailFailure`."""
        address, relay = _checked_recipient(recipient), _relay(parameters)
        connection = self._connected(relay.hostname, relay.port)
        with connection, closing(Conversation(relay, connection, self.context)) as conversation:
            try:
                if relay.port in self.implicit_tls_ports:
                    conversation.encrypt()
                return conversation.deliver(address)
            except smtplib.SMTPResponseException as error:
                raise MailFailure("Unexpected Response", "EPROTOCOL") from error
            except ssl.SSLError as error:
                raise MailFailure(_tls_message(error, relay.hostname), "ESOCKET") from error
            except OSError as error:
                raise conversation.lost(error) from error

    def _connected(self, host: str, port: int) -> socket.socket:
        """A connection to a host, which has to be on loopback or one of the allowed ones."""
        failure = MailFailure(f"getaddrinfo ENOTFOUND {host}", "EDNS")
        try:
            # RFC 6761: `.invalid` never resolves. Not asking keeps the demo on this machine.
            invalid = _plain(host).endswith(".invalid")
            addresses = [] if invalid else socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise failure from error
        # `localhost` may be ::1 first, where the sandbox does not listen: the last address decides.
        allowed = _plain(host) in map(_plain, self.allow_mail_to)
        for *_, address in addresses:
            if not allowed and not is_loopback_name(str(address[0])):
                failure = MailFailure(
                    f"connect ENETUNREACH {address[0]}:{port}: the sandbox sends mail to this"
                    f" machine only, unless it is started with --allow-mail-to {host}",
                    "ESOCKET",
                )
                continue
            try:
                return socket.create_connection((str(address[0]), port), self.timeout)
            except TimeoutError:
                failure = MailFailure("Connection timeout", "ETIMEDOUT")
            except OSError as error:
                failure = MailFailure(f"connect {_name(error)} {address[0]}:{port}", "ESOCKET")
        raise failure


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

    def deliver(self, recipient: str) -> dict[str, object]:
        """Run the whole conversation; raises `MailFailure` or what the socket raises."""
        greeting = self.getreply()
        self._greeted = True
        _expect(greeting, {220}, "Invalid greeting. response={}", "EPROTOCOL", "CONN")
        self._introduce()
        if self.has_extn("starttls") and not isinstance(self.sock, ssl.SSLSocket):
            self._say("STARTTLS", "Error upgrading connection with STARTTLS", "ETLS", "STARTTLS")
            self.encrypt()
            self.esmtp_features = {}
            self._introduce()
        if self._relay.username:
            self._log_in()
        sender, message_id = self._relay.sender, make_msgid(domain=LOCAL_NAME)
        self._say(f"MAIL FROM:<{sender}>", "Mail command failed", "EENVELOPE", "MAIL FROM")
        refused = "Can't send mail - all recipients were rejected"
        self._say(f"RCPT TO:<{recipient}>", refused, "EENVELOPE", "RCPT TO")
        self._say("DATA", "Data command failed", "EENVELOPE", "DATA")
        self.send(_message(sender, recipient, message_id) + b".\r\n")
        response = _expect(self.getreply(), DONE, "Message failed", "EMESSAGE", "DATA")
        with suppress(smtplib.SMTPException):
            self.docmd("QUIT")
        return {
            "accepted": [recipient],
            "rejected": [],
            "envelope": {"from": sender, "to": [recipient]},
            "messageId": message_id,
            "response": response,
        }

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

    def _introduce(self) -> None:
        reply = self.ehlo()
        if reply[0] == 421:
            _expect(reply, (), "Server terminates connection. response={}", "ECONNECTION", "EHLO")
        if reply[0] not in DONE:
            _expect(self.helo(), DONE, "Invalid HELO. response={}", "EPROTOCOL", "HELO")

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


def is_loopback_name(host: str) -> bool:
    """Whether a host name or address (without brackets or port) always means this machine."""
    host = host.removesuffix(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _relay(given: Mapping[str, object]) -> Relay:
    """The relay that parameters describe; raises `MailFailure` for a bad port or sender."""
    hostname, username, password, sender = (
        str(given.get(name) or "") for name in ("hostname", "username", "password", "from")
    )
    port = given.get("port")
    number = 587 if port in (None, "") else port_number(port)
    if number is None:
        raise MailFailure("Port should be >= 0 and < 65536.", "ERR_SOCKET_BAD_PORT")
    own = username if "@" in username else DEFAULT_FROM
    sender = _checked(parseaddr(sender)[1] or own, "sender")
    return Relay(hostname.strip() or "localhost", number, username, password, sender)


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
