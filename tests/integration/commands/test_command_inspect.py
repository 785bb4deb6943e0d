"""`hostwatch inspect gate`: judge a URL without data directory, key or network."""

from __future__ import annotations

import json
import resource

import pytest
from command_house import run, run_process

JUDGED = {
    "http://a.test/1": (False, None, "a.test"),
    "http://B\u00dcCHER.test/": (False, None, "xn--bcher-kva.test"),
    "http://127.0.0.1/": (True, "refused_address", "127.0.0.1"),
    "http://[::1]/": (True, "refused_address", "::1"),
    "http://127.1/": (True, "refused_host", None),
    "http://0x7f.1/": (True, "refused_host", None),
    "http://169.254.169.254/": (True, "refused_address", "169.254.169.254"),
    "http://intranet/": (True, "refused_host", "intranet"),
    "http://a.test:22/": (True, "refused_port", "a.test"),
    "http://u:p@a.test/": (True, "refused_userinfo", "a.test"),
    "http://abcdefgh.onion/": (True, "refused_hidden_service", "abcdefgh.onion"),
    "javascript:alert(1)": (True, "refused_scheme", None),
    "file:///etc/passwd": (True, "refused_scheme", None),
    "a.test": (True, "refused_malformed", None),
    "": (True, "refused_malformed", None),
    "http://a.test/" + "x" * 5000: (True, "refused_length", None),
    "http://a\x1b[2J.test/": (True, "refused_host", None),
    "http://a.test/\x00\x1b[2J": (False, None, "a.test"),
    "http://\udcff.test/": (True, "refused_host", None),
    "http://\u202eabc.test/": (True, "refused_host", None),
}


@pytest.mark.parametrize(
    ("url", "expected"), JUDGED.items(), ids=[str(n) for n in range(len(JUDGED))]
)
def test_the_judgement_of_a_url(tmp_path, url, expected):
    """Three members and no others; exit code 0 either way, since the question was answered."""
    said = run(tmp_path / "nowhere", "inspect", "gate", "--json", "--", url)
    assert said.code == 0, said
    said.is_plain()
    assert json.loads(said.out) == dict(zip(("refused", "reason", "host"), expected, strict=True))
    in_words = run(tmp_path / "nowhere", "inspect", "gate", "--", url)
    in_words.is_plain()
    assert ("refused" in in_words.out) is expected[0]


def test_nothing_is_needed_and_nothing_is_left_behind(tmp_path):
    """An empty folder stays empty, without an account, a key or a configuration."""
    said = run_process("inspect", "gate", "http://127.0.0.1/", "--json", cwd=tmp_path)
    assert json.loads(said.out)["refused"] is True
    assert (said.code, said.err) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_it_starts_fast(tmp_path):
    """Less than half a second of processor time; a busy machine only makes it wait."""

    def spent() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    best = 99.0
    for _ in range(3):
        before = spent()
        run_process("inspect", "gate", "http://a.test/", "--json", cwd=tmp_path)
        best = min(best, spent() - before)
    assert best < 0.5


def test_a_missing_url_is_one_sentence(tmp_path):
    """Exit code 2."""
    run(tmp_path, "inspect", "gate").is_sentence(2, "inspect gate --help")
