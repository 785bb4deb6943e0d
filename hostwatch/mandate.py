"""No work without a mandate: the one check that stands before every fetch and every notice."""

from __future__ import annotations

from cases.errors import ConfigurationProblem
from cases.ports import Clock
from crawler.fetch.practice import PracticeNetwork
from hostwatch.office import Rules


def check_mandate(rules: Rules, practice: PracticeNetwork | None, clock: Clock) -> None:
    """Refuse real work without a mandate in force. Raises `ConfigurationProblem`."""
    mandate = rules.settings.mandate
    where = rules.directory / "hostwatch.toml"
    if practice is not None:
        return
    if mandate is None:
        raise ConfigurationProblem(
            f"{where}: there is no [mandate]. hostwatch fetches and sends only for a hotline with "
            "a mandate; fill in the section, or try `hostwatch demo`."
        )
    if mandate.review_date < clock.now().date():
        raise ConfigurationProblem(
            f"{where}: mandate.review_date is {mandate.review_date}, which is past. Have the "
            "mandate reviewed and set the next date."
        )
