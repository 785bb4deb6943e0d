"""What the rule 'three errors or a changed hash = gone' would have closed."""

from __future__ import annotations

from cases.takedown import naive_gone
from hostwatch.operations.cases import Dossier

_GONE_VERDICTS = frozenset({"removed", "expired", "site_down"})


def wrongly_closed(found: Dossier) -> bool:
    """Whether the naive rule closes this case although the proof does not call it gone."""
    listed = [asset.id for asset in found.assets if asset.comparison.kind in ("match", "possible")]
    closed = any(
        naive_gone([one for one in found.observations if one.asset_id == asset_id])
        for asset_id in listed or [asset.id for asset in found.assets]
    )
    return closed and found.case.verdict.value not in _GONE_VERDICTS
