"""`[[ranges]]`: what a source of tables needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigurationError
from config.initialise import write_configuration
from config.load import load_settings

SOURCE = {"kind": '"country"', "name": '"geo"', "url": '"https://databases.test/geo.csv?key=1"'}


def load(directory: Path, *tables: dict[str, str]):
    write_configuration(directory)
    path = directory / "hostwatch.toml"
    lines = [path.read_text(encoding="utf-8")]
    for table in tables:
        lines += ["[[ranges]]", *(f"{key} = {value}" for key, value in table.items())]
    path.write_text("\n".join(lines), encoding="utf-8")
    return load_settings(path, {})


def test_sources_are_read_with_their_defaults(tmp_path):
    """Files are taken from the configuration's folder; seven days are usual."""
    file = {"kind": '"asn"', "name": '"geo"', "file": '"incoming/asn.tsv"'}
    first, second = load(tmp_path, SOURCE, file).ranges
    assert (first.every_days, first.claims) == (7.0, None)
    assert second.file == tmp_path / "incoming" / "asn.tsv"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"url": '"http://databases.test/geo.csv"'}, "https://HOST/PATH"),
        ({"url": '"https://user:secret@databases.test/x"'}, "https://HOST/PATH"),
        ({"url": '"https://databases.test/x#y"'}, "https://HOST/PATH"),
        ({"file": '"also.csv"'}, "url or file"),
        ({"kind": '"asn"', "claims": '"registry"'}, "has claims"),
        ({"egress": '"nowhere"'}, "nowhere"),
        ({"every_days": "60"}, "every_days"),
        ({"kind": '"planets"'}, "kind"),
        ({"name": '"../x"'}, "name"),
    ],
)
def test_what_cannot_be_is_told(tmp_path, change, words):
    """In a sentence, and an address with a password in it is not repeated."""
    with pytest.raises(ConfigurationError) as refused:
        load(tmp_path, SOURCE | change)
    assert words in str(refused.value)
    assert "secret" not in str(refused.value)


def test_each_table_has_one_source(tmp_path):
    """Two would replace each other."""
    with pytest.raises(ConfigurationError, match="more than once"):
        load(tmp_path, SOURCE, SOURCE)
