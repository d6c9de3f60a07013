"""Real components for tests: MySQL, an S3 server, TLS proxies, a browser, old and new wandb clients.

Everything is fetched once into a cache folder and started on loopback at a free port. `python -m tests.services`
does it by hand; the pytest fixtures in `tests/harness` do it for a test session.
"""
