"""Host names and mail addresses: what may be typed, and the reason when it may not.

Sources: RFC 1123 2.1 and RFC 1035 2.3.4 (names), RFC 4291 (IPv6), RFC 5321 4.1.2 and 4.5.3.1
(addresses and their limits), RFC 5890 (A-labels), RFC 6531 (why the name before the @ must be
ASCII).
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import Final

from smtp_tui.mail.findings import Finding, Findings, error, has_error, hint, unsendable, warning

MAX_HOSTNAME: Final = 253
MAX_LABEL: Final = 63
MAX_ADDRESS: Final = 254
MAX_LOCAL_PART: Final = 64

_ADVICE_HOST: Final = (
    "Type the name or IP address of the mail server, for example smtp.example.com."
)
_FORBIDDEN: Final[tuple[tuple[str, str], ...]] = (
    ("://", "Leave out the part with ://. Only the name of the mail server belongs here."),
    ("@", "A host name has no @. The account belongs in the username."),
    ("/", "A host name has no /. Only the name of the mail server belongs here."),
    ("\\", "A host name has no \\. Only the name of the mail server belongs here."),
    ("?", "A host name has no ?. Only the name of the mail server belongs here."),
    ("#", "A host name has no #. Only the name of the mail server belongs here."),
)
_LABEL: Final = re.compile(r"[A-Za-z0-9_-]+\Z")
_NUMERIC: Final = re.compile(r"[0-9.]+\Z")
_HOST_AND_PORT: Final = re.compile(r"[^:]+:[0-9]{1,5}\Z")
_ATOM: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")


def check_hostname(text: str) -> Findings:
    """Check the mail server's name or address as it would be stored."""
    refusal = _refuse_hostname(text)
    if refusal is not None:
        return (error(refusal),)
    if ":" in text or text.startswith("["):
        return _check_ipv6(text)
    if not text.isascii():
        return (_international_host(text),)
    if _NUMERIC.match(text):
        return _check_ipv4(text)
    return _check_name(text)


def _refuse_hostname(text: str) -> str | None:
    """Give the reason why a text can be no host name at all, whatever kind."""
    if not text.strip():
        return _ADVICE_HOST
    reasons: tuple[tuple[object, str], ...] = (
        *((mark in text, words) for mark, words in _FORBIDDEN),
        (any(char.isspace() for char in text), "A host name has no spaces. Remove them."),
        (_HOST_AND_PORT.match(text), "The port has a field of its own. Leave it out here."),
        (len(text) > MAX_HOSTNAME + 1, f"A host name has at most {MAX_HOSTNAME} characters."),
    )
    return unsendable(text) or next((words for wrong, words in reasons if wrong), None)


def _check_ipv6(text: str) -> Findings:
    bracketed = text.startswith("[") and text.endswith("]")
    inner = text[1:-1] if bracketed else text
    if "%" in inner:
        return (error("Leave out the % and what follows; it means something on one machine only."),)
    try:
        ipaddress.IPv6Address(inner)
    except ValueError:
        return (error("This is not an IPv6 address. Check the groups and colons."),)
    if bracketed:
        return (warning("Not every mailer accepts the brackets. Without them it is safer."),)
    return _here(ipaddress.IPv6Address(inner).is_loopback)


def _check_ipv4(text: str) -> Findings:
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return (error("This is not an IPv4 address. It has four numbers from 0 to 255."),)
    return _here(address.is_loopback)


def _check_name(text: str) -> Findings:
    findings: list[Finding] = []
    name = text
    if name.endswith("."):
        name = name[:-1]
        findings.append(
            warning("The dot at the end is unusual, and certificates are checked without it.")
        )
    labels = name.split(".")
    problem = _label_problem(labels)
    if problem is not None:
        return (error(problem),)
    if len(name) > MAX_HOSTNAME:
        return (error(f"A host name has at most {MAX_HOSTNAME} characters."),)
    if any(label.startswith("-") or label.endswith("-") for label in labels):
        findings.append(
            warning("A part starts or ends with a hyphen, which most resolvers refuse.")
        )
    if name.lower() == "localhost":
        findings.extend(_here(True))
    elif len(labels) == 1:
        findings.append(hint("A name without a dot works only if the CAM host can look it up."))
    return tuple(findings)


def _label_problem(labels: list[str]) -> str | None:
    for label in labels:
        if not label:
            return "There is a dot too many."
        if not _LABEL.match(label):
            return "Only letters, digits, hyphens, underscores and dots belong in a host name."
        if len(label) > MAX_LABEL:
            return f"Between two dots there are at most {MAX_LABEL} characters."
    return None


def _here(loopback: bool) -> Findings:
    if not loopback:
        return ()
    return (hint("This means the CAM server itself, not the machine you sit at."),)


def _international_host(text: str) -> Finding:
    encoded = to_a_labels(text)
    if encoded is None:
        return error(
            "Only letters a to z, digits, hyphens, underscores and dots belong in a host name."
        )
    return error(f"Write the international name in its ASCII form: {encoded}")


def to_a_labels(domain: str) -> str | None:
    """Turn an international domain into A-labels, or None when that cannot be done without a doubt.

    Python's codec is IDNA 2003, which quietly maps some letters to others (the German sharp s to
    ss) and so to another domain. Only what comes back unchanged is trusted.
    """
    if len(domain) > MAX_ADDRESS or not domain or not domain.isprintable():
        return None
    wanted = unicodedata.normalize("NFC", domain).lower()
    try:
        encoded = wanted.encode("idna")
        if encoded.decode("idna") != wanted:
            return None
    except UnicodeError:
        return None
    name = encoded.decode("ascii")
    return None if len(name) > MAX_HOSTNAME or _label_problem(name.split(".")) else name


def check_recipient(text: str) -> Findings:
    """Check the address a test mail goes to: exactly one, as in RFC 5321, without a name."""
    refusal = _refuse_recipient(text)
    if refusal is not None:
        return (error(refusal),)
    local, _, domain = text.rpartition("@")
    problem = _local_part_problem(local)
    if problem is not None:
        return (error(problem),)
    findings = _check_domain(domain)
    if not has_error(findings) and len(_sent_as(local, domain)) > MAX_ADDRESS:
        return (error(f"An address has at most {MAX_ADDRESS} characters."),)
    return findings


def recipient_to_send(text: str) -> str | None:
    """Give the address as it is sent, an international domain as A-labels; None when refused."""
    if has_error(check_recipient(text)):
        return None
    local, _, domain = text.rpartition("@")
    return _sent_as(local, domain)


def _sent_as(local: str, domain: str) -> str:
    return f"{local}@{domain if domain.isascii() else to_a_labels(domain)}"


def _refuse_recipient(text: str) -> str | None:
    if not text.strip():
        return "Type the address the test mail goes to."
    several = "," in text or ";" in text or text.count("@") > 1
    reasons = (
        (len(text) > MAX_ADDRESS, f"An address has at most {MAX_ADDRESS} characters."),
        ("<" in text or ">" in text, "Type the address alone, without a name and without < and >."),
        (several, "One address only."),
        (any(char.isspace() for char in text), "An address has no spaces. Remove them."),
        ("@" not in text, "An address has an @, for example you@example.com."),
    )
    return unsendable(text) or next((words for wrong, words in reasons if wrong), None)


def _local_part_problem(local: str) -> str | None:
    if not local:
        return "There is nothing before the @."
    if not local.isascii():
        return "Before the @ only ASCII characters can be sent."
    if len(local) > MAX_LOCAL_PART:
        return f"Before the @ there are at most {MAX_LOCAL_PART} characters."
    if '"' in local:
        return "Quotes before the @ are not supported here. Use a plain address."
    if not _ATOM.match(local):
        return "The part before the @ has a wrong character or a dot in the wrong place."
    return None


def _check_domain(domain: str) -> Findings:
    if domain.startswith("[") or domain.endswith("]"):
        return _check_literal(domain)
    if not domain.isascii():
        return (_international_domain(domain),)
    wrong_characters = _label_problem(domain.split(".")) is not None or "_" in domain
    reasons = (
        (not domain, "There is nothing after the @."),
        (wrong_characters, "After the @ stands no domain. Check dots and characters."),
        (_NUMERIC.match(domain), "A bare IP address cannot follow the @. Use a domain."),
    )
    refusal = next((words for wrong, words in reasons if wrong), None)
    if refusal is not None:
        return (error(refusal),)
    if "." not in domain:
        return (warning("The domain has no dot; that works inside one network only."),)
    return ()


def _international_domain(domain: str) -> Finding:
    encoded = to_a_labels(domain)
    if encoded is None:
        return error("This international domain has no certain ASCII form. Write it as xn--…")
    return hint(f"The domain is sent as {encoded}.")


def _check_literal(domain: str) -> Findings:
    inner = domain[1:-1] if domain.startswith("[") and domain.endswith("]") else ""
    try:
        if inner.lower().startswith("ipv6:"):
            ipaddress.IPv6Address(inner[5:])
        else:
            ipaddress.IPv4Address(inner)
    except ValueError:
        return (error("In the brackets after the @ there is no IP address."),)
    return (warning("Many servers refuse an IP address after the @."),)
