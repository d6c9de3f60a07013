"""How a training program hands back what it knows itself: `python PROGRAM --record FILE`, without asking wandb."""

import json
import sys
from pathlib import Path
from typing import Any


def record(found: Any) -> None:
    Path(sys.argv[sys.argv.index("--record") + 1]).write_text(json.dumps(found), encoding="utf-8")
