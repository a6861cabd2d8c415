"""Pages of study visits: the desk below `desk`, the public ones beside it."""
