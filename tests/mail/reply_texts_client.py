"""What mailers write where no connection, name or certificate could be had."""

from __future__ import annotations

from typing import Final

from smtp_tui.mail.reply_model import Phase
from tests.mail.reply_case import GONE, HOST, NO, OPEN, PORT, Case

CASES: Final[tuple[Case, ...]] = (
    Case("getaddrinfo ENOTFOUND smtp.exmaple.com", Phase.DNS, GONE, HOST, "Node.js errors"),
    Case("getaddrinfo EAI_AGAIN smtp.example.com:587", Phase.DNS, GONE, HOST, "Node.js errors"),
    Case("queryA ENOTFOUND mail.example.invalid", Phase.DNS, GONE, HOST, "Node.js dns"),
    Case("queryA ETIMEOUT mail.example.com", Phase.DNS, GONE, HOST, "Node.js dns"),
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
        "javax.mail.MessagingException: Unknown SMTP host: mail.example.invalid;\n  nested "
        "exception is:\n\tjava.net.UnknownHostException: mail.example.invalid",
        Phase.DNS,
        GONE,
        HOST,
        "JavaMail SMTPTransport",
    ),
    Case("connect ECONNREFUSED 10.1.2.3:587", Phase.CONNECT, GONE, PORT, "Node.js errors"),
    Case("connect ETIMEDOUT 203.0.113.7:25", Phase.CONNECT, GONE, PORT, "Node.js errors"),
    Case("Connection timeout", Phase.CONNECT, GONE, PORT, "nodemailer smtp-connection"),
    Case("connect EHOSTUNREACH 10.1.2.3:25", Phase.CONNECT, GONE, HOST, "Node.js errors"),
    Case(
        "connect ENETUNREACH 2001:db8::25:587 - Local (:::0)",
        Phase.CONNECT,
        GONE,
        HOST,
        "Node.js errors",
    ),
    Case("Greeting never received", Phase.CONNECT, GONE, PORT, "nodemailer smtp-connection"),
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
        "org.eclipse.angus.mail.util.MailConnectException: Couldn't connect to host, port: "
        "localhost, 1025; timeout -1",
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
    Case("[Errno 111] Connection refused", Phase.CONNECT, GONE, PORT, "Python socket"),
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
    Case("self signed certificate", Phase.TLS, GONE, HOST, "OpenSSL through Node.js"),
    Case(
        "self-signed certificate in certificate chain",
        Phase.TLS,
        GONE,
        HOST,
        "OpenSSL 3 through Node.js",
    ),
    Case(
        "unable to verify the first certificate", Phase.TLS, GONE, HOST, "OpenSSL through Node.js"
    ),
    Case(
        "unable to get local issuer certificate", Phase.TLS, GONE, HOST, "OpenSSL through Node.js"
    ),
    Case("certificate has expired", Phase.TLS, GONE, HOST, "OpenSSL through Node.js"),
    Case(
        "Hostname/IP does not match certificate's altnames: Host: mail.example.com. is not "
        "in the cert's altnames: DNS:*.example.net",
        Phase.TLS,
        GONE,
        HOST,
        "Node.js tls",
    ),
    Case(
        "javax.mail.MessagingException: Could not convert socket to TLS;\n  nested exception "
        "is:\n\tjavax.net.ssl.SSLHandshakeException: "
        "sun.security.validator.ValidatorException: PKIX path building failed: "
        "sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid "
        "certification path to requested target",
        Phase.TLS,
        GONE,
        HOST,
        "JavaMail SMTPTransport",
    ),
    Case("Could not convert socket to TLS", Phase.TLS, GONE, PORT, "JavaMail SMTPTransport"),
    Case(
        "javax.net.ssl.SSLHandshakeException: No appropriate protocol (protocol is disabled "
        "or cipher suites are inappropriate)",
        Phase.TLS,
        GONE,
        HOST,
        "Java platform",
    ),
    Case(
        "java.security.cert.CertificateException: No subject alternative names matching IP "
        "address 10.1.2.3 found",
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
    Case("STARTTLS extension not supported by server.", Phase.TLS, NO, PORT, "Python smtplib"),
    Case(
        "Error upgrading connection with STARTTLS: 454 4.7.0 TLS not available due to local "
        "problem",
        Phase.TLS,
        NO,
        HOST,
        "Postfix smtpd",
    ),
    Case("530 5.7.0 Must issue a STARTTLS command first", Phase.TLS, NO, PORT, "RFC 3207"),
    Case(
        "530-5.7.0 Must issue a STARTTLS command first. For more information, go to\n530 "
        "5.7.0  https://support.google.com/a/answer/3221692 d2si123 - gsmtp",
        Phase.TLS,
        NO,
        PORT,
        "Gmail SMTP errors and codes",
    ),
    Case("451 5.7.3 STARTTLS is required to send mail", Phase.TLS, NO, PORT, "Exchange Online"),
    Case(
        "538 5.7.11 Encryption required for requested authentication mechanism",
        Phase.TLS,
        NO,
        PORT,
        "RFC 4954",
    ),
    Case(
        "421 4.3.2 Service not available, closing transmission channel",
        Phase.CONNECT,
        NO,
        None,
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
    Case("521 mail.example.com does not take messages", Phase.CONNECT, NO, HOST, "RFC 7504"),
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
    Case("525 5.7.1 Unauthorized IP address", Phase.CONNECT, NO, None, "Brevo"),
    Case("Unexpected socket close", Phase.CONNECT, GONE, PORT, "nodemailer smtp-transport"),
    Case("connect ESOCKET", Phase.CONNECT, GONE, PORT, "nodemailer, an error without its message"),
    Case("IP: 192.0.2.7 is not in the cert's list: ", Phase.TLS, GONE, HOST, "Node.js tls"),
    Case(
        "Host: mail.example.com. is not in the cert's altnames: DNS:localhost",
        Phase.TLS,
        GONE,
        HOST,
        "Node.js tls",
    ),
    Case(
        "450 4.7.1 <unknown[203.0.113.7]>: Client host rejected: cannot find your reverse "
        "hostname, [203.0.113.7]",
        Phase.CONNECT,
        NO,
        None,
        "Postfix smtpd",
    ),
    Case("Message failed: 450 4.3.2 Service unavailable", Phase.MESSAGE, NO, None, "Postfix"),
    Case("451 4.7.1 Try again later", Phase.UNKNOWN, NO, None, "Postfix access table"),
    Case("EENVELOPE", Phase.UNKNOWN, NO, None, "nodemailer error reference"),
    Case("EMESSAGE", Phase.MESSAGE, NO, None, "nodemailer error reference"),
    Case("Connection closed unexpectedly", Phase.UNKNOWN, OPEN, PORT, "nodemailer smtp-connection"),
    Case("read ECONNRESET", Phase.UNKNOWN, OPEN, PORT, "Node.js errors"),
    Case("Timeout", Phase.UNKNOWN, OPEN, None, "nodemailer smtp-connection"),
    Case("Connection unexpectedly closed", Phase.UNKNOWN, OPEN, PORT, "Python smtplib"),
    Case(
        "javax.mail.MessagingException: [EOF]", Phase.UNKNOWN, OPEN, PORT, "JavaMail SMTPTransport"
    ),
    Case(
        "250-mail.example.com\n250-PIPELINING\n250-SIZE 10240000\n250 STARTTLS",
        Phase.CONNECT,
        OPEN,
        None,
        "RFC 5321",
    ),
    Case("557 something new", Phase.UNKNOWN, NO, None, "made up: a code nobody knows"),
    Case(
        "421-4.7.0 [203.0.113.7] Our system has detected an unusual rate of unsolicited\n"
        "421-4.7.0 mail originating from your IP address.",
        Phase.CONNECT,
        NO,
        None,
        "Gmail SMTP errors and codes",
    ),
)
