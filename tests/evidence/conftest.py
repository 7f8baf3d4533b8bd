"""Makes what several of these tests share importable: `slices`."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
