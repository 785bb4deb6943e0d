"""The one error of the configuration; `hostwatch.app` turns it into an exit code."""

from __future__ import annotations


class ConfigurationError(Exception):
    """
    The configuration cannot be used.

    Each sentence names the file, the key, what was found and what is allowed.
    """

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences
