"""The visit desk: own pages inside the admin."""
