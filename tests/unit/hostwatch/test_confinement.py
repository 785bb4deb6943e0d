"""What follows when the workers are locked, or only in part."""

import pytest
from structlog.testing import capture_logs

from cases.errors import ConfigurationProblem
from config.settings import Isolation
from crawler.fetch.practice import PracticeNetwork
from hostwatch.confinement import Trial, check_lock, sentence, try_worker
from isolation.lock import LockReport

FULL = LockReport(rlimits=True, landlock=True, seccomp=True)
PART = LockReport(rlimits=True, landlock=False, seccomp=True)
BARE = LockReport(rlimits=True, landlock=False, seccomp=False)
STRICT, LAX = Isolation(), Isolation(mode="best-effort")
PRACTICE = PracticeNetwork(endpoints=(), resolver="127.0.0.1:53", ca_pem="")


def trial(report, **changes):
    values = {"machine": "Linux 6.1.0 x86_64", "landlock_abi": 2, "report": report}
    return Trial(**(values | changes))


@pytest.mark.parametrize("isolation", [STRICT, LAX])
@pytest.mark.parametrize("practice", [None, PRACTICE])
def test_a_complete_lock_is_taken_without_a_word(isolation, practice):
    """Nothing is logged, whatever the mode."""
    with capture_logs() as logs:
        check_lock(FULL, isolation, practice)
    assert logs == []


@pytest.mark.parametrize(
    ("report", "names"), [(PART, "by Landlock,"), (BARE, "by Landlock and seccomp,")]
)
def test_real_work_in_strict_mode_refuses_and_names_what_is_missing(report, names):
    """The sentence says what is missing and what to do."""
    with pytest.raises(ConfigurationProblem) as caught:
        check_lock(report, STRICT, None)
    assert names in str(caught.value)
    assert "best-effort" in str(caught.value)


@pytest.mark.parametrize(("isolation", "practice"), [(LAX, None), (STRICT, PRACTICE)])
def test_best_effort_and_practice_go_on_with_one_loud_line(isolation, practice):
    """The log names each lock that is missing."""
    with capture_logs() as logs:
        check_lock(BARE, isolation, practice)
    [line] = logs
    assert (line["event"], line["log_level"]) == ("workers_not_confined", "warning")
    assert line["missing"] == ["Landlock", "seccomp"]


def test_doctor_names_kernel_version_and_each_lock():
    """All in force is fine."""
    state, said = sentence(trial(FULL), STRICT)
    assert state == "ok"
    assert "Linux 6.1.0 x86_64: resource limits, Landlock (ABI 2) and seccomp" in said


@pytest.mark.parametrize(
    ("isolation", "state", "word"), [(STRICT, "problem", "refuses"), (LAX, "warning", "WITHOUT")]
)
def test_doctor_shouts_what_is_missing(isolation, state, word):
    """In strict mode it is a problem, since nothing starts; else a loud warning."""
    found, said = sentence(trial(PART, landlock_abi=0), isolation)
    assert (found, "Landlock MISSING; resource limits and seccomp in force" in said) == (
        state,
        True,
    )
    assert word in said


def test_doctor_tells_why_a_worker_refuses():
    """The code and the job on which it failed."""
    state, said = sentence(trial(None, refusal="self_test_failed picture"), LAX)
    assert (state, "self_test_failed picture" in said) == ("problem", True)


async def test_a_trial_starts_a_real_worker_with_its_jobs():
    """A job that cannot be loaded shows with its name; one that works brings a report."""
    bad = await try_worker({"page": "isolation.no_such_module:job"}, STRICT)
    assert (bad.report, bad.refusal) == (None, "import_failed page")
    good = await try_worker({"page": "isolation.selftest:echo_length"}, STRICT)
    assert good.report is not None
    assert good.report.rlimits
