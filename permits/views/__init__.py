"""Pages of the citizen: apply, documents, status, tracking. The desk is `permits.admin`."""
