"""Search methods: which parameters the next run of a sweep gets. Pure; randomness is handed in."""
