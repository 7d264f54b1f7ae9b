"""Well-known mail providers: host and port to start a new record from, and a note on the login.

Read from the providers' own documentation: Gmail and Workspace help, Microsoft support and
Exchange Online, the Amazon SES developer guide, and the help pages of SendGrid, Mailgun,
Postmark, Mailjet, Brevo, Zoho, Fastmail, Yahoo and Apple. Ports that start with TLS stand in
`ports` only, because the product documents no parameter for that.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from msgspec import Struct

CHECKED: Final = date(2026, 11, 22)
"""The day the table was last compared with the documentation."""


class Preset(Struct, frozen=True):
    """One provider: the `port` to start from, all `ports` it documents, a `note` on the login."""

    name: str
    hostname: str
    port: int
    ports: tuple[int, ...]
    note: str


PRESETS: Final[tuple[Preset, ...]] = (
    Preset(
        "Gmail",
        "smtp.gmail.com",
        587,
        (465, 587),
        "The password is an app password, which needs 2-step verification.",
    ),
    Preset(
        "Google Workspace relay",
        "smtp-relay.gmail.com",
        587,
        (25, 465, 587),
        "An administrator allows the CAM host's address or a login in the Admin console.",
    ),
    Preset(
        "Microsoft 365",
        "smtp.office365.com",
        587,
        (25, 587),
        "Authenticated SMTP must be on for the mailbox; Microsoft is retiring password logins.",
    ),
    Preset(
        "Outlook.com",
        "smtp-mail.outlook.com",
        587,
        (25, 587),
        "Outlook.com asks for OAuth2; a login with a password may be refused.",
    ),
    Preset(
        "Amazon SES (us-east-1)",
        "email-smtp.us-east-1.amazonaws.com",
        587,
        (25, 465, 587, 2465, 2587),
        "Change the region in the name; SMTP credentials differ from AWS access keys.",
    ),
    Preset(
        "SendGrid",
        "smtp.sendgrid.net",
        587,
        (25, 465, 587, 2525),
        "The username is the word apikey, the password an API key.",
    ),
    Preset(
        "Mailgun (US)",
        "smtp.mailgun.org",
        587,
        (25, 465, 587, 2525),
        "The login belongs to one sending domain, as in postmaster@mg.example.com.",
    ),
    Preset(
        "Mailgun (EU)",
        "smtp.eu.mailgun.org",
        587,
        (25, 465, 587, 2525),
        "For domains created in the EU region; the US host does not know them.",
    ),
    Preset(
        "Postmark",
        "smtp.postmarkapp.com",
        587,
        (25, 587, 2525),
        "The server's API token is both username and password.",
    ),
    Preset(
        "Mailjet",
        "in-v3.mailjet.com",
        587,
        (25, 80, 465, 587, 588, 2525),
        "The username is the API key, the password the secret key.",
    ),
    Preset(
        "Brevo",
        "smtp-relay.brevo.com",
        587,
        (465, 587, 2525),
        "The password is an SMTP key, not an API key.",
    ),
    Preset(
        "Zoho Mail",
        "smtp.zoho.com",
        587,
        (465, 587),
        "Paid accounts with a domain use smtppro.zoho.com; with two-factor login an app password.",
    ),
    Preset(
        "Fastmail",
        "smtp.fastmail.com",
        587,
        (465, 587),
        "The password is an app password.",
    ),
    Preset(
        "Yahoo Mail",
        "smtp.mail.yahoo.com",
        587,
        (465, 587),
        "The password is an app password.",
    ),
    Preset(
        "iCloud Mail",
        "smtp.mail.me.com",
        587,
        (587,),
        "The password is an app-specific password.",
    ),
)
"""The providers offered by the form for a new record."""

_BY_HOSTNAME: Final[dict[str, Preset]] = {preset.hostname: preset for preset in PRESETS}


def preset_for(hostname: str) -> Preset | None:
    """Find the provider a host name belongs to; case and a dot at the end do not matter."""
    return _BY_HOSTNAME.get(hostname.strip().lower().removesuffix("."))
