"""The connection parameters of a record: how each is labelled and checked.

The product documents four parameters and accepts any other. To add one, write its check here and
give it a row in `PARAMETERS`.

Sources: RFC 1123 2.1 and RFC 1035 2.3.4 (host names), RFC 4291 (IPv6), RFC 5890 (A-labels),
RFC 5321 4.5.4.2 (port 25), RFC 6409 (587), RFC 8314 3.3 (465), the IANA service names, and the
providers' documentation (2525, and Amazon's 2465 and 2587).
"""

from __future__ import annotations

import ipaddress
import string
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from smtp_tui.api.models import PASSWORD, is_secret_name
from smtp_tui.api.secret import is_mask
from smtp_tui.mail.presets import preset_for
from smtp_tui.mail.remarks import (
    Check,
    Remark,
    Remarks,
    check_text,
    has_invisible,
    hint,
    refuse_unsendable,
    remarks_of,
    warning,
)

MAX_HOSTNAME: Final = 253
MAX_LABEL: Final = 63
MAX_PORT: Final = 65535

_TOO_LONG: Final = f"A host name can have at most {MAX_HOSTNAME} characters."
_NO_IPV4: Final = "Not a valid host name or IP address."
_NO_IPV6: Final = "Not a valid IPv6 address."
_LOOPBACK: Final = "This is the CAM server itself, not your own machine."
_TLS_AT_ONCE: Final = "CAM has no documented option for implicit TLS."
_IF_IT_HANGS: Final = "Try 587 if a test hangs."

_LABEL_CHARACTERS: Final = frozenset(string.ascii_letters + string.digits + "_-")
_NOT_IN_A_HOSTNAME: Final = ("://", "@", "/", "\\", "?", "#")
_OTHER_SERVICE: Final = {
    22: "SSH",
    53: "DNS",
    **dict.fromkeys((110, 995), "POP3"),
    **dict.fromkeys((143, 993), "IMAP"),
    **dict.fromkeys((80, 443, 3000, 8080, 8443, 9443), "web"),
}
IMPLICIT_TLS: Final = frozenset({465, 2465})
"""Ports on which TLS begins before the greeting."""
_PORT_HINT: Final = {
    25: "For your own relay. Many cloud providers block port 25; with a login, 587 is usual.",
    587: "Submission port: STARTTLS, then login.",
    2525: "Some providers offer 2525 where 25 and 587 are blocked.",
    2587: "Amazon SES offers 2587 where 587 is blocked.",
}


def check_hostname(text: str) -> Iterator[Remark]:
    """Check the mail server's name or IP address as it would be saved."""
    _refuse_other_text(text)
    if ":" in text or text.startswith("[") or is_numeric(text):
        yield from _check_address(text)
    elif text.isascii():
        yield from _check_name(text)
    else:
        encoded = to_a_labels(text)
        if encoded is None:
            raise ValueError(
                "A host name can have only letters a to z, digits, hyphens, underscores and dots."
            )
        raise ValueError(f"Enter the ASCII form of this name: {encoded}")


def _refuse_other_text(text: str) -> None:
    """Raise ``ValueError`` for what is neither a host name nor an IP address of any kind."""
    if not text.strip():
        raise ValueError(
            "Enter the name or IP address of the mail server, such as smtp.example.com."
        )
    refuse_unsendable(text)
    mark = next((mark for mark in _NOT_IN_A_HOSTNAME if mark in text), None)
    before, _, after = text.partition(":")
    reasons = (
        (mark, f"A host name cannot contain {mark}. Enter only the name of the mail server."),
        (any(map(str.isspace, text)), "A host name cannot contain spaces."),
        (before and _is_short_number(after), "Remove the port; it has its own parameter."),
        (len(text) > MAX_HOSTNAME + 1, _TOO_LONG),
    )
    for wrong, words in reasons:
        if wrong:
            raise ValueError(words)


def _check_address(text: str) -> Iterator[Remark]:
    bracketed = text.startswith("[") and text.endswith("]")
    inner = text[1:-1] if bracketed else text
    if "%" in inner:
        raise ValueError("Remove % and the zone after it; it is valid on one machine only.")
    numeric = is_numeric(text)
    try:
        address = ipaddress.IPv4Address(inner) if numeric else ipaddress.IPv6Address(inner)
    except ValueError:
        raise ValueError(_NO_IPV4 if numeric else _NO_IPV6) from None
    if bracketed:
        yield warning("Some mailers refuse the brackets; it is safer without them.")
    elif address.is_loopback:
        yield hint(_LOOPBACK)


def _check_name(text: str) -> Iterator[Remark]:
    name = text.removesuffix(".")
    labels = _labels(name)
    if name != text:
        yield warning("The final dot is unusual; certificates are verified without it.")
    if any(label != label.strip("-") for label in labels):
        yield warning("A part starts or ends with a hyphen; most resolvers refuse that.")
    if name.lower() == "localhost":
        yield hint(_LOOPBACK)
    elif len(labels) == 1:
        yield hint("A name without a dot works only if the CAM host can resolve it.")


def _labels(name: str) -> list[str]:
    """The labels of a host name. Raises ``ValueError`` where it cannot be one."""
    labels = name.split(".")
    for label in labels:
        if not label:
            raise ValueError("There is an extra dot.")
        if not _LABEL_CHARACTERS.issuperset(label):
            raise ValueError(
                "A host name can have only letters, digits, hyphens, underscores and dots."
            )
        if len(label) > MAX_LABEL:
            raise ValueError(f"Each part of a host name can have at most {MAX_LABEL} characters.")
    if len(name) > MAX_HOSTNAME:
        raise ValueError(_TOO_LONG)
    return labels


def to_a_labels(domain: str) -> str | None:
    """Encode an international domain as A-labels, or return None where that is ambiguous.

    Python's codec follows IDNA 2003, which maps some letters to others (the German sharp s to ss)
    and so to another domain. Only a domain that decodes to itself is encoded.
    """
    if len(domain) > MAX_HOSTNAME or not domain.isprintable():
        return None
    wanted = unicodedata.normalize("NFC", domain).lower()
    try:
        encoded = wanted.encode("idna")
        name = encoded.decode("ascii")
        _labels(name)
        return name if encoded.decode("idna") == wanted else None
    except ValueError:
        return None


def is_numeric(text: str) -> bool:
    """Whether a host name consists of digits and dots, so that it can only be an IPv4 address."""
    return bool(text) and set(text) <= set("0123456789.")


def _is_short_number(text: str) -> bool:
    """Whether a text is a decimal number of at most five digits."""
    return len(text) <= 5 and text.isascii() and text.isdigit()


def parse_port(text: str) -> int | None:
    """Read a typed port, with or without spaces around it. None if it is not 1 to 65535."""
    if not _is_short_number(text.strip()):
        return None
    port = int(text)
    return port if 1 <= port <= MAX_PORT else None


def check_port(text: str) -> Iterable[Remark]:
    """Check a typed port alone; `port_remarks` tells what it means for a mail server."""
    if not text.strip():
        raise ValueError("Enter the port, usually 587 or 25.")
    if parse_port(text) is None:
        raise ValueError("Must be a number from 1 to 65535.")
    return ()


def port_remarks(hostname: str, port: int | None) -> Remarks:
    """What a port means for a mail server. None of it is an error: set-ups differ."""
    if port is None:
        return ()
    preset, service = preset_for(hostname), _OTHER_SERVICE.get(port)
    if port in IMPLICIT_TLS:
        advice = f"{preset.name} also takes {preset.port}." if preset else _IF_IT_HANGS
        return (warning(f"Port {port}: {_TLS_AT_ONCE} {advice}"),)
    if preset is not None and port not in preset.ports:
        return (warning(f"{preset.name} documents port {preset.port}, not {port}."),)
    if preset is None and service is not None:
        return (warning(f"Port {port} is for {service}, not for sending mail. Try 587 or 25."),)
    return (hint(_PORT_HINT[port]),) if port in _PORT_HINT else ()


def port_hint(port: int | str | None) -> str | None:
    """What looks wrong about a saved port, in at most 24 characters for the table."""
    if port is None or port == "":
        return "no port set"
    number = parse_port(str(port)[:64])
    if number is None:
        return "not a port number"
    if number in IMPLICIT_TLS:
        return f"{number} is implicit TLS"
    service = _OTHER_SERVICE.get(number)
    return f"{service} port, not SMTP" if service else None


def check_username(text: str) -> Iterator[Remark]:
    """Check an account name, where there is one: a relay needs no login."""
    if not text.strip():
        raise ValueError("Only spaces. Clear it, or enter the account name.")
    yield from check_text(text)


def check_password(text: str) -> Iterator[Remark]:
    """Check a typed password."""
    if is_mask(text):
        raise ValueError("This is the mask, not a password. Enter the password itself.")
    yield from check_text(text, space_note=" It will be part of the password.")
    if not text.isascii() and not has_invisible(text):
        yield hint("Some mail servers refuse passwords with non-ASCII characters.")


class KnownParameter(Struct, frozen=True):
    """What is known of a parameter: its check, whether that refuses a blank too, and whether
    digits are sent as a number."""

    check: Check
    required: bool = False
    number: bool = False


PARAMETERS: Final = {
    "hostname": KnownParameter(check_hostname, required=True),
    "port": KnownParameter(check_port, required=True, number=True),
    "username": KnownParameter(check_username),
    PASSWORD: KnownParameter(check_password),
}
"""The known parameters by their names. Every form has a field for each, in this order."""

FORM_ORDER: Final = tuple(PARAMETERS)
"""The parameters of every form in its order; others follow in the record's order."""

_SECRET: Final = KnownParameter(check_password)
_OTHER: Final = KnownParameter(check_text)


def place_in_form(name: str) -> int:
    """The key to sort parameters by, so that they stand in the order of the form."""
    return FORM_ORDER.index(name) if name in FORM_ORDER else len(FORM_ORDER)


def label_of(name: str) -> str:
    """The label of a parameter; one that is not known is shown under its own name."""
    return name.capitalize() if name in PARAMETERS else name


def is_number(name: str) -> bool:
    """Whether digits that are typed for a parameter are sent as a number."""
    return PARAMETERS.get(name, _OTHER).number


def trimmed(name: str, typed: str) -> str:
    """A typed value as it is checked and sent: without spaces around it where they are a slip."""
    return typed.strip() if name in PARAMETERS and not is_secret_name(name) else typed


def parameter_remarks(name: str, text: str) -> Remarks:
    """What is to be said of a typed value. Blank ones are checked only where they are required,
    and every secret as a password."""
    known = PARAMETERS.get(name, _SECRET if is_secret_name(name) else _OTHER)
    return remarks_of(known.check, text) if text or known.required else ()
