"""What a probe says: what was found, what else was tried, and what was not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeGuard

from smtp_tui.probe.model import Offers, Probe, Reason, Security, Step, Suggestion, TlsFound, Way
from smtp_tui.text import counted

DAYS_LEFT: Final = 14
"""A certificate with fewer days left is worth a note."""


def offers_words(offers: Offers) -> str:
    """What a server offers, on one line, what matters first."""
    size = offers.size
    parts = [
        "STARTTLS" if offers.starttls else "",
        f"AUTH {' '.join(offers.auth)}" if offers.auth else "",
        "" if size is None else f"SIZE {size:,}" if size else "SIZE without limit",
        *offers.others,
    ]
    return ", ".join(filter(None, parts))


_CHAIN: Final = 5
"""So many certificates of a chain are named."""


def ends_soon(tls: TlsFound) -> bool:
    """Whether the certificate has few days left, or has ended."""
    return tls.days_left is not None and tls.days_left < DAYS_LEFT


def ended_ago(days_left: int) -> str:
    """How long ago a certificate ended; the days that are left were counted down to whole ones."""
    ago = -days_left - 1
    return f"ended {counted(ago, 'day')} ago" if ago else "ended less than a day ago"


def _valid_until(tls: TlsFound) -> str:
    end, left = tls.chain[0].not_after, tls.days_left or 0
    ends = f"{counted(left, 'day')} left" if left >= 0 else ended_ago(left)
    return f"Valid until {end:%Y-%m-%d}, {ends}"


def certificate_in_short(tls: TlsFound) -> str:
    """What is to be looked at of a certificate, in a few words; blank where nothing is."""
    parts = []
    if tls.problems:
        more = f" and {len(tls.problems) - 1} more" if tls.problems[1:] else ""
        parts.append(f"not trusted: {tls.problems[0].partition(',')[0]}{more}")
    if ends_soon(tls):
        left = tls.days_left or 0
        parts.append(f"ends in {counted(left, 'day')}" if left >= 0 else ended_ago(left))
    return f"certificate {', '.join(parts)}" if parts else ""


def _not_trusted(problem: str) -> str:
    return f"Not trusted: {problem}"


def certificate_remarks(tls: TlsFound) -> Iterator[str]:
    """What is to be looked at of a certificate, of the same lines."""
    yield from map(_not_trusted, tls.problems)
    if ends_soon(tls):
        yield _valid_until(tls)


def certificate_lines(tls: TlsFound) -> Iterator[str]:
    """What a person wants to know of a certificate, one line each."""
    if not tls.chain:
        return
    own = tls.chain[0]
    names = ", ".join(own.names[:6]) + (f" and {len(own.names) - 6} more" if own.names[6:] else "")
    yield f"Certificate for {names or own.subject}"
    if own.issuer not in {each.subject for each in tls.chain}:
        yield f"Issued by {own.issuer}"
    if tls.days_left is not None:
        yield _valid_until(tls)
    chain = "; ".join(each.subject for each in tls.chain[:_CHAIN])
    more = f" and {len(tls.chain) - _CHAIN} more" if tls.chain[_CHAIN:] else ""
    yield f"Chain of {counted(len(tls.chain), 'certificate')}: {chain}{more}"
    yield from map(_not_trusted, tls.problems)
    if tls.problems:
        yield "Node.js and Java refuse it by default, Postfix only if told to verify"


# What else was tried, and what was not


def also_tried(probe: Probe) -> Iterator[tuple[str, Probe]]:
    """The other attempts after a failure, each with its name: another TLS setting, other ports."""
    if probe.other_way is not None:
        yield "TLS at once" if probe.other_way.ask.tls_at_once else "plain text", probe.other_way
    for other in probe.others:
        yield str(other.ask.address.port), other


def came_to(probe: Probe) -> str:
    """What another attempt came to, on one line."""
    if probe.failed is None:
        offers = f" and offers {_what_it_offers(probe)}"
        return f"answers{'' if probe.ask.security is Security.TLS else offers}"
    return f"{probe.failed.step.value}: {first_line(probe.failed.words)}"


def _what_it_offers(probe: Probe) -> str:
    """How TLS begins at a server that answers, if it does."""
    if probe.ask.tls_at_once:
        return "TLS at once"
    return "STARTTLS" if _has_starttls(probe) else "no TLS"


def _has_starttls(probe: Probe) -> bool:
    """Whether a server that greeted in plain text offers TLS; after it, it offers it no more."""
    return probe.tls is not None or (probe.offers is not None and probe.offers.starttls)


def suggestion(here: Probe) -> Suggestion | None:
    """What to set instead, if another attempt was answered by a mail server."""
    port, way = here.ask.address.port, here.other_way
    if answers(way):
        if way.ask.tls_at_once:
            words = f"{port} expects TLS from the first byte; probe again with TLS at once."
            return Suggestion(words, Way.TLS_FIRST)
        words = f"{port} begins in plain text and offers {_what_it_offers(way)}; probe again"
        if _has_starttls(way):
            return Suggestion(f"{words} with STARTTLS.", Way.STARTTLS)
        return Suggestion(f"{words} without TLS.", Way.NO_TLS)
    best = next((each for each in here.others if each.failed is None), None)
    if best is None:
        return None
    found = f"{best.ask.address.port} answers and offers {_what_it_offers(best)}"
    return Suggestion(f"{found}; this is {port}.")


def answers(other: Probe | None) -> TypeGuard[Probe]:
    """Whether another attempt was made, and a mail server answered."""
    return other is not None and other.failed is None


_ASKED: Final = (Step.LOGIN, Step.SENDER, Step.RECIPIENT)


def not_tried(probe: Probe) -> dict[Step, str]:
    """What a server that answered was not asked, and why; nothing where it failed before that."""
    failed = probe.failed
    if not probe.reached or (failed is not None and failed.step not in _ASKED):
        return {}
    found = {}
    if failed is not None and failed.failure is not None and failed.failure.not_tried:
        found[failed.step] = failed.failure.not_tried
    if probe.ask.password is None:
        found[Step.LOGIN] = "no password"
    if not probe.ask.recipient:
        found[Step.RECIPIENT] = "none given"
    elif failed is not None and failed.step is not Step.RECIPIENT:
        found[Step.RECIPIENT] = f"the {failed.step.value} came first"
    return found


def not_tried_words(steps: Mapping[Step, str]) -> str:
    """The same in a sentence; blank where there are none."""
    listed = ", ".join(f"{step.value} ({why})" for step, why in steps.items())
    return f"Not tried: {listed}." if listed else ""


def not_tried_at_all(probe: Probe) -> str:
    """The sentence on what has no step of its own that says it."""
    own = {each.step for each in probe.steps}
    return not_tried_words({k: why for k, why in not_tried(probe).items() if k not in own})


# In short, for a table


def in_short(probe: Probe) -> str:
    """What is wrong or worth a note, in a few words; blank where nothing is."""
    failed = probe.failed
    if failed is None:
        return "; ".join(note.in_short or first_line(note.words) for note in probe.notes)
    if failed.failure is None or failed.failure.reason is Reason.SAYS_NO:
        return f"{failed.step.value}: {first_line(failed.words)}"
    return str(failed.failure.reason.value)


def first_line(words: str) -> str:
    """The first of several lines, such as those of a reply."""
    return words.partition("\n")[0]
