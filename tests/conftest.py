"""No test leaves this machine, and made-up examples are the same in each run.

`pytest --hypothesis-profile=long` looks further: other examples each time, and many more.
"""

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

import tests.guard.sitecustomize  # noqa: F401 - for what importing it does

if TYPE_CHECKING:
    from tests.postfix import Postfix

settings.register_profile("steady", derandomize=True, database=None, deadline=None)
settings.register_profile("long", max_examples=2_000, deadline=None)
settings.load_profile("steady")

FOLDERS = {
    "bench": ("slow",),
    "contract": ("network",),
    "e2e": ("slow", "e2e"),
    "packages": ("slow", "e2e", "network"),
}
"""Folders whose tests all have these markers; elsewhere a slow test is marked itself."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of whole folders."""
    here = Path(__file__).parent
    for item in items:
        for marker in FOLDERS.get(item.path.relative_to(here).parts[0], ()):
            item.add_marker(marker)


def pytest_collection_finish() -> None:
    """Keep what the collection made out of every later collection of garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


os.umask(0o022)  # with 0002 the directories that tests make would be refused as open to a group

# A shell that starts the tests in the background, or nohup, has them ignore these signals, and a
# program that is started with an ignored signal leaves it ignored.
for _number in (signal.SIGHUP, signal.SIGQUIT):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.SIG_DFL)


@pytest.fixture(scope="session")
def postfix(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Postfix"]:
    """The real mail server that all tests of a run share, those of other workers too."""
    from tests.postfix import shared_postfix

    mine = tmp_path_factory.getbasetemp()
    with shared_postfix(mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) as running:
        yield running
