"""The catalogue of providers, packaged and own."""

from __future__ import annotations

import pytest

from config.catalogue import load_catalogue
from config.errors import ConfigurationError


def written(tmp_path, text):
    path = tmp_path / "catalogue.toml"
    path.write_text(text)
    return path


def test_packaged_providers_load():
    """The providers that come along are valid, and each channel among them is a published form."""
    catalogue = load_catalogue()
    assert catalogue.get("cloudflare").asns == (13335, 209242)
    assert {one.kind for one in catalogue.providers} == {"front", "parking", "platform"}
    channels = [channel for one in catalogue.providers for channel in one.channel]
    assert channels
    assert all(channel.type == "form" for channel in channels)


def test_a_local_entry_replaces_the_packaged_one(tmp_path):
    """An operator's own entry with the same id goes before the packaged one."""
    path = written(tmp_path, '[[provider]]\nid = "cloudflare"\nname = "Ours"\nkind = "front"\n')
    catalogue = load_catalogue([path])
    assert catalogue.get("cloudflare").name == "Ours"
    assert catalogue.by_asn(13335) == ()
    assert catalogue.version != load_catalogue().version


def test_operators_are_found_by_exact_name_only(tmp_path):
    """A site belongs to an operator by exact name; a look-alike or a sub-name does not."""
    path = written(
        tmp_path,
        '[[provider]]\nid = "a"\nname = "AA"\nkind = "operator"\nregistered_domains = ["a.example"]\n',
    )
    catalogue = load_catalogue([path])
    assert catalogue.by_domain(["x.a.example", "a.example"]).id == "a"
    assert catalogue.by_domain(["nota.example"]) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "[[provider]]\nid = 'a'\nname = 'AA'\nkind = 'cdn'\n",
            ["provider entry 1", "kind", "'cdn'", "operator"],
        ),
        (
            "[[provider]]\nid = 'a'\nname = 'AA'\nkind = 'front'\nasns = [0]\n",
            ["asns", "1 or more"],
        ),
        (
            "[[provider]]\nid = 'a'\nname = 'AA'\nkind = 'front'\nprefixes = ['192.0.2.1/24']\n",
            ["prefixes", "CIDR"],
        ),
        (
            "[[provider]]\nid = 'a'\nname = 'AA'\nkind = 'front'\ncname_sufixes = []\n",
            ["cname_suffixes"],
        ),
        (
            "[[provider]]\nid = 'a'\nname = 'AA'\nkind = 'platform'\nhost_suffixes = ['{x}.a.example']\n",
            ["host_suffixes", "{region}"],
        ),
        (
            "[[provider]]\nid = 'a'\nname = 'AA'\nkind = 'host'\n[[provider.channel]]\ntype = 'form'\nvalue = 'http://a.example'\n",
            ["channel", "https://"],
        ),
        (
            "[[provider]]\nid = 'a'\nname = 'AA'\nkind = 'host'\n[[provider]]\nid = 'a'\nname = 'AB'\nkind = 'host'\n",
            ["second time"],
        ),
        ("provider = 3\n", ["provider"]),
    ],
)
def test_faults_are_told_in_a_sentence(tmp_path, text, words):
    """Each fault names the file, the key, what was found and what is allowed."""
    path = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as caught:
        load_catalogue([path])
    assert str(path) in str(caught.value)
    for word in words:
        assert word in str(caught.value)
