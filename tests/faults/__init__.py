"""The server under load dies hard at random moments; nothing acknowledged may be lost, doubled or changed.

`python -m tests.faults --kills 200 --seed N` is the long form, `test_kills.py` the short one. For artifacts they are
`python -m tests.faults.uploads` and `test_uploads.py`.
"""
