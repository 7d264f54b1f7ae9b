"""Rows for connections that cannot be made or stay silent.

Sources named in the rows: nodemailer (smtp-connection, error reference), Node.js `errors`,
JavaMail and the Java platform's exceptions.
"""

from __future__ import annotations

from typing import Final

from smtp_tui.mail.reply_model import Phase, Row, Verdict

CONNECTION_ROWS: Final[tuple[Row, ...]] = (
    Row(
        "nodemailer smtp-connection",
        Verdict.UNREACHABLE,
        Phase.CONNECT,
        "port",
        "The connection stands, but the server never said hello.",
        "A port that starts with TLS (465) is silent like this. Try 587.",
        patterns=(
            r"greeting never received",
            r"greeting timed? ?out",
        ),
    ),
    Row(
        "nodemailer smtp-transport and JavaMail",
        Verdict.UNREACHABLE,
        Phase.CONNECT,
        "port",
        "The server closed the connection or stayed silent instead of saying hello.",
        "A port that starts with TLS (465) behaves like this. Try 587.",
        patterns=(
            r"unexpected socket close",
            r"could not connect to smtp host.{0,300}response: -1",
            r"\[eof\].{0,80}greeting",
            r"got bad greeting.{0,300}\[eof\]",
            r"exception reading response.{0,120}read timed out",
        ),
    ),
    Row(
        "nodemailer smtp-connection",
        Verdict.UNREACHABLE,
        Phase.CONNECT,
        "port",
        "What answers on this port is not a mail server, or it refused to start.",
        "Check the port: web, IMAP and POP3 servers answer like this.",
        patterns=(
            r"invalid greeting",
            r"unexpected response.{0,80}http/1",
            r"parse error: expected http",
            r"got bad greeting",
        ),
    ),
    Row(
        "Node.js errors",
        Verdict.UNREACHABLE,
        Phase.CONNECT,
        "port",
        "The host is there, but nothing listens on this port.",
        "Check the port. If it is right, the mail service is down or a firewall refuses.",
        patterns=(
            r"econnrefused",
            r"connection refused",
            r"actively refused",
        ),
    ),
    Row(
        "Node.js errors",
        Verdict.UNREACHABLE,
        Phase.CONNECT,
        "hostname",
        "There is no way from the CAM host to this mail server.",
        "Check the address, then routes and firewall of the CAM host.",
        patterns=(
            r"ehostunreach",
            r"enetunreach",
            r"no route to host",
            r"network is unreachable",
            r"noroutetohostexception",
            r"ehostdown",
            r"host is down",
        ),
    ),
    Row(
        "Node.js errors",
        Verdict.UNREACHABLE,
        Phase.CONNECT,
        "hostname",
        "The CAM host cannot use this address.",
        "Check the host name: an IPv6 address on a host without IPv6 fails like this.",
        patterns=(
            r"eaddrnotavail",
            r"cannot assign requested address",
            r"eafnosupport",
            r"einval .{0,40}connect",
            r"invalid ip address",
        ),
    ),
    Row(
        "Node.js errors",
        Verdict.UNREACHABLE,
        Phase.CONNECT,
        "port",
        "The port is no number from 1 to 65535.",
        "Correct the port.",
        patterns=(
            r"err_socket_bad_port",
            r"port should be (?:>|between)",
            r"port out of range",
            r"options\.port",
        ),
    ),
    Row(
        "Node.js errors and the Java platform",
        Verdict.UNREACHABLE,
        Phase.CONNECT,
        "port",
        "The mail server did not answer the connection in time.",
        (
            "A firewall may drop it; cloud providers often block port 25. Try 587, and "
            "check the host."
        ),
        patterns=(
            r"connect etimedout",
            r"connection timeout",
            r"connection timed out",
            r"connect timed out",
            r"connecttimeout",
            r"couldn'?t connect to host.{0,300}timeout \d",
            r"econntimeout",
        ),
    ),
    Row(
        "nodemailer error reference",
        Verdict.UNREACHABLE,
        Phase.CONNECT,
        "hostname",
        "The proxy between CAM and the mail server failed.",
        "Ask who runs the proxy of the CAM host; the record has no setting for it.",
        patterns=(
            r"\beproxy\b",
            r"invalid response from proxy",
            r"socks",
        ),
    ),
    Row(
        "JavaMail",
        Verdict.UNREACHABLE,
        Phase.CONNECT,
        "port",
        "No connection to the mail server could be made.",
        "Check host name and port, then the firewall of the CAM host.",
        patterns=(
            r"couldn'?t connect to host",
            r"could not connect to smtp host",
            r"mailconnectexception",
            r"connectexception",
            r"econnection.{0,40}connect ",
            r"\bconnect e(?:socket|connection)\b",
            r"smtpconnecterror",
        ),
    ),
)
"""Most specific first; used where the text has no reply code."""
