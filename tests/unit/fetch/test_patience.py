"""When a host is left alone, and for how long."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Fetch
from crawler.fetch.contract import FetchCode
from crawler.fetch.patience import Mood, Outcome, Patience, after, asked_for

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CAPS = Fetch()
FAILED = Outcome(error=FetchCode.TIMEOUT)
FINE = Outcome(status=200)


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def patience(dice=0.5):
    clock = Clock()
    return Patience(CAPS, clock=clock, dice=lambda: dice), clock


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("Sun, 22 Nov 2026 12:01:00 GMT", 60.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Sunday, 22-Nov-26 12:01:00 GMT", 60.0),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("١٢", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text, seconds):
    """Anything else is as if the header were missing."""
    assert asked_for(text, NOW) == seconds


@given(st.text(max_size=60))
def test_no_header_breaks_the_reader(text):
    """Whatever stands in it, the answer is a time or nothing."""
    found = asked_for(text, NOW)
    assert found is None or found >= 0


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_gets_the_rest_that_it_asks_for_and_no_more_than_a_day(status):
    """The header is believed up to the cap; a hostile one cannot put a case to sleep for good."""
    one = after(Mood(), Outcome(status=status, retry_after="7200"), CAPS, now=10, dice=0.9)
    long = after(Mood(), Outcome(status=status, retry_after="999999999"), CAPS, now=10, dice=0.9)
    assert (one.until, long.until) == (7210.0, 86410.0)


def test_without_a_header_the_bound_doubles_up_to_its_cap():
    """Full jitter: any time from nothing to the bound; 30 s, 60 s, ... 6 h."""
    bounds = []
    mood = Mood()
    for _ in range(14):
        grown = after(mood, Outcome(status=429), CAPS, now=0.0, dice=1.0)
        bounds.append(after(Mood(busy=mood.busy), Outcome(status=429), CAPS, now=0, dice=1.0).until)
        mood = grown
    assert bounds[:4] == [30.0, 60.0, 120.0, 240.0]
    assert bounds[-1] == 21600.0
    assert after(Mood(), Outcome(status=503), CAPS, now=5.0, dice=0.0).until == 5.0


def test_five_failures_in_a_row_give_a_rest_and_one_may_try():
    """Closed, open for 30 min, half open: one request alone; its success closes it."""
    hosts, clock = patience()
    for _ in range(4):
        hosts.heard("home", "a.test", FAILED)
    assert hosts.wait("home", "a.test") == 0
    hosts.heard("home", "a.test", Outcome(status=502))
    assert hosts.wait("home", "a.test") == 1800
    clock.now += 1800
    assert hosts.wait("home", "a.test") == 0
    assert hosts.wait("home", "a.test") == 1800, "another one waits for the first to try"
    hosts.heard("home", "a.test", FINE)
    assert hosts.wait("home", "a.test") == 0
    hosts.heard("home", "a.test", FAILED)
    assert hosts.wait("home", "a.test") == 0


def test_a_failed_try_begins_the_rest_anew():
    """The host rests for another 30 min."""
    hosts, clock = patience()
    for _ in range(5):
        hosts.heard("home", "a.test", FAILED)
    clock.now += 1801
    assert hosts.wait("home", "a.test") == 0
    clock.now += 10
    hosts.heard("home", "a.test", FAILED)
    assert hosts.wait("home", "a.test") == 1800


def test_a_try_that_we_broke_off_ourselves_is_free_again():
    """The kill switch costs a host nothing."""
    hosts, clock = patience()
    for _ in range(5):
        hosts.heard("home", "a.test", FAILED)
    clock.now += 1800
    assert hosts.wait("home", "a.test") == 0
    hosts.unheard("home", "a.test")
    assert hosts.wait("home", "a.test") == 0


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(error=FetchCode.EGRESS_DOWN),
        Outcome(error=FetchCode.NO_ROUTE),
        Outcome(error=FetchCode.NXDOMAIN),
        Outcome(error=FetchCode.REFUSED_ADDRESS),
        Outcome(error=FetchCode.FETCHER_DOWN),
        Outcome(status=404),
        Outcome(status=403),
    ],
)
def test_what_is_our_fault_or_a_plain_answer_never_gives_a_rest(outcome):
    """A dead proxy, a missing name, a refusal of ours and a plain "no" do not count."""
    hosts, _ = patience()
    for _ in range(20):
        hosts.heard("home", "a.test", outcome)
    assert hosts.wait("home", "a.test") == 0


def test_a_rest_holds_for_one_host_on_one_way_out():
    """Others, and the same host seen from elsewhere, are asked as before."""
    hosts, _ = patience()
    hosts.heard("home", "a.test", Outcome(status=429, retry_after="60"))
    waits = [
        hosts.wait("home", "a.test"),
        hosts.wait("abroad", "a.test"),
        hosts.wait("home", "b.test"),
    ]
    assert waits == [60, 0, 0]


def test_an_answer_to_an_earlier_request_does_not_end_a_rest():
    """What was on its way when the host asked for a pause does not take the pause back."""
    hosts, _ = patience()
    hosts.heard("home", "a.test", Outcome(status=429, retry_after="60"))
    hosts.heard("home", "a.test", FINE)
    assert hosts.wait("home", "a.test") == 60


def test_a_good_host_is_not_remembered():
    """Memory is spent on hosts that rest or fail alone."""
    hosts, _ = patience()
    for number in range(100):
        hosts.heard("home", f"h{number}.test", FINE)
    assert not hosts._moods
