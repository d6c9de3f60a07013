"""The table in which Alembic keeps the revision, named here so that a start can read it without loading Alembic."""

from sqlalchemy import Column, MetaData, String, Table

alembic_version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
