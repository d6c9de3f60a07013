"""The audit log as administrators have it: read, kept for a time, copied to the bucket, cleared of a person."""
