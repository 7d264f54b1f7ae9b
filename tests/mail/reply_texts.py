"""Real texts of mail servers and mailers, by what they must be read as.

They come from RFCs, the documentation of providers and the sources of mail libraries, as the rows
of `replies.toml` do; names, hosts and ids are made up. Beside the example of its row, each shows
another wording, another mailer around the same reply, or a phase that the mailer's command decides.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from smtp_tui.mail.outcome import Phase, Verdict


class Case(NamedTuple):
    """One text with the reading it must get."""

    text: str
    verdict: Verdict
    phase: Phase
    parameter: str | None


_TEXTS: Final[dict[tuple[Verdict, Phase, str | None], tuple[str, ...]]] = {
    (Verdict.UNREACHABLE, Phase.DNS, "hostname"): (
        "getaddrinfo ENOTFOUND smtp.exmaple.com",
        "getaddrinfo EAI_AGAIN smtp.example.com:587",
        "queryA ENOTFOUND mail.example.invalid",
        "[Errno -3] Temporary failure in name resolution",
        "java.net.UnknownHostException: smtp.example.invalid",
        (
            "javax.mail.MessagingException: Unknown SMTP host: mail.example.invalid;\n  "
            "nested exception is:\n\tjava.net.UnknownHostException: mail.example.invalid"
        ),
    ),
    (Verdict.UNREACHABLE, Phase.CONNECT, "port"): (
        "connect ECONNREFUSED 10.1.2.3:587",
        "connect ETIMEDOUT 203.0.113.7:25",
        "Invalid greeting from server:\nHTTP/1.1 400 Bad Request: HTTP/1.1 400 Bad Request",
        (
            "com.sun.mail.util.MailConnectException: Couldn't connect to host, port: "
            "smtp.example.com, 587; timeout -1;\n  nested exception is:\n\t"
            "java.net.ConnectException: Connection refused (Connection refused)"
        ),
        "Couldn't connect to host, port: smtp.example.com, 25; timeout 5000",
        (
            "org.eclipse.angus.mail.util.MailConnectException: Couldn't connect to host, "
            "port: localhost, 1025; timeout -1"
        ),
        "Could not connect to SMTP host: smtp.example.com, port: 465, response: -1",
    ),
    (Verdict.UNREACHABLE, Phase.CONNECT, "hostname"): (
        "connect ENETUNREACH 2001:db8::25:587 - Local (:::0)",
        "java.net.NoRouteToHostException: No route to host (Host unreachable)",
    ),
    (Verdict.REJECTED, Phase.CONNECT, "port"): (
        "Could not connect to SMTP host: smtp.example.com, port: 25, response: 554",
    ),
    (Verdict.UNREACHABLE, Phase.TLS, "port"): (
        (
            "write EPROTO 139933:error:1408F10B:SSL routines:ssl3_get_record:wrong version "
            "number:../deps/openssl/ssl/record/ssl3_record.c:332:"
        ),
        "javax.net.ssl.SSLException: Unrecognized SSL message, plaintext connection?",
        "javax.net.ssl.SSLException: Unsupported or unrecognized SSL message",
    ),
    (Verdict.UNREACHABLE, Phase.TLS, "hostname"): (
        "self-signed certificate in certificate chain",
        "unable to get local issuer certificate",
        (
            "Hostname/IP does not match certificate's altnames: Host: mail.example.com. is "
            "not in the cert's altnames: DNS:*.example.net"
        ),
        (
            "javax.mail.MessagingException: Could not convert socket to TLS;\n  nested "
            "exception is:\n\tjavax.net.ssl.SSLHandshakeException: "
            "sun.security.validator.ValidatorException: PKIX path building failed: "
            "sun.security.provider.certpath.SunCertPathBuilderException: unable to find "
            "valid certification path to requested target"
        ),
        (
            "java.security.cert.CertificateException: No subject alternative names matching "
            "IP address 10.1.2.3 found"
        ),
        "Host: mail.example.com. is not in the cert's altnames: DNS:localhost",
    ),
    (Verdict.REJECTED, Phase.TLS, "port"): (
        "STARTTLS is required but host does not support STARTTLS",
        "530 5.7.0 Must issue a STARTTLS command first",
        (
            "530-5.7.0 Must issue a STARTTLS command first. For more information, go to\n530 "
            "5.7.0  https://support.google.com/a/answer/3221692 d2si123 - gsmtp"
        ),
    ),
    (Verdict.REJECTED, Phase.TLS, "hostname"): (
        (
            "Error upgrading connection with STARTTLS: 454 4.7.0 TLS not available due to "
            "local problem"
        ),
    ),
    (Verdict.REJECTED, Phase.CONNECT, None): (
        "421 4.3.2 Service not available, closing transmission channel",
        ("554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org"),
        (
            "450 4.7.1 <unknown[203.0.113.7]>: Client host rejected: cannot find your "
            "reverse hostname, [203.0.113.7]"
        ),
        (
            "421-4.7.0 [203.0.113.7] Our system has detected an unusual rate of unsolicited\n"
            "421-4.7.0 mail originating from your IP address."
        ),
    ),
    (Verdict.REJECTED, Phase.MESSAGE, None): (
        "Message failed: 450 4.3.2 Service unavailable",
        "Message failed: 554 5.7.1 Message rejected due to content restrictions",
        "Message failed: 550 5.7.1 Our system has detected that this message is likely spam.",
        "454 Throttling failure: Maximum sending rate exceeded.",
        "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail",
        "Data command failed: 451 4.3.0 Mail server temporarily rejected message",
    ),
    (Verdict.UNKNOWN, Phase.UNKNOWN, "port"): (
        "Connection unexpectedly closed",
        "javax.mail.MessagingException: [EOF]",
    ),
    (Verdict.REJECTED, Phase.LOGIN, "password"): (
        "javax.mail.AuthenticationFailedException: failed to connect, no password specified?",
        (
            "Invalid login: 535-5.7.8 Username and Password not accepted. For more "
            "information, go to\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials "
            "a1-2 - gsmtp"
        ),
        (
            "Invalid login: 535 5.7.3 Authentication unsuccessful "
            "[AM0PR01CA0123.eurprd01.prod.exchangelabs.com]"
        ),
        (
            "Invalid login: 535 Authentication failed: The provided authorization grant is "
            "invalid, expired, or revoked"
        ),
        "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6",
        "javax.mail.AuthenticationFailedException: 535 5.7.8 Error: authentication failed",
        "(535, b'5.7.8 Username and Password not accepted')",
    ),
    (Verdict.REJECTED, Phase.LOGIN, "username"): (
        (
            "535 5.7.139 Authentication unsuccessful, user is locked by your organization's "
            "security defaults policy. Contact your administrator."
        ),
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        "550 Unauthenticated senders not allowed",
        "554 5.7.1 <unknown[203.0.113.7]>: Client host rejected: Access denied",
        (
            "Can't send mail - all recipients were rejected: 554 5.7.1 "
            "<unknown[203.0.113.7]>: Client host rejected: Access denied"
        ),
        "554 5.7.1 <you@example.com>: Recipient address rejected: Access denied",
        (
            "Can't send mail - all recipients were rejected: 553 5.7.1 <cam@example.com>: "
            "Sender address rejected: not logged in"
        ),
    ),
    (Verdict.REJECTED, Phase.LOGIN, "port"): (
        "534 5.7.9 Authentication mechanism is too weak",
        "503 5.5.1 Error: authentication not enabled",
    ),
    (Verdict.ACCEPTED, Phase.MESSAGE, None): (
        (
            "250 2.6.0 <id@example.com> [InternalId=12345, "
            "Hostname=AM0PR01MB1234.eurprd01.prod.exchangelabs.com] 8765 bytes in 0.123, "
            "69.456 KB/sec Queued mail for delivery"
        ),
        "250 2.0.0 OK  1732280000 a1b2c3d4e5f6-43e3f4si1234567.12 - gsmtp",
        "250 Ok 0102018c1234abcd-12345678-abcd-1234-abcd-1234567890ab-000000",
    ),
    (Verdict.REJECTED, Phase.SENDER, "username"): (
        (
            "Message failed: 554 5.2.252 SendAsDenied; cam@example.com not allowed to send "
            "as noreply@example.com; STOREDRV.Submission.Exception:SendAsDeniedException"
        ),
        (
            "Mail command failed: 553 5.7.1 <noreply@example.com>: Sender address rejected: "
            "not owned by user cam@example.com"
        ),
        "Mail command failed: 501 5.1.7 Bad sender address syntax",
        "Mail command failed: 550 5.7.1 Rejected",
    ),
    (Verdict.REJECTED, Phase.RECIPIENT, "to"): (
        (
            "Can't send mail - all recipients were rejected: 550 5.1.1 <nobody@example.com>: "
            "Recipient address rejected: User unknown in local recipient table"
        ),
        (
            "550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
            "550-5.1.1 double-checking the recipient's email address"
        ),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
        "com.sun.mail.smtp.SMTPAddressFailedException: 550 5.1.1 User unknown",
        "452-4.2.2 The email account that you tried to reach is over quota.",
        "556 5.1.10 Recipient address has null MX",
        "550 Requested action not taken: mailbox unavailable",
        "450 Requested mail action not taken: mailbox unavailable",
        "Recipient command failed: 452 4.5.3 Too many recipients",
        (
            "550-5.1.1 The email account that you tried to reach does\n550-5.1.1 not exist. "
            "Please check it."
        ),
    ),
    (Verdict.REJECTED, Phase.RECIPIENT, "username"): (
        (
            "Can't send mail - all recipients were rejected: 554 5.7.1 <you@example.org>: "
            "Relay access denied"
        ),
        "550 5.7.1 Unable to relay",
        "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
        "550 5.7.1 <you@example.org>... Relaying denied",
        "454 4.7.1 <you@example.org>: Relay access denied",
        "Relay access denied",
        "5.7.1 Unable to relay for you@example.org",
    ),
    (Verdict.REJECTED, Phase.RECIPIENT, None): (
        (
            "450 4.2.0 <you@example.org>: Recipient address rejected: Greylisted, see "
            "http://postgrey.schweikert.ch/help/example.org.html"
        ),
        (
            "Can't send mail - all recipients were rejected: 451 4.7.1 Greylisted; please "
            "retry in 5 minutes"
        ),
    ),
}

CASES: Final = tuple(
    Case(text, verdict, phase, parameter)
    for (verdict, phase, parameter), texts in _TEXTS.items()
    for text in texts
)
