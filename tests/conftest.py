"""No test leaves this machine, and made-up examples are the same in each run.

`pytest --hypothesis-profile=long` looks further: other examples each time, and many more.
"""

import os

from hypothesis import settings

import tests.guard.sitecustomize  # noqa: F401 - for what importing it does

settings.register_profile("steady", derandomize=True, database=None, deadline=None)
settings.register_profile("long", max_examples=2_000, deadline=None)
settings.load_profile("steady")

os.umask(0o022)  # with 0002 the directories that tests make would be refused as open to a group
