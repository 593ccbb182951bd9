"""Files of people to documents: one module per family of formats, each parse in a child process.

`Sandbox` is the way in; the parsers are never called in the main process.
"""

from __future__ import annotations

from index.loading.formats import FORMATS, supported
from index.loading.limits import LOADER_VERSION, Limits
from index.loading.sandbox import Sandbox, digest

__all__ = ["FORMATS", "LOADER_VERSION", "Limits", "Sandbox", "digest", "supported"]
