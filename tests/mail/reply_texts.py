"""Real-world texts, what they must be read as, and where the wording comes from.

The wordings are facts taken from RFCs, provider documentation and the sources of mail libraries;
names, hosts and ids in them are made up.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from smtp_tui.mail.reply_model import Phase, Verdict

NO = Verdict.REJECTED
GONE = Verdict.UNREACHABLE
OPEN = Verdict.UNKNOWN
YES = Verdict.ACCEPTED


class Case(NamedTuple):
    """One text with the reading it must get; `source` is where the wording comes from."""

    text: str
    phase: Phase
    verdict: Verdict
    parameter: str | None
    source: str


HOST = "hostname"
PORT = "port"
USER = "username"
PASS = "password"
TO = "to"

CASES: Final[tuple[Case, ...]] = (
    Case(
        "getaddrinfo ENOTFOUND smtp.exmaple.com",
        Phase.DNS,
        GONE,
        HOST,
        "Node.js errors",
    ),
    Case(
        "getaddrinfo EAI_AGAIN smtp.example.com:587",
        Phase.DNS,
        GONE,
        HOST,
        "Node.js errors",
    ),
    Case(
        "queryA ENOTFOUND mail.example.invalid",
        Phase.DNS,
        GONE,
        HOST,
        "Node.js dns",
    ),
    Case(
        "queryA ETIMEOUT mail.example.com",
        Phase.DNS,
        GONE,
        HOST,
        "Node.js dns",
    ),
    Case(
        "[Errno -2] Name or service not known",
        Phase.DNS,
        GONE,
        HOST,
        "glibc getaddrinfo through Python",
    ),
    Case(
        "[Errno -3] Temporary failure in name resolution",
        Phase.DNS,
        GONE,
        HOST,
        "glibc getaddrinfo through Python",
    ),
    Case(
        "java.net.UnknownHostException: smtp.example.invalid",
        Phase.DNS,
        GONE,
        HOST,
        "Java platform",
    ),
    Case(
        "javax.mail.MessagingException: Unknown SMTP host: mail.example.invalid;\n  "
        "nested exception is:\n\tjava.net.UnknownHostException: mail.example.invalid",
        Phase.DNS,
        GONE,
        HOST,
        "JavaMail SMTPTransport",
    ),
    Case(
        "connect ECONNREFUSED 10.1.2.3:587",
        Phase.CONNECT,
        GONE,
        PORT,
        "Node.js errors",
    ),
    Case(
        "connect ETIMEDOUT 203.0.113.7:25",
        Phase.CONNECT,
        GONE,
        PORT,
        "Node.js errors",
    ),
    Case(
        "Connection timeout",
        Phase.CONNECT,
        GONE,
        PORT,
        "nodemailer smtp-connection",
    ),
    Case(
        "connect EHOSTUNREACH 10.1.2.3:25",
        Phase.CONNECT,
        GONE,
        HOST,
        "Node.js errors",
    ),
    Case(
        "connect ENETUNREACH 2001:db8::25:587 - Local (:::0)",
        Phase.CONNECT,
        GONE,
        HOST,
        "Node.js errors",
    ),
    Case(
        "Greeting never received",
        Phase.CONNECT,
        GONE,
        PORT,
        "nodemailer smtp-connection",
    ),
    Case(
        "Invalid greeting from server:\nHTTP/1.1 400 Bad Request: HTTP/1.1 400 Bad Request",
        Phase.CONNECT,
        GONE,
        PORT,
        "nodemailer smtp-connection",
    ),
    Case(
        "Invalid greeting. response=* OK [CAPABILITY IMAP4rev1 SASL-IR] ready.",
        Phase.CONNECT,
        GONE,
        PORT,
        "nodemailer smtp-connection",
    ),
    Case(
        "com.sun.mail.util.MailConnectException: Couldn't connect to host, port: "
        "smtp.example.com, 587; timeout -1;\n  nested exception "
        "is:\n\tjava.net.ConnectException: Connection refused (Connection refused)",
        Phase.CONNECT,
        GONE,
        PORT,
        "JavaMail SocketFetcher",
    ),
    Case(
        "Couldn't connect to host, port: smtp.example.com, 25; timeout 5000",
        Phase.CONNECT,
        GONE,
        PORT,
        "JavaMail SocketFetcher",
    ),
    Case(
        "org.eclipse.angus.mail.util.MailConnectException: Couldn't connect to host, "
        "port: localhost, 1025; timeout -1",
        Phase.CONNECT,
        GONE,
        PORT,
        "Angus Mail SocketFetcher",
    ),
    Case(
        "Could not connect to SMTP host: smtp.example.com, port: 465, response: -1",
        Phase.CONNECT,
        GONE,
        PORT,
        "JavaMail SMTPTransport",
    ),
    Case(
        "Could not connect to SMTP host: smtp.example.com, port: 25, response: 554",
        Phase.CONNECT,
        NO,
        PORT,
        "JavaMail SMTPTransport",
    ),
    Case(
        "java.net.NoRouteToHostException: No route to host (Host unreachable)",
        Phase.CONNECT,
        GONE,
        HOST,
        "Java platform",
    ),
    Case(
        "[Errno 111] Connection refused",
        Phase.CONNECT,
        GONE,
        PORT,
        "Python socket",
    ),
    Case(
        "write EPROTO 139933:error:1408F10B:SSL routines:ssl3_get_record:wrong version "
        "number:../deps/openssl/ssl/record/ssl3_record.c:332:",
        Phase.TLS,
        GONE,
        PORT,
        "OpenSSL through Node.js",
    ),
    Case(
        "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)",
        Phase.TLS,
        GONE,
        PORT,
        "OpenSSL through Python",
    ),
    Case(
        "javax.net.ssl.SSLException: Unrecognized SSL message, plaintext connection?",
        Phase.TLS,
        GONE,
        PORT,
        "Java platform",
    ),
    Case(
        "javax.net.ssl.SSLException: Unsupported or unrecognized SSL message",
        Phase.TLS,
        GONE,
        PORT,
        "Java platform",
    ),
    Case(
        "self signed certificate",
        Phase.TLS,
        GONE,
        HOST,
        "OpenSSL through Node.js",
    ),
    Case(
        "self-signed certificate in certificate chain",
        Phase.TLS,
        GONE,
        HOST,
        "OpenSSL 3 through Node.js",
    ),
    Case(
        "unable to verify the first certificate",
        Phase.TLS,
        GONE,
        HOST,
        "OpenSSL through Node.js",
    ),
    Case(
        "unable to get local issuer certificate",
        Phase.TLS,
        GONE,
        HOST,
        "OpenSSL through Node.js",
    ),
    Case(
        "certificate has expired",
        Phase.TLS,
        GONE,
        HOST,
        "OpenSSL through Node.js",
    ),
    Case(
        "Hostname/IP does not match certificate's altnames: Host: mail.example.com. is "
        "not in the cert's altnames: DNS:*.example.net",
        Phase.TLS,
        GONE,
        HOST,
        "Node.js tls",
    ),
    Case(
        "javax.mail.MessagingException: Could not convert socket to TLS;\n  nested "
        "exception is:\n\tjavax.net.ssl.SSLHandshakeException: "
        "sun.security.validator.ValidatorException: PKIX path building failed: "
        "sun.security.provider.certpath.SunCertPathBuilderException: unable to find "
        "valid certification path to requested target",
        Phase.TLS,
        GONE,
        HOST,
        "JavaMail SMTPTransport",
    ),
    Case(
        "Could not convert socket to TLS",
        Phase.TLS,
        GONE,
        PORT,
        "JavaMail SMTPTransport",
    ),
    Case(
        "javax.net.ssl.SSLHandshakeException: No appropriate protocol (protocol is "
        "disabled or cipher suites are inappropriate)",
        Phase.TLS,
        GONE,
        HOST,
        "Java platform",
    ),
    Case(
        "java.security.cert.CertificateException: No subject alternative names matching "
        "IP address 10.1.2.3 found",
        Phase.TLS,
        GONE,
        HOST,
        "Java platform",
    ),
    Case(
        "STARTTLS is required but host does not support STARTTLS",
        Phase.TLS,
        NO,
        PORT,
        "JavaMail SMTPTransport",
    ),
    Case(
        "STARTTLS extension not supported by server.",
        Phase.TLS,
        NO,
        PORT,
        "Python smtplib",
    ),
    Case(
        "Error upgrading connection with STARTTLS: 454 4.7.0 TLS not available due to "
        "local problem",
        Phase.TLS,
        NO,
        HOST,
        "Postfix smtpd",
    ),
    Case(
        "530 5.7.0 Must issue a STARTTLS command first",
        Phase.TLS,
        NO,
        PORT,
        "RFC 3207",
    ),
    Case(
        "530-5.7.0 Must issue a STARTTLS command first. For more information, go to\n530 "
        "5.7.0  https://support.google.com/a/answer/3221692 d2si123 - gsmtp",
        Phase.TLS,
        NO,
        PORT,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "451 5.7.3 STARTTLS is required to send mail",
        Phase.TLS,
        NO,
        PORT,
        "Exchange Online",
    ),
    Case(
        "538 5.7.11 Encryption required for requested authentication mechanism",
        Phase.TLS,
        NO,
        PORT,
        "RFC 4954",
    ),
    Case(
        "Invalid login: 535-5.7.8 Username and Password not accepted. For more "
        "information, go to\n535 5.7.8  "
        "https://support.google.com/mail/?p=BadCredentials a1-2 - gsmtp",
        Phase.LOGIN,
        NO,
        PASS,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "534-5.7.9 Application-specific password required. For more information, go "
        "to\n534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor",
        Phase.LOGIN,
        NO,
        PASS,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "534-5.7.14 Please log in via your web browser and then try again.",
        Phase.LOGIN,
        NO,
        USER,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "Invalid login: 535 5.7.3 Authentication unsuccessful "
        "[AM0PR01CA0123.eurprd01.prod.exchangelabs.com]",
        Phase.LOGIN,
        NO,
        PASS,
        "Exchange Online",
    ),
    Case(
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled "
        "for the Tenant. Visit https://aka.ms/smtp_auth_disabled",
        Phase.LOGIN,
        NO,
        USER,
        "Exchange Online",
    ),
    Case(
        "535 5.7.139 Authentication unsuccessful, user is locked by your organization's "
        "security defaults policy. Contact your administrator.",
        Phase.LOGIN,
        NO,
        USER,
        "Exchange Online",
    ),
    Case(
        "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
        Phase.LOGIN,
        NO,
        PASS,
        "Exchange Online",
    ),
    Case(
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        Phase.LOGIN,
        NO,
        USER,
        "Outlook.com",
    ),
    Case(
        "550 5.7.30 Basic authentication is not supported for Client Submission.",
        Phase.LOGIN,
        NO,
        USER,
        "Exchange Online",
    ),
    Case(
        "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during "
        "MAIL FROM [AM6PR0732.eurprd07.prod.outlook.com]",
        Phase.LOGIN,
        NO,
        USER,
        "Exchange Online NDR list",
    ),
    Case(
        "535 Authentication Credentials Invalid",
        Phase.LOGIN,
        NO,
        PASS,
        "Amazon SES SMTP issues",
    ),
    Case(
        "Invalid login: 535 Authentication failed: The provided authorization grant is "
        "invalid, expired, or revoked",
        Phase.LOGIN,
        NO,
        PASS,
        "SendGrid",
    ),
    Case(
        "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6",
        Phase.LOGIN,
        NO,
        PASS,
        "Postfix with SASL",
    ),
    Case(
        "535 Incorrect authentication data",
        Phase.LOGIN,
        NO,
        PASS,
        "Exim",
    ),
    Case(
        "javax.mail.AuthenticationFailedException: 535 5.7.8 Error: authentication failed",
        Phase.LOGIN,
        NO,
        PASS,
        "JavaMail SMTPTransport",
    ),
    Case(
        "javax.mail.AuthenticationFailedException: failed to connect, no password specified?",
        Phase.LOGIN,
        NO,
        USER,
        "JavaMail Service",
    ),
    Case(
        'Missing credentials for "PLAIN"',
        Phase.LOGIN,
        NO,
        USER,
        "nodemailer smtp-connection",
    ),
    Case(
        "(535, b'5.7.8 Username and Password not accepted')",
        Phase.LOGIN,
        NO,
        PASS,
        "Python smtplib",
    ),
    Case(
        "530 5.7.0 Authentication required",
        Phase.LOGIN,
        NO,
        USER,
        "RFC 4954",
    ),
    Case(
        "550 Unauthenticated senders not allowed",
        Phase.LOGIN,
        NO,
        USER,
        "SendGrid",
    ),
    Case(
        "534 5.7.9 Authentication mechanism is too weak",
        Phase.LOGIN,
        NO,
        PORT,
        "RFC 4954",
    ),
    Case(
        "432 4.7.12 A password transition is needed",
        Phase.LOGIN,
        NO,
        PASS,
        "RFC 4954",
    ),
    Case(
        "454 4.7.0 Temporary authentication failure",
        Phase.LOGIN,
        NO,
        None,
        "RFC 4954",
    ),
    Case(
        "454 4.7.0 Too many login attempts, please try again later.",
        Phase.LOGIN,
        NO,
        PASS,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "504 5.7.4 Unrecognized authentication type",
        Phase.LOGIN,
        NO,
        PORT,
        "Exchange",
    ),
    Case(
        "503 5.5.1 Error: authentication not enabled",
        Phase.LOGIN,
        NO,
        PORT,
        "Postfix smtpd",
    ),
    Case(
        "SMTP AUTH extension not supported by server.",
        Phase.LOGIN,
        NO,
        PORT,
        "Python smtplib",
    ),
    Case(
        "500 5.5.6 Authentication Exchange line is too long",
        Phase.LOGIN,
        NO,
        PASS,
        "RFC 4954",
    ),
    Case(
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
        Phase.SENDER,
        NO,
        USER,
        "Exchange Online NDR list",
    ),
    Case(
        "Message failed: 554 5.2.252 SendAsDenied; cam@example.com not allowed to send "
        "as noreply@example.com; STOREDRV.Submission.Exception:SendAsDeniedException",
        Phase.SENDER,
        NO,
        USER,
        "Exchange Online",
    ),
    Case(
        "Mail command failed: 553 5.7.1 <noreply@example.com>: Sender address rejected: "
        "not owned by user cam@example.com",
        Phase.SENDER,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case(
        "553 Relaying disallowed as noreply@example.com",
        Phase.SENDER,
        NO,
        USER,
        "Zoho Mail",
    ),
    Case(
        "554 Message rejected: Email address is not verified. The following identities "
        "failed the check in region EU-WEST-1: cam@example.com",
        Phase.SENDER,
        NO,
        None,
        "Amazon SES error messages",
    ),
    Case(
        "550 The from address does not match a verified Sender Identity. Mail cannot be "
        "sent until this error is resolved.",
        Phase.SENDER,
        NO,
        None,
        "SendGrid",
    ),
    Case(
        "450 4.1.8 <cam@nowhere.invalid>: Sender address rejected: Domain not found",
        Phase.SENDER,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case(
        "550-5.7.26 This mail has been blocked because the sender is "
        "unauthenticated.\n550-5.7.26 Gmail requires all senders to authenticate with "
        "either SPF or DKIM.",
        Phase.SENDER,
        NO,
        None,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "Mail command failed: 501 5.1.7 Bad sender address syntax",
        Phase.SENDER,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case(
        "Mail command failed: 550 5.7.1 Rejected",
        Phase.SENDER,
        NO,
        USER,
        "nodemailer smtp-connection",
    ),
    Case(
        "Can't send mail - all recipients were rejected: 550 5.1.1 <nobody@example.com>: "
        "Recipient address rejected: User unknown in local recipient table",
        Phase.RECIPIENT,
        NO,
        TO,
        "Postfix smtpd",
    ),
    Case(
        "550-5.1.1 The email account that you tried to reach does not exist. Please "
        "try\n550-5.1.1 double-checking the recipient's email address",
        Phase.RECIPIENT,
        NO,
        TO,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        Phase.RECIPIENT,
        NO,
        TO,
        "Exchange Online NDR list",
    ),
    Case(
        "550 5.4.1 Recipient address rejected: Access denied. "
        "[BN8NAM12FT048.eop-nam12.prod.protection.outlook.com]",
        Phase.RECIPIENT,
        NO,
        TO,
        "Exchange Online NDR list",
    ),
    Case(
        "Can't send mail - all recipients were rejected: 554 5.7.1 <you@example.org>: "
        "Relay access denied",
        Phase.RECIPIENT,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case(
        "550 5.7.1 Unable to relay",
        Phase.RECIPIENT,
        NO,
        USER,
        "Exchange",
    ),
    Case(
        "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
        Phase.RECIPIENT,
        NO,
        USER,
        "Exchange",
    ),
    Case(
        "550 relay not permitted",
        Phase.RECIPIENT,
        NO,
        USER,
        "Exim",
    ),
    Case(
        "550 5.7.1 <you@example.org>... Relaying denied",
        Phase.RECIPIENT,
        NO,
        USER,
        "Sendmail",
    ),
    Case(
        "454 4.7.1 <you@example.org>: Relay access denied",
        Phase.RECIPIENT,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case(
        "com.sun.mail.smtp.SMTPAddressFailedException: 550 5.1.1 User unknown",
        Phase.RECIPIENT,
        NO,
        TO,
        "JavaMail SMTPTransport",
    ),
    Case(
        "450 4.2.0 <you@example.org>: Recipient address rejected: Greylisted, see "
        "http://postgrey.schweikert.ch/help/example.org.html",
        Phase.RECIPIENT,
        NO,
        None,
        "Postgrey",
    ),
    Case(
        "Can't send mail - all recipients were rejected: 451 4.7.1 Greylisted; please "
        "retry in 5 minutes",
        Phase.RECIPIENT,
        NO,
        None,
        "Greylisting, RFC 6647",
    ),
    Case(
        "452-4.2.2 The email account that you tried to reach is over quota.",
        Phase.RECIPIENT,
        NO,
        TO,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "552 5.2.2 Mailbox full",
        Phase.RECIPIENT,
        NO,
        TO,
        "RFC 3463",
    ),
    Case(
        "556 5.1.10 Recipient address has null MX",
        Phase.RECIPIENT,
        NO,
        TO,
        "RFC 7504 and RFC 7505",
    ),
    Case(
        "550 5.1.2 <you@nowhere.invalid>: Recipient address rejected: Domain not found",
        Phase.RECIPIENT,
        NO,
        TO,
        "Postfix smtpd",
    ),
    Case(
        "553 5.1.3 <you@@example>: malformed",
        Phase.RECIPIENT,
        NO,
        TO,
        "RFC 3463",
    ),
    Case(
        "551 User not local; please try <other@example.com>",
        Phase.RECIPIENT,
        NO,
        TO,
        "RFC 5321",
    ),
    Case(
        "550 Requested action not taken: mailbox unavailable",
        Phase.RECIPIENT,
        NO,
        TO,
        "RFC 5321",
    ),
    Case(
        "450 Requested mail action not taken: mailbox unavailable",
        Phase.RECIPIENT,
        NO,
        TO,
        "RFC 5321",
    ),
    Case(
        "553 Requested action not taken: mailbox name not allowed",
        Phase.RECIPIENT,
        NO,
        TO,
        "RFC 5321",
    ),
    Case(
        "Recipient command failed: 452 4.5.3 Too many recipients",
        Phase.RECIPIENT,
        NO,
        TO,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "421 Domain sandbox0123.mailgun.org is not allowed to send: Free accounts are "
        "for test purposes only. Please upgrade or add the address to authorized "
        "recipients",
        Phase.RECIPIENT,
        NO,
        TO,
        "Mailgun",
    ),
    Case(
        "552 5.3.4 Message size exceeds fixed limit",
        Phase.MESSAGE,
        NO,
        None,
        "Postfix smtpd",
    ),
    Case(
        "552 Requested mail action aborted: exceeded storage allocation",
        Phase.MESSAGE,
        NO,
        None,
        "RFC 5321",
    ),
    Case(
        "Message failed: 554 5.7.1 Message rejected due to content restrictions",
        Phase.MESSAGE,
        NO,
        None,
        "Postfix with a filter",
    ),
    Case(
        "Message failed: 550 5.7.1 Our system has detected that this message is likely spam.",
        Phase.MESSAGE,
        NO,
        None,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "454 Throttling failure: Maximum sending rate exceeded.",
        Phase.MESSAGE,
        NO,
        None,
        "Amazon SES",
    ),
    Case(
        "454 Throttling failure: Daily message quota exceeded.",
        Phase.MESSAGE,
        NO,
        None,
        "Amazon SES",
    ),
    Case(
        "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail",
        Phase.MESSAGE,
        NO,
        None,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "Data command failed: 451 4.3.0 Mail server temporarily rejected message",
        Phase.MESSAGE,
        NO,
        None,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "452 4.3.1 Insufficient system storage",
        Phase.MESSAGE,
        NO,
        None,
        "Exchange",
    ),
    Case(
        "554 Transaction failed",
        Phase.MESSAGE,
        NO,
        None,
        "RFC 5321",
    ),
    Case(
        "421 4.3.2 Service not available, closing transmission channel",
        Phase.CONNECT,
        NO,
        HOST,
        "RFC 5321",
    ),
    Case(
        "421 4.4.2 mail.example.com Error: timeout exceeded",
        Phase.CONNECT,
        NO,
        None,
        "Postfix smtpd",
    ),
    Case(
        "421 4.7.0 mail.example.com Error: too many connections from 203.0.113.7",
        Phase.CONNECT,
        NO,
        HOST,
        "Postfix anvil",
    ),
    Case(
        "521 5.3.2 Host does not accept mail",
        Phase.RECIPIENT,
        NO,
        TO,
        "RFC 7504",
    ),
    Case(
        "521 mail.example.com does not take messages",
        Phase.CONNECT,
        NO,
        HOST,
        "RFC 7504",
    ),
    Case(
        "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org",
        Phase.CONNECT,
        NO,
        None,
        "Postfix with a blocklist",
    ),
    Case(
        "550 5.7.606 Access denied, banned sending IP [203.0.113.7]",
        Phase.CONNECT,
        NO,
        None,
        "Exchange Online NDR list",
    ),
    Case(
        "450 4.7.25 Client host rejected: cannot find your hostname, [203.0.113.7]",
        Phase.CONNECT,
        NO,
        None,
        "Postfix smtpd",
    ),
    Case(
        "504 5.5.2 <camhost>: Helo command rejected: need fully-qualified hostname",
        Phase.CONNECT,
        NO,
        None,
        "Postfix smtpd",
    ),
    Case(
        "525 5.7.1 Unauthorized IP address",
        Phase.CONNECT,
        NO,
        None,
        "Brevo",
    ),
    Case(
        "Unexpected socket close",
        Phase.UNKNOWN,
        OPEN,
        PORT,
        "nodemailer smtp-transport",
    ),
    Case(
        "Connection closed unexpectedly",
        Phase.UNKNOWN,
        OPEN,
        PORT,
        "nodemailer smtp-connection",
    ),
    Case(
        "read ECONNRESET",
        Phase.UNKNOWN,
        OPEN,
        PORT,
        "Node.js errors",
    ),
    Case(
        "Timeout",
        Phase.UNKNOWN,
        OPEN,
        None,
        "nodemailer smtp-connection",
    ),
    Case(
        "Connection unexpectedly closed",
        Phase.UNKNOWN,
        OPEN,
        PORT,
        "Python smtplib",
    ),
    Case(
        "javax.mail.MessagingException: [EOF]",
        Phase.UNKNOWN,
        OPEN,
        PORT,
        "JavaMail SMTPTransport",
    ),
    Case(
        "250 2.0.0 Ok: queued as 4F1A2B3C4D",
        Phase.MESSAGE,
        YES,
        None,
        "Postfix smtpd",
    ),
    Case(
        "250 2.6.0 <id@example.com> [InternalId=12345, "
        "Hostname=AM0PR01MB1234.eurprd01.prod.exchangelabs.com] 8765 bytes in 0.123, "
        "69.456 KB/sec Queued mail for delivery",
        Phase.MESSAGE,
        YES,
        None,
        "Exchange",
    ),
    Case(
        "250 2.0.0 OK  1732280000 a1b2c3d4e5f6-43e3f4si1234567.12 - gsmtp",
        Phase.MESSAGE,
        YES,
        None,
        "Gmail",
    ),
    Case(
        "250 Ok 0102018c1234abcd-12345678-abcd-1234-abcd-1234567890ab-000000",
        Phase.MESSAGE,
        YES,
        None,
        "Amazon SES",
    ),
    Case(
        "250 2.1.0 Sender OK",
        Phase.SENDER,
        OPEN,
        None,
        "RFC 3463",
    ),
    Case(
        "250 2.1.5 Recipient OK",
        Phase.RECIPIENT,
        OPEN,
        TO,
        "RFC 3463",
    ),
    Case(
        "235 2.7.0 Authentication successful",
        Phase.LOGIN,
        OPEN,
        None,
        "RFC 4954",
    ),
    Case(
        "354 End data with <CR><LF>.<CR><LF>",
        Phase.MESSAGE,
        OPEN,
        None,
        "Postfix smtpd",
    ),
    Case(
        "250-mail.example.com\n250-PIPELINING\n250-SIZE 10240000\n250 STARTTLS",
        Phase.CONNECT,
        OPEN,
        None,
        "RFC 5321",
    ),
    Case(
        "Relay access denied",
        Phase.RECIPIENT,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case(
        "5.7.1 Unable to relay for you@example.org",
        Phase.RECIPIENT,
        NO,
        USER,
        "Exchange",
    ),
    Case(
        "557 something new",
        Phase.UNKNOWN,
        NO,
        None,
        "made up: a code nobody knows",
    ),
)
