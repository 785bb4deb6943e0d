"""The records of the contract tests, houses and scripts serve here too."""

from __future__ import annotations

import sys
from pathlib import Path

for folder in ("contract", "integration/operations", "unit/visit"):
    sys.path.insert(0, str(Path(__file__).parents[2] / folder))
