"""The citizen's form: a page of a definition, read, checked and drawn.

A plain class with the face of a Django form instead of one: the definition is the only source of
fields and rules (`permits.rules`), and a form of 25 fields costs a fraction of the default
renderer's time (see `docs/performance`).
"""

from permits.forms.drawing import Drawing
from permits.forms.pageform import PageForm

__all__ = ["Drawing", "PageForm"]
