"""Backups: consistent and incremental, to a folder or a bucket; restored onto either database and either store.

A backup place holds *snapshots* and one *pool* of objects that they share, so that a further snapshot costs the rows
and what is new in the store (docs/operate/backup.md). `making`, `checking` and `restoring` are the three commands.
"""
