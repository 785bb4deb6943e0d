"""The list of partner hotlines, and what a reader of a broken one is told."""

from __future__ import annotations

import pytest

from cases.errors import ConfigurationProblem
from cases.model import Classification
from notices.partners.registry import load_partners

GOOD = """
[[partner]]
id = "de-hotline"
name = "Partner Hotline DE"
countries = ["DE", "AT"]
address = "desk@partner.example"
language = "de"
transfer_basis = "agreement 2024"
illegal_here = ["interpol:baseline", "national:*"]
key = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"

[[partner]]
id = "at-hotline"
name = "Partner Hotline AT"
countries = ["AT"]
address = "desk@at.example"
transfer_basis = "agreement 2025"
illegal_here = ["*"]
"""


def write(tmp_path, text):
    path = tmp_path / "partners.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_partner_is_found_by_country_and_by_what_it_can_act_on(tmp_path):
    """The first partner of the file that covers the class there is told."""
    partners = load_partners(write(tmp_path, GOOD))
    baseline = Classification(scheme="interpol", value="baseline")
    assert partners.for_country("AT", baseline).id == "de-hotline"
    assert partners.for_country("AT", None).id == "at-hotline"
    assert (
        partners.for_country("DE", Classification(scheme="national", value="x")).id == "de-hotline"
    )
    assert partners.for_country("DE", Classification(scheme="ncmec", value="A1")) is None
    assert partners.for_country("FR", baseline) is None
    assert partners.get("at-hotline").language == "en"
    assert partners.get("nobody") is None


def test_an_empty_list_is_allowed(tmp_path):
    """A hotline without partners sends everything abroad to its police."""
    assert load_partners(write(tmp_path, "")).entries == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("desk@partner.example", "no mailbox"), "address holds 'no mailbox'"),
        (('"DE", "AT"', '"Germany"'), "countries.0 holds 'Germany'"),
        (('id = "de-hotline"\n', ""), "the key id is missing"),
        (("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "short"), "a key is the member x"),
        (('"national:*"', '"national"'), "illegal_here.1 holds 'national'"),
        (('"at-hotline"', '"de-hotline"'), "the id de-hotline stands twice"),
        (("transfer_basis", "transfer_bassis"), "transfer_bassis"),
        (('[[partner]]\nid = "de', '[partner]\nid = "de'), "TOML"),
        (('[[partner]]\nid = "at-hotline', '[[partners]]\nid = "at-hotline'), "[[partner]]"),
    ],
)
def test_a_broken_list_is_refused_in_one_clear_sentence(tmp_path, change, expected):
    """File, entry, key and what was found stand in the message."""
    path = write(tmp_path, GOOD.replace(*change))
    with pytest.raises(ConfigurationProblem) as problem:
        load_partners(path)
    assert expected in str(problem.value)
    assert str(path) in str(problem.value)
    assert "\n" not in str(problem.value)


def test_a_missing_list_says_which_key_names_it(tmp_path):
    """A missing file is told with the key that leads to it."""
    with pytest.raises(ConfigurationProblem, match=r"paths\.partners"):
        load_partners(tmp_path / "none.toml")


def test_a_list_that_is_not_text_is_refused(tmp_path):
    """Bytes that are not UTF-8 give the same kind of sentence."""
    path = tmp_path / "partners.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationProblem, match="not a TOML file"):
        load_partners(path)
