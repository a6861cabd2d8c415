"""The desk's models. Acting happens on own pages; the stock pages only read."""

from permits.admin import applications, types

__all__ = ["applications", "types"]
