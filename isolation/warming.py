"""What Python itself loads only when it is asked for: loaded before the lock, or never."""

from __future__ import annotations

import contextlib
import encodings
import importlib
import pkgutil


def load_codecs() -> None:
    """
    Load every text codec, so that no charset that a body claims needs a file inside the lock.

    Some codecs belong to other systems and cannot be loaded here; a job is not offered them.
    """
    for module in pkgutil.iter_modules(encodings.__path__):
        with contextlib.suppress(ImportError):
            importlib.import_module(f"encodings.{module.name}")
