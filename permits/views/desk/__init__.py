"""Pages of the desk: work list, review, acts, deciding, issued permits."""
