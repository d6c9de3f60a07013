"""Console output: lines by number, over journal and segments, however many there are."""
