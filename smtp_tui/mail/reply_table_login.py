"""Rows for what mail servers say about encryption and login, with or without a code.

Sources named in the rows: RFC 3207 and 4954, the error pages of Gmail, Exchange Online, Amazon
SES and SendGrid, and the reply texts of Postfix.
"""

from __future__ import annotations

from typing import Final

from smtp_tui.mail.reply_model import Phase, Row, Verdict

LOGIN_ROWS: Final[tuple[Row, ...]] = (
    Row(
        "RFC 3207 and Postfix smtpd",
        Verdict.REJECTED,
        Phase.TLS,
        "port",
        "The server wants STARTTLS first, and CAM did not use it.",
        "Use the submission port 587; if it stays, this server cannot be used without TLS.",
        patterns=(
            r"(?:issue|send|use|requires?|run|need) (?:an? )?starttls",
            r"starttls (?:is )?required",
            r"starttls.{0,20} first",
        ),
    ),
    Row(
        "RFC 4954 and RFC 3207",
        Verdict.REJECTED,
        Phase.TLS,
        "port",
        "The server wants an encrypted connection before the login.",
        "Use the submission port 587, where STARTTLS comes first.",
        patterns=(
            r"encryption (?:is )?required",
            r"must (?:use|be using) (?:tls|ssl)",
            r"tls (?:is )?required",
            r"requires? (?:tls|ssl)",
            r"secure connection (?:is )?required",
        ),
    ),
    Row(
        "RFC 3207",
        Verdict.REJECTED,
        Phase.TLS,
        "hostname",
        "The server offers STARTTLS but cannot do it now.",
        "Its TLS set-up is broken: tell its owner, or try another server.",
        codes=(454,),
        patterns=(
            r"tls not available",
            r"\btls\b.{0,30}(?:unavailable|temporar|local problem)",
        ),
    ),
    Row(
        "Gmail SMTP errors and codes",
        Verdict.REJECTED,
        Phase.LOGIN,
        "password",
        "The account needs an app password; the normal one is refused.",
        "Make an app password in the account's security settings and put it in.",
        patterns=(
            r"application[- ]specific password",
            r"app(?:lication)? password",
            r"app-specific password",
        ),
    ),
    Row(
        "Gmail SMTP errors and codes",
        Verdict.REJECTED,
        Phase.LOGIN,
        "username",
        "The provider holds the login back until the owner confirms it in a browser.",
        "Log in to this account in a browser once, then test again.",
        patterns=(
            r"log ?in via your web browser",
            r"log in with your web browser",
            r"webloginrequired",
            r"web login required",
        ),
    ),
    Row(
        "Exchange Online, SMTP AUTH",
        Verdict.REJECTED,
        Phase.LOGIN,
        "username",
        "Login by SMTP is switched off for this mailbox or the whole tenant.",
        "A Microsoft 365 administrator must enable Authenticated SMTP for the mailbox.",
        patterns=(
            r"smtpclientauthentication(?:disabled)? is disabled",
            r"smtpclientauthentication is disabled",
        ),
    ),
    Row(
        "Exchange Online, SMTP AUTH",
        Verdict.REJECTED,
        Phase.LOGIN,
        "username",
        "A policy of the organisation blocks login with a password.",
        "A Microsoft 365 administrator must exempt the account, or another relay is needed.",
        patterns=(
            r"security defaults",
            r"conditional access",
            r"basic authentication is (?:disabled|not supported)",
            r"locked by your organization",
        ),
    ),
    Row(
        "Exchange Online, SMTP AUTH",
        Verdict.REJECTED,
        Phase.LOGIN,
        "password",
        "The server did not take username and password.",
        "Check both; with multi-factor login the account needs an app password.",
        patterns=(r"user credentials were incorrect",),
    ),
    Row(
        "Exchange Online, SMTP AUTH",
        Verdict.REJECTED,
        Phase.LOGIN,
        "username",
        (
            "Microsoft refuses this login: SMTP login is off, or the account does not meet "
            "the rules."
        ),
        "Enable Authenticated SMTP for the mailbox, then check password and sign-in policy.",
        enhanced=("5.7.139", "5.7.30"),
    ),
    Row(
        "RFC 4954 and Gmail SMTP errors and codes",
        Verdict.REJECTED,
        Phase.LOGIN,
        None,
        "The mail server cannot check the login for now.",
        "It says so for now only. Test again in a few minutes.",
        codes=(421, 451, 454),
        patterns=(
            r"temporary authentication",
            r"cannot authenticate due to (?:a )?temporary",
            r"authentication (?:service )?temporarily",
        ),
    ),
    Row(
        "SendGrid and Postfix smtpd",
        Verdict.REJECTED,
        Phase.LOGIN,
        "password",
        "Too many logins failed or came too fast, so the server refuses more for now.",
        "Wait some minutes, correct username and password, then test once.",
        patterns=(
            r"too many (?:login|auth|failed|bad auth)",
            r"login attempts",
            r"auth(?:entication)? rate",
        ),
    ),
    Row(
        "SendGrid",
        Verdict.REJECTED,
        Phase.LOGIN,
        "username",
        "The provider's credits or plan for this account are used up.",
        "Look at the account's plan with the provider.",
        patterns=(
            r"maximum credits exceeded",
            r"credits exceeded",
            r"account (?:is )?(?:suspended|disabled|locked|under review)",
        ),
    ),
    Row(
        "Exchange Online NDR list",
        Verdict.REJECTED,
        Phase.LOGIN,
        "username",
        "The server takes no mail without a login, and none was made.",
        "Fill in username and password; use 587, where the login is offered.",
        enhanced=("5.7.57",),
    ),
    Row(
        "RFC 4954",
        Verdict.REJECTED,
        Phase.LOGIN,
        "port",
        "The server does not know the kind of login CAM used, or offers none on this port.",
        "Use 587; for a relay without login, empty username and password.",
        patterns=(
            r"unrecognized authentication type",
            r"authentication (?:mechanism|type|method).{0,40}not (?:supported|available)",
            r"authentication (?:mechanism|type|method).{0,40}(?:unsupported|too weak)",
            r"auth(?:entication)? not (?:enabled|supported|available|advertised)",
            r"mechanism (?:is )?too weak",
            r"unsupported auth",
        ),
    ),
    Row(
        "Amazon SES SMTP issues",
        Verdict.REJECTED,
        Phase.LOGIN,
        "password",
        "The SMTP credentials are wrong for this region.",
        "Use SMTP credentials made for this region; AWS access keys do not work.",
        patterns=(r"authentication credentials invalid",),
    ),
    Row(
        "Postfix smtpd",
        Verdict.REJECTED,
        Phase.LOGIN,
        "username",
        "The server takes mail from this sender address only after a login.",
        "Fill in the username and password of the account that owns the address.",
        patterns=(r"sender address rejected: not logged in",),
    ),
    Row(
        "Postfix smtpd",
        Verdict.REJECTED,
        Phase.LOGIN,
        "username",
        "The server refuses this client, most often because it did not log in.",
        "Fill in username and password, or have the CAM host's address allowed on the server.",
        patterns=(
            r"<[^<>]{1,320}>: (?:sender|recipient) address rejected: access denied",
            r"client host rejected(?!: cannot find your|.{0,100}(?:block|listed|spam))",
        ),
    ),
    Row(
        "RFC 4954 and SendGrid",
        Verdict.REJECTED,
        Phase.LOGIN,
        "username",
        "The server takes mail only after a login.",
        ("Fill in username and password. If they are there, use 587, where the login is offered."),
        patterns=(
            r"authentication (?:is )?required",
            r"unauthenticated senders? not allowed",
            r"not authenticated",
            r"must (?:first )?authenticate",
            r"authenticate first",
            r"authentication needed",
            r"auth(?:entication)? first",
            r"login required",
            r"requires authentication",
            r"please authenticate",
            r"client was not authenticated",
            r"need to authenticate",
        ),
    ),
    Row(
        "RFC 4954",
        Verdict.REJECTED,
        Phase.LOGIN,
        "password",
        "The server did not take username and password.",
        (
            "Check both; many providers want an app password, an API key or the whole "
            "address as username."
        ),
        codes=(535, 525),
        patterns=(r"^(?!.*unauthorized ip)",),
    ),
)
"""Most specific first."""
