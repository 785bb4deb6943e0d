"""`[[hash_list]]`: what a list needs, by its kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigurationError
from config.initialise import write_configuration
from config.load import load_settings

NCMEC = {
    "name": '"ncmec"',
    "kind": '"ncmec"',
    "base_url": '"https://hashsharing.test/npo"',
    "credentials_file": '"ncmec.credentials"',
}
FILE = {"name": '"national"', "kind": '"file"', "file": '"incoming/list.csv"'}


def load(directory: Path, *tables: dict[str, str]):
    write_configuration(directory)
    path = directory / "hostwatch.toml"
    lines = [path.read_text(encoding="utf-8")]
    for table in tables:
        lines += ["[[hash_list]]", *(f"{key} = {value}" for key, value in table.items())]
    path.write_text("\n".join(lines), encoding="utf-8")
    return load_settings(path, {})


def test_lists_and_their_files_are_read(tmp_path):
    """Paths inside a list of tables are taken from the configuration's folder, too."""
    ncmec, file = load(tmp_path, NCMEC | {"egress": '"office"'}, FILE).hash_list
    assert ncmec.credentials_file == tmp_path / "ncmec.credentials"
    assert file.file == tmp_path / "incoming" / "list.csv"
    assert (ncmec.tier, ncmec.members, ncmec.classes) == ("national", (), {})


def test_none_is_the_default(tmp_path):
    """A hotline may import by hand only; and nobody digests pictures without being told to."""
    settings = load(tmp_path)
    assert settings.hash_list == ()
    assert settings.mandate is None


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (NCMEC | {"base_url": '"http://hashsharing.test"'}, "allowed is https://HOST/PATH"),
        (NCMEC | {"base_url": '"https://a:b@hashsharing.test"'}, "allowed is https://HOST/PATH"),
        (NCMEC | {"base_url": '"https://hashsharing.test/?x"'}, "allowed is https://HOST/PATH"),
        ({"name": '"ncmec"', "kind": '"ncmec"'}, "credentials_file"),
        (NCMEC | {"egress": '"nowhere"'}, "which no [[egress]] has as name"),
        ({"name": '"national"', "kind": '"file"'}, "needs the file's name"),
        (FILE | {"name": '"local"'}, "local and assessed are taken"),
        (FILE | {"name": '"assessed"'}, "local and assessed are taken"),
        (FILE | {"classification": '"A1"'}, "allowed is SCHEME:VALUE"),
        (NCMEC | {"classes": '{ A1 = "A1" }'}, "allowed is SCHEME:VALUE"),
        (FILE | {"rows": '"some"'}, "baseline"),
        (FILE | {"unknown": "1"}, "not a known key"),
    ],
)
def test_what_does_not_fit_is_one_sentence(tmp_path, table, words):
    """The key, what was found, what is allowed."""
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, table)
    (sentence, *_) = [one for one in caught.value.sentences if words in one]
    assert "hash_list entry 1" in sentence


def test_two_lists_of_one_name(tmp_path):
    """Both are named."""
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, FILE, FILE)
    assert len(caught.value.sentences) == 2
