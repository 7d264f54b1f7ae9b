"""Rows for names that cannot be looked up and for TLS that does not come about.

Sources named in the rows: Node.js `errors` and `tls` pages, the OpenSSL error strings that Node
and Python pass on, the Java platform's exceptions, JavaMail / Jakarta Mail, nodemailer's error
reference.
"""

from __future__ import annotations

from typing import Final

from smtp_tui.mail.reply_model import Phase, Row, Verdict

NAME_AND_TLS_ROWS: Final[tuple[Row, ...]] = (
    Row(
        "Node.js errors",
        Verdict.UNREACHABLE,
        Phase.DNS,
        "hostname",
        "The DNS did not answer, so the name could not be looked up now.",
        "Test again in a minute. If it stays, check the DNS of the CAM host.",
        patterns=(
            r"eai_again",
            r"temporary failure in name resolution",
            r"queryaaaa? etimeout",
            r"querya etimeout",
            r"try again.{0,20}getaddrinfo",
        ),
    ),
    Row(
        "Node.js errors",
        Verdict.UNREACHABLE,
        Phase.DNS,
        "hostname",
        "The name of the mail server does not exist in the DNS the CAM host uses.",
        (
            "Check the spelling of the host name. Ask from the CAM host, not from here: it "
            "may use another DNS."
        ),
        patterns=(
            r"enotfound",
            r"eai_noname",
            r"enodata",
            r"name or service not known",
            r"nodename nor servname",
            r"no address associated with",
        ),
    ),
    Row(
        "Java platform",
        Verdict.UNREACHABLE,
        Phase.DNS,
        "hostname",
        "The name of the mail server does not exist in the DNS the CAM host uses.",
        (
            "Check the spelling of the host name. Ask from the CAM host, not from here: it "
            "may use another DNS."
        ),
        patterns=(
            r"unknownhostexception",
            r"unknown smtp host",
            r"unresolved address",
            r"unresolvedaddressexception",
        ),
    ),
    Row(
        "nodemailer error reference",
        Verdict.UNREACHABLE,
        Phase.DNS,
        "hostname",
        "The name of the mail server could not be looked up.",
        (
            "Check the spelling of the host name. Ask from the CAM host, not from here: it "
            "may use another DNS."
        ),
        patterns=(
            r"\bedns\b",
            r"dns resolution failed",
            r"dns lookup (?:failed|timed out)",
        ),
    ),
    Row(
        "OpenSSL",
        Verdict.UNREACHABLE,
        Phase.TLS,
        "port",
        "One side spoke TLS and the other did not: this port does not start with TLS.",
        "Use 587 (STARTTLS) here; 465 is the one that starts with TLS.",
        patterns=(
            r"wrong version number",
            r"wrong_version_number",
            r"unknown protocol",
            r"packet length too long",
            r"http request(?! entity)",
        ),
    ),
    Row(
        "Java platform",
        Verdict.UNREACHABLE,
        Phase.TLS,
        "port",
        "One side spoke TLS and the other did not: this port does not start with TLS.",
        "Use 587 (STARTTLS) here; 465 is the one that starts with TLS.",
        patterns=(
            r"unrecognized ssl message",
            r"unsupported or unrecognized ssl",
            r"plaintext connection\?",
        ),
    ),
    Row(
        "Node.js tls",
        Verdict.UNREACHABLE,
        Phase.TLS,
        "hostname",
        "The certificate was issued for another name than the host name of this record.",
        "Use a name that stands in the certificate, not an IP address or an alias.",
        patterns=(
            r"err_tls_cert_altname_invalid",
            r"does not match certificate'?s altnames",
            r"is not in the cert'?s (?:list|altnames)",
            r"is not cert'?s cn",
            r"cert (?:does not contain a dns name|is empty)",
            r"hostname mismatch",
            r"ip address mismatch",
        ),
    ),
    Row(
        "Java platform",
        Verdict.UNREACHABLE,
        Phase.TLS,
        "hostname",
        "The certificate was issued for another name than the host name of this record.",
        "Use a name that stands in the certificate, not an IP address or an alias.",
        patterns=(
            r"no subject alternative",
            r"no name matching .{1,255} found",
            r"can'?t verify identity of server",
            r"server identity",
        ),
    ),
    Row(
        "Node.js tls",
        Verdict.UNREACHABLE,
        Phase.TLS,
        "hostname",
        "The certificate of the mail server has expired or is not valid yet.",
        "Its owner must renew it. Check the clock of the CAM host too.",
        patterns=(
            r"cert_has_expired",
            r"certificate has expired",
            r"certificate expired",
            r"cert_not_yet_valid",
            r"not yet valid",
            r"certificateexpiredexception",
            r"certificatenotyetvalidexception",
            r"notafter:",
        ),
    ),
    Row(
        "Node.js tls",
        Verdict.UNREACHABLE,
        Phase.TLS,
        "hostname",
        "The certificate of the mail server is self-signed, and CAM does not trust it.",
        "Have the certificate's CA added to CAM, or use a server with a public certificate.",
        patterns=(
            r"self[- ]signed",
            r"depth_zero_self_signed_cert",
            r"self_signed_cert_in_chain",
        ),
    ),
    Row(
        "Node.js tls",
        Verdict.UNREACHABLE,
        Phase.TLS,
        "hostname",
        "The certificate of the mail server comes from a CA that CAM does not trust.",
        "Have that CA added to CAM, or let the server send its whole chain.",
        patterns=(
            r"unable_to_verify_leaf_signature",
            r"unable_to_get_issuer_cert",
            r"unable to verify the first certificate",
            r"unable to get (?:local )?issuer certificate",
            r"certificate verify failed",
            r"certificate_unknown",
            r"unknown ca\b",
        ),
    ),
    Row(
        "Java platform",
        Verdict.UNREACHABLE,
        Phase.TLS,
        "hostname",
        "The certificate of the mail server comes from a CA that CAM does not trust.",
        "Have that CA added to CAM, or let the server send its whole chain.",
        patterns=(
            r"pkix path (?:building|validation) failed",
            r"unable to find valid certification path",
            r"certpathbuilderexception",
        ),
    ),
    Row(
        "OpenSSL and the Java platform",
        Verdict.UNREACHABLE,
        Phase.TLS,
        "hostname",
        "The mail server and CAM have no TLS version or cipher in common.",
        "One of them is too old: ask the owner of the mail server for TLS 1.2 or later.",
        patterns=(
            r"unsupported protocol",
            r"unsupported_protocol",
            r"no appropriate protocol",
            r"no protocols available",
            r"protocol_version",
            r"tlsv1 alert protocol version",
            r"no shared cipher",
            r"no cipher suites in common",
            r"no_shared_cipher",
            r"version too low",
            r"dh key too small",
            r"handshake failure",
            r"handshake_failure",
        ),
    ),
    Row(
        "Jakarta Mail",
        Verdict.REJECTED,
        Phase.TLS,
        "port",
        "CAM insists on STARTTLS, and the mail server does not offer it on this port.",
        "Use the server's submission port, usually 587.",
        patterns=(
            r"starttls is required but",
            r"starttls extension not supported",
            r"starttls not supported",
            r"upgrading connection with starttls: 5\d\d",
        ),
    ),
    Row(
        "nodemailer and Jakarta Mail",
        Verdict.UNREACHABLE,
        Phase.TLS,
        "port",
        "The change to TLS did not succeed.",
        "Check that the port is the server's STARTTLS port, usually 587.",
        patterns=(
            r"could not convert socket to tls",
            r"error upgrading connection with starttls",
            r"error initiating tls",
            r"\betls\b",
            r"sslhandshakeexception",
            r"sslexception",
            r"ssl_error",
            r"ssl routines",
            r"err_ssl_",
            r"secure tls connection was established",
            r"ssl alert number",
            r"\[ssl[:\]]",
            r"sslerror",
            r"tls handshake",
        ),
    ),
)
"""Most specific first; before the connection rows, in which Java wraps its TLS errors."""
