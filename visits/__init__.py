"""Study visits: no feature yet, not installed, and nothing in the portal points here."""
