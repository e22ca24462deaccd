"""One tree of errors. Every message says what happened, where, and what to do now; the CLI and the web print it as is.

    PprSearchError
    ├── ConfigError         a setting, ranking profile or table of the corpus folder that cannot be used
    ├── InputError          a path that cannot be read, or an input without anything usable in it
    │   └── RemovalError          a run would remove so many articles that a person must say yes
    ├── StoreError          about an index folder
    │   ├── IndexMissingError     there is none yet
    │   ├── IndexOutdatedError    made with another schema
    │   ├── IndexDamagedError     a file is missing or not what the manifest says
    │   └── IndexBusyError        another writer is at work
    ├── CollectError        the live blog may not or cannot be collected from
    ├── OutputError         a file or stream that cannot be written
    └── NotFoundError       an article id that is not in the index

Reader's words are never an error: odd syntax gives results and a Notice.
"""

from __future__ import annotations


class PprSearchError(Exception):
    """Root of the tree: `str(error)` is a complete message for a person."""


class ConfigError(PprSearchError):
    """A setting, a ranking profile or a table of the corpus folder cannot be used."""


class InputError(PprSearchError):
    """Nothing usable was found where input was expected."""


class RemovalError(InputError):
    """A run would remove more articles than it may without a person's word."""


class StoreError(PprSearchError):
    """The index folder cannot be used as it is."""


class IndexMissingError(StoreError):
    """There is no index in the folder."""


class IndexOutdatedError(StoreError):
    """The index was made with another schema than this program's."""


class IndexDamagedError(StoreError):
    """A file of the live generation is missing or is not what the manifest says."""


class IndexBusyError(StoreError):
    """Another process is writing to the index folder."""


class CollectError(PprSearchError):
    """The live blog may not be collected from, or does not answer as it should."""


class OutputError(PprSearchError):
    """What a command made cannot be written where it was asked for."""


class NotFoundError(PprSearchError):
    """No article has this id."""
