"""Environment names of W&B Server that we honour, so that a swapped image starts with its old environment."""

from __future__ import annotations

# W&B name → path in our settings tree. Order matters: of two that name the same setting the first that is set wins.
ACCEPTED: dict[str, str] = {
    "HOST": "server.public_url",
    "GORILLA_FRONTEND_HOST": "server.public_url",
    "MYSQL": "database.url",
    "GORILLA_METADATA_STORE": "database.url",
    "GORILLA_MYSQL_MAX_OPEN_CONNS": "database.max_connections",
    "BUCKET": "objects.bucket",
    "GORILLA_FILE_STORE": "objects.bucket",
    "GORILLA_STORAGE_BUCKET": "objects.bucket",
    "AWS_REGION": "objects.region",
    "BUCKET_PROXY": "objects.proxied",
    "GORILLA_FILE_STORE_IS_PROXIED": "objects.proxied",
    "GORILLA_EMAIL_SINK": "mail.url",
    "GORILLA_EMAIL_FROM_ADDRESS": "mail.sender",
    "SMTP_HOST": "mail.host",
    "SMTP_PORT": "mail.port",
    "SMTP_USER": "mail.username",
    "SMTP_PASSWORD": "mail.password",
    "SESSION_LENGTH": "accounts.session_hours",
    "GORILLA_ARTIFACT_GC_ENABLED": "gc.enabled",
    "GORILLA_ARTIFACTS_GC_BATCH_SIZE": "gc.batch_rows",
    "GORILLA_ARTIFACTS_GC_DELETE_FILES_NUM_WORKERS": "gc.parallel_deletes",
}
