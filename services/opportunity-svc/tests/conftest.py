"""The tests of opportunity-svc."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # so that tests can share what they are made of
