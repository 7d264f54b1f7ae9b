"""The address a test mail goes to: exactly one, in ASCII, without a display name.

email-validator decides what is an address. Two rules are ours: mail inside a company may go to
names such as `mail.corp.local`, and an international domain with two ASCII forms is refused.
"""

from __future__ import annotations

from smtp_tui.mail.parameters import is_numeric, to_a_labels
from smtp_tui.mail.remarks import Remarks, error, hint, refuse_unsendable, warning


def parse_recipient(text: str) -> tuple[str | None, Remarks]:
    """Read a typed address. Returns it as it is sent, or None with the error in the remarks."""
    try:
        return _parsed(text)
    except ValueError as refusal:
        return None, (error(str(refusal)),)


def _parsed(text: str) -> tuple[str, Remarks]:
    """Read a typed address. Raises ``ValueError`` with the reason for the person."""
    if not text.strip():
        raise ValueError("Enter the recipient of the test mail.")
    several = "," in text or ";" in text or text.count("@") > 1
    if several:
        raise ValueError("Enter one address only.")
    refuse_unsendable(text)
    ascii_domain = _ascii_domain(text)
    local, _, domain = text.rpartition("@")
    if is_numeric(domain):
        raise ValueError("Use a domain after the @, not a bare IP address.")
    if not domain.isascii():
        if to_a_labels(domain) != ascii_domain:
            raise ValueError("This domain has no unique ASCII form. Enter it as xn--…")
        return f"{local}@{ascii_domain}", (hint(f"The domain is sent as {ascii_domain}."),)
    if domain.startswith("["):
        return text, (warning("Many servers refuse an IP address after the @."),)
    if "." not in domain:
        return text, (warning("The domain has no dot; it works only inside one network."),)
    return text, ()


def _ascii_domain(address: str) -> str:
    """Validate an address without looking anything up. Raises ``ValueError`` with the reason."""
    import email_validator  # noqa: PLC0415 - loaded only when an address is typed or given

    # The library refuses .local, .test and the like, but a company may use them inside.
    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    return email_validator.validate_email(
        address,
        strict=True,
        allow_smtputf8=False,
        allow_domain_literal=True,
        globally_deliverable=False,
        check_deliverability=False,
    ).ascii_domain
