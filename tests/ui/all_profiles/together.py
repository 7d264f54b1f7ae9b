"""Several hosts in one table: each with its own sandbox, profile, token and records."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from msgspec.structs import replace

from smtp_tui.profiles.model import Environment, Profile
from smtp_tui.profiles.sources import EnvironmentToken
from smtp_tui.ui.services import Services
from tests.failing_sandbox import Operation, RecordedRequest, Sandbox, SandboxOptions
from tests.ui.helpers import Ui, opened

Hosts = Mapping[str, Sandbox]


@contextmanager
def hosts(*names: str) -> Iterator[Hosts]:
    """A host of each name, with two records that bear it. The ids are the same on every host."""
    with ExitStack() as stack:
        options = SandboxOptions(mail_timeout=1.0)
        found = {name: stack.enter_context(Sandbox(options)) for name in names}
        for name, sandbox in found.items():
            for number, port in (("ONE", 25), ("TWO", 587)):
                values = {"hostname": f"mx.{name}.example", "port": port, "username": name}
                sandbox.add_record(f"{name.upper()}-{number}", values)
        yield found


@asynccontextmanager
async def together(
    found: Hosts,
    *,
    size: tuple[int, int] = (120, 36),
    profile: Callable[[Profile], Profile] = lambda profile: profile,
    services: Callable[[Services], Services] = lambda services: services,
    directory: Path | None = None,
    in_use: bool = True,
) -> AsyncIterator[Ui]:
    """The app with a profile for each host; the first is ``in_use``, and all are shown.

    ``profile`` may change each of them, as in `opened`.
    """
    first, *_ = found

    def named(given: Profile, name: str) -> Profile:
        """The profile of a host."""
        token = EnvironmentToken(name.upper())
        host, recipient = found[name].base_url, f"{name}@sandbox.example"
        made = replace(
            given, name=name, host=host, label="", token=token, recipient=recipient, tenant_name=""
        )
        return profile(replace(made, environment=Environment.OTHER))

    def all_of(given: Services) -> Services:
        """The services with all profiles and their tokens."""
        profiles = tuple(named(given.extra_profiles[0], name) for name in found)
        tokens = {name.upper(): sandbox.admin_token for name, sandbox in found.items()}
        return services(replace(given, extra_profiles=profiles, environ=tokens))

    async with opened(
        found[first],
        size=size,
        profile=lambda given: named(given, first),
        services=all_of,
        directory=directory,
        in_use=in_use,
    ) as ui:
        if ui.services.several is None:
            await ui.sees(f"{first.upper()}-ONE")
            await ui.press("P")
        await ui.sees(" profiles ")
        yield ui


async def go_to(ui: Ui, record: str) -> None:
    """Put the cursor on the row of a record."""
    await ui.sees(record)
    await ui.press("g")
    for _ in range(len(ui.lines())):
        if record in ui.line("▌"):
            return
        await ui.press("j")
    raise AssertionError(f"no row of {record}:\n{ui.text()}")


def asked(sandbox: Sandbox, operation: Operation) -> list[RecordedRequest]:
    """What a host was asked of one kind, oldest first."""
    return [request for request in sandbox.requests if request.operation == operation]


def writes(sandbox: Sandbox) -> list[RecordedRequest]:
    """What a host was asked besides reads."""
    reads = (Operation.LIST, Operation.GET)
    return [request for request in sandbox.requests if request.operation not in reads]
