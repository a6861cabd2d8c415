"""Pages of places and catalogue."""
