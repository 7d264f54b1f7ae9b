"""From the environment and the files to a profile and a client, for screen and scripts alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smtp_tui.api.activity import Activity
from smtp_tui.api.clock import Clock
from smtp_tui.profiles.environment import environment_profile
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.reading import Profiles
from smtp_tui.profiles.store import ProfileStore, config_directory


class NoSuchProfile(Exception):
    """The profile that was asked for is neither in the file nor in the environment."""


@dataclass(frozen=True, slots=True)
class Known:
    """The profiles at hand: those of the file, and the one of the vendor's variables."""

    profiles: Profiles
    environment: Profile | None

    def chosen(self, wanted: str | None) -> Profile | None:
        """The named profile, else the default, else the only one, else the environment's.

        None where a person has to choose. Raises :class:`NoSuchProfile`.
        """
        if wanted is not None:
            return self._named(wanted)
        if self.profiles.default is not None:
            return self._named(self.profiles.default)
        if len(self.profiles.profiles) == 1 and self.environment is None:
            return self.profiles.profiles[0]
        return self.environment

    def _named(self, name: str) -> Profile:
        found = self.profiles.named(name)
        if found is None and self.environment is not None and self.environment.name == name:
            found = self.environment
        if found is None:
            raise NoSuchProfile(f"there is no profile named {name}")
        return found


def known_profiles(environ: Mapping[str, str]) -> Known:
    """Read the profiles. Raises ``ProfilesFileError`` and ``FileProblem`` with words."""
    store = ProfileStore(config_directory(environ))
    return Known(store.load(), environment_profile(environ))


@dataclass(frozen=True, slots=True)
class Tools:
    """What every client of this run shares."""

    activity: Activity
    clock: Clock


__all__ = ["Known", "NoSuchProfile", "Tools", "known_profiles"]
