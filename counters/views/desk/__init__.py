"""The queue at the desk: the console of a counter, the hall of the supervisor, the figures."""
