"""`python -m nbkit`, which is `nbkit`."""

from __future__ import annotations

import sys

from nbkit.cli import main

sys.exit(main())
