"""The tree of a page: bs4 over lxml, without the work that only XML needs."""

from __future__ import annotations

import warnings

from bs4 import BeautifulSoup
from bs4.builder._lxml import LXMLTreeBuilder
from bs4.element import AttributeDict

_Text = str | bytes
_NONE: dict[str, str] = {}


class _Builder(LXMLTreeBuilder):
    """Hand elements to bs4 as the parser of HTML names them; HTML has no namespaces."""

    def initialize_soup(self, soup: BeautifulSoup) -> None:
        """Remember the tree that is built."""
        super().initialize_soup(soup)
        self._tree = soup

    def start(self, tag: _Text, attrib: dict[_Text, _Text], nsmap: dict[str, str] = _NONE) -> None:
        """Open an element; a name in braces, which bs4 takes for a namespace, is left to bs4."""
        names = "".join((tag, *attrib))  # type: ignore[arg-type]  # the parser of HTML gives text
        if nsmap or "{" in names:
            super().start(tag, attrib, nsmap)
        else:
            self._tree.handle_starttag(tag, None, None, attrib)  # type: ignore[arg-type]  # text

    def end(self, tag: _Text) -> None:
        """Close an element."""
        self._tree.handle_endtag(tag)  # type: ignore[arg-type]  # text, as above


def parsed(text: str) -> BeautifulSoup:
    """Parse a page as browsers would read it; each attribute stays one string."""
    builder = _Builder(multi_valued_attributes=None, attribute_dict_class=AttributeDict)
    with warnings.catch_warnings():
        # The parser's advice to callers (XML, a lone address) does not concern hostile pages.
        warnings.simplefilter("ignore", UserWarning)
        return BeautifulSoup(text, builder=builder)
