"""Writing the first configuration."""

from __future__ import annotations

import os
import stat

import pytest

from config.catalogue import load_catalogue
from config.errors import ConfigurationError
from config.initialise import write_configuration
from config.load import load_policy, load_settings
from notices.partners.registry import load_partners


def test_the_written_files_load_and_belong_to_their_owner_only(tmp_path):
    """Folder 0700, files 0600, all valid, no mandate."""
    folder = tmp_path / "a" / "b"
    paths = write_configuration(folder)
    assert [path.name for path in paths] == [
        "hostwatch.toml",
        "policy.toml",
        "catalogue.toml",
        "partners.toml",
    ]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
    settings = load_settings(folder / "hostwatch.toml", {})
    assert settings.mandate is None
    assert load_policy(settings.paths.policy).version == "1"
    assert settings.paths.partners.is_file()
    assert settings.paths.catalogue.is_file()


@pytest.mark.parametrize("name", ["hostwatch.toml", "partners.toml"])
def test_nothing_is_overwritten_and_nothing_half_written(tmp_path, name):
    """One file there already: it is named, kept, and no other file appears."""
    (tmp_path / name).write_text("mine")
    with pytest.raises(ConfigurationError) as raised:
        write_configuration(tmp_path)
    (sentence,) = raised.value.sentences
    assert str(tmp_path / name) in sentence
    assert "not overwritten" in sentence
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_dangling_link_is_not_followed(tmp_path):
    """A link that points elsewhere counts as a file that is there."""
    (tmp_path / "policy.toml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError):
        write_configuration(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_written_has_its_sentence(tmp_path):
    """The reason of the system is said, without a traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError) as raised:
        write_configuration(tmp_path / "file" / "inside")
    assert "cannot be written there" in raised.value.sentences[0]


def test_an_existing_folder_keeps_its_mode(tmp_path):
    """A shared folder stays as its administrator made it."""
    os.chmod(tmp_path, 0o750)
    write_configuration(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o750


def uncommented(path):
    """Take the example entry of a file in."""
    lines = (line.removeprefix("# ") for line in path.read_text().splitlines())
    path.write_text("\n".join(line for line in lines if " = " in line or line.startswith("[")))
    return path


def test_catalogue_and_partners_are_empty_and_their_examples_fit(tmp_path):
    """Nobody is told anything by an example; taken in, it is a valid entry."""
    write_configuration(tmp_path)
    assert load_partners(tmp_path / "partners.toml").entries == ()
    assert load_catalogue([tmp_path / "catalogue.toml"]).get("north-hosting") is None
    own = load_catalogue([uncommented(tmp_path / "catalogue.toml")]).get("north-hosting")
    assert own is not None
    assert own.channel[0].value == "abuse@provider.example"
    text = (tmp_path / "partners.toml").read_text().replace("43 base64url characters", "A" * 43)
    (tmp_path / "partners.toml").write_text(text)
    (partner,) = load_partners(uncommented(tmp_path / "partners.toml")).entries
    assert partner.id == "north"
