"""No test leaves this machine: importing the guard sets it up."""

import tests.guard.sitecustomize  # noqa: F401 - for what importing it does
