"""Loading settings and policy: what is accepted, and which sentence a fault gets."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.checks import example_values
from config.durations import parse_duration
from config.errors import ConfigurationError
from config.load import load_policy, load_settings
from config.settings import Settings

EXAMPLE = Path(__file__).parents[3] / "config" / "hostwatch.example.toml"
POLICY = Path(__file__).parents[3] / "config" / "policy" / "default.toml"

MINIMAL = """
[hotline]
name = "Hotline"
domain = "hotline.example"
contact = "notices@hotline.example"
country = "NL"
statute = "Act 1"
[[egress]]
name = "one"
network = "AS64500"
country = "NL"
operator = "Provider"
approver = "Board"
unfiltered = true
[mail]
sender = "notices@hotline.example"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "hostwatch.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path, environ: dict[str, str] | None = None) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as raised:
        load_settings(path, environ or {})
    return raised.value.sentences


def policy_faults(folder: Path, old: str, new: str) -> str:
    text = POLICY.read_text(encoding="utf-8")
    assert old in text
    path = folder / "policy.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        load_policy(path)
    return "\n".join(raised.value.sentences)


def test_the_example_configuration_loads_without_a_mandate():
    """The file that `init` writes is valid, and allows nothing but the sandbox."""
    assert load_settings(EXAMPLE, {}).mandate is None


def test_defaults_shown_in_the_example_are_the_real_ones(tmp_path):
    """Taking every `# key = default` line of the example in changes no value."""
    shown = []
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        key = line.removeprefix("# ").split(" = ")[0]
        optional = {"source_address", "resolvers", "own_networks", "username", "password_file"}
        optional |= {"url", "mail_to", "proxy", "credentials_file", "nat_prefix"}
        plain = line.startswith("# ") and " = " in line and key.isidentifier()
        shown.append(line.removeprefix("# ") if plain and key not in optional else line)
    sections = re.split(r"^# -{4,}.*$", "\n".join(shown), flags=re.MULTILINE)
    # from a table that is only shown, to the end of its section
    text = "\n".join(one.split("\n# [")[0] for one in sections)
    path = written(tmp_path, text.replace('file = "hostwatch.log"', ""))
    EXAMPLE_HERE = tmp_path / "example.toml"
    EXAMPLE_HERE.write_bytes(EXAMPLE.read_bytes())
    assert load_settings(path, {}) == load_settings(EXAMPLE_HERE, {})


def test_the_environment_goes_before_the_file(tmp_path):
    """A scalar is converted by its field, a list is given as TOML, a new section is made."""
    settings = load_settings(
        written(tmp_path, MINIMAL),
        {
            "HOSTWATCH_MAIL__PORT": "465",
            "HOSTWATCH_NETWORK__RESOLVERS": '["192.0.2.53", "[2001:db8::1]:53"]',
            "HOSTWATCH_HOTLINE__NAME": "1234",
            "HOSTWATCH_NO_SKIP": "1",
            "PATH": "/usr/bin",
        },
    )
    assert settings.mail.port == 465
    assert settings.network.resolvers == ("192.0.2.53", "[2001:db8::1]:53")
    assert settings.hotline.name == "1234"


def test_relative_paths_are_taken_from_the_files_folder(tmp_path, monkeypatch):
    """The working directory does not matter, absolute paths stay."""
    path = written(tmp_path, MINIMAL + '[paths]\nranges = "/srv/ranges"\n[log]\nfile = "a.log"\n')
    monkeypatch.chdir("/")
    settings = load_settings(path, {})
    assert settings.paths.database == tmp_path / "hostwatch.sqlite3"
    assert settings.paths.ranges == Path("/srv/ranges")
    assert settings.log.file == tmp_path / "a.log"


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ("port = 70000", "mail.port: found 70000; allowed is 65535 or less."),
        ('port = "many"', "mail.port: found 'many'; allowed is a whole number."),
        ("prot = 1", "mail.prot is not a known key; did you mean port."),
        ('security = "ssl"', "mail.security: found 'ssl'; allowed is starttls, tls or none."),
        ("host = [1, 2]", "mail.host: found a list of 2; allowed is text in quotation marks."),
        ('username = "x"', "mail: give username and password_file together, or neither."),
        ("[police]\nname = 'P'", "police.address is missing; allowed is text in quotation marks."),
        ("[mandate]\nreview_date='x'", "mandate.review_date: found 'x'; allowed is a date such as"),
        ("[mandate]\n", "mandate.fetch_media is missing; allowed is true or false."),
        ('[network]\nresolvers = ["a.test"]', "network.resolvers entry 1: found 'a.test';"),
        ('[network]\nown_networks = ["10"]', "network.own_networks entry 1: found '10';"),
    ],
)
def test_a_fault_is_told_with_file_key_found_and_allowed(tmp_path, extra, sentence):
    """Each sentence starts with the file's name."""
    path = written(tmp_path, f"{MINIMAL}{extra}\n")
    assert any(found.startswith(f"{path}: {sentence}") for found in faults(path)), faults(path)


def test_all_faults_are_told_at_once(tmp_path):
    """An administrator corrects the file in one go."""
    path = written(tmp_path, MINIMAL.replace('country = "NL"', 'country = "nl"') + "port = 0\n")
    assert len(faults(path)) == 3


def test_a_fault_in_the_environment_names_the_variable(tmp_path):
    """The file is not blamed for what stands in the environment."""
    path = written(tmp_path, MINIMAL)
    assert faults(path, {"HOSTWATCH_FETCH__OVERALL": "many"}) == (
        "HOSTWATCH_FETCH__OVERALL: fetch.overall: found 'many'; allowed is a whole number.",
    )
    assert "HOSTWATCH_EGRESS__0__NAME" in faults(path, {"HOSTWATCH_EGRESS__0__NAME": "x"})[0]


@pytest.mark.parametrize("section", ["practice", "practice_network", "fetch__practice", "sandbox"])
def test_no_key_opens_the_practice_network(tmp_path, section):
    """Neither the file nor the environment knows a key for it."""
    path = written(tmp_path, MINIMAL)
    name = f"HOSTWATCH_{section.upper()}__ENDPOINTS"
    assert faults(path, {name: "[]"})[0].startswith(f"{name}: ")
    words = str(Settings.model_json_schema()).lower()
    assert "practicenetwork" not in words
    assert "endpoint" not in words


def test_two_egress_profiles_need_two_names(tmp_path):
    """Observations are told apart by the name of their egress."""
    again = MINIMAL.partition("[[egress]]")[2].partition("[mail]")[0]
    path = written(tmp_path, MINIMAL.replace("[mail]", f"[[egress]]{again}[mail]"))
    assert "'one' more than once" in faults(path)[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a = \n", "not valid TOML at line 1, column 5"),
        (b"\n\n[mail\n", "not valid TOML at line 3"),
        (b"a = 1\nb = '\xff'\n", "line 2 is not UTF-8 text"),
        (b"a = 1\x00\n", "not valid TOML at line 1"),
        (b"#" * (4 * 1024 * 1024 + 1), "larger than 4 MiB"),
    ],
)
def test_a_file_that_is_not_toml_is_told_with_its_line(tmp_path, content, words):
    """No traceback, whatever the bytes are."""
    path = tmp_path / "hostwatch.toml"
    path.write_bytes(content)
    (sentence,) = faults(path)
    assert sentence.startswith(f"{path}: ")
    assert words in sentence


def test_a_missing_file_and_a_folder_have_their_sentence(tmp_path):
    """The sentence says what to do."""
    assert "hostwatch init DIR" in faults(tmp_path / "none.toml")[0]
    assert "this is a folder" in faults(tmp_path)[0]


def test_a_byte_order_mark_and_windows_lines_are_accepted(tmp_path):
    """Editors of other systems write both."""
    path = tmp_path / "hostwatch.toml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode())
    assert load_settings(path, {}).hotline.name == "Hotline"


@given(st.binary(max_size=200))
def test_no_bytes_end_in_another_error(tmp_path_factory, content):
    """Every file ends in settings or in sentences."""
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    assert all(sentence.startswith(str(path)) for sentence in faults(path))


def test_control_characters_of_a_value_are_not_printed(tmp_path):
    """A terminal shows the sentence, never obeys it."""
    path = written(tmp_path, MINIMAL + 'port = "\\u001b[2J\\u202e"\n')
    assert all(character.isprintable() for character in faults(path)[0])


def test_example_names_are_listed_for_the_doctor():
    """Nobody sends notices as Example Hotline unnoticed."""
    assert example_values(load_settings(EXAMPLE, {})) == (
        "hotline.domain",
        "hotline.contact",
        "mail.sender",
    )


def test_the_default_policy_holds_the_figures_of_the_design():
    """Hourly on the first day, 12 h to day 7, then daily; 12 h span; 72 h site down."""
    policy = load_policy(POLICY)
    hour, day = timedelta(hours=1), timedelta(days=1)
    assert [(step.until, step.every) for step in policy.cadence.open] == [
        (day, hour),
        (7 * day, 12 * hour),
        (365 * day, day),
    ]
    assert [(step.until, step.every) for step in policy.cadence.watch] == [
        (30 * day, day),
        (90 * day, 7 * day),
    ]
    assert (policy.takedown.agreeing, policy.takedown.networks) == (3, 2)
    assert (policy.takedown.span, policy.takedown.site_down) == (12 * hour, 72 * hour)
    matching = policy.matching
    assert (matching.confident, matching.review, matching.quality) == (31, 52, 50)
    assert policy.notices.fresh_proof == timedelta(minutes=15)
    assert (policy.home.order, policy.abroad.order) == ("police_first", "partner")
    assert not policy.practice


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('span = "12h"', 'span = "1h"', "takedown.span: found 1h; allowed is 12h or more."),
        ('"72h"', '"1h"', "takedown.site_down: found 1h; allowed is 72h or more."),
        ('"15m"', '"16m"', "notices.fresh_proof: found 16m; allowed is 15m or less."),
        ('repeat_after = "24h"', 'repeat_after = "1h"', "notices.repeat_after: found 1h"),
        ("networks = 2", "networks = 1", "takedown.networks: found 1; allowed is 2 or more."),
        ("agreeing = 3", "agreeing = 2", "takedown.agreeing: found 2; allowed is 3 or more."),
        ("review = 52", "review = 30", "matching.confident: found 31; allowed is at most"),
        ('"30m"', '"soon"', "lateness_alarm: found 'soon'; allowed is a number and a unit"),
        ('until = "1d"', 'until = "9d"', "cadence.open: the steps must come in ascending order"),
        ('"partner"\n', '"do_not_notify"\n', "abroad.reason: do_not_notify needs its reason"),
        ('version = "1"', 'version = ""', "version: found nothing"),
        ('version = "1"', 'version = "1"\npractice = true', "serves the sandbox only"),
        ("[home]", "[countries.nl]\norder = 'partner'\n[home]", "countries.nl: is not a country"),
    ],
)
def test_a_policy_that_bends_a_rule_is_refused(tmp_path, old, new, words):
    """Policy is data, but not below the floors of a real policy."""
    assert words in policy_faults(tmp_path, old, new)


def test_a_practice_policy_loads_only_where_the_caller_says_so(tmp_path):
    """Scaled durations serve the demo and the tests."""
    text = POLICY.read_text(encoding="utf-8").replace('span = "12h"', 'span = "2s"')
    path = tmp_path / "policy.toml"
    path.write_text(text.replace('version = "1"', 'version = "1"\npractice = true'))
    assert load_policy(path, allow_practice=True).takedown.span == timedelta(seconds=2)


@given(st.one_of(st.text(max_size=20), st.integers(), st.none(), st.floats()))
def test_a_duration_is_read_or_refused(value):
    """Nothing but ValueError comes out, and nothing below zero."""
    with suppress(ValueError):
        assert parse_duration(value) >= timedelta(0)


@pytest.mark.parametrize("text", ["9" * 400 + "d", "99999999999999w", "-1h", "1", "h", "1 h h"])
def test_an_impossible_duration_is_refused(text):
    """Also one that no calendar holds."""
    with pytest.raises(ValueError, match="a "):
        parse_duration(text)
