"""What this server tells clients it can do: every capability they ask about, and whether it works here today.

A client takes another path where a capability is off, so an untrue "on" breaks it
(docs/protocol/graphql-operations.md, feature names). The reason stands beside each that is off.
"""

from __future__ import annotations

ON = (
    "ARTIFACT_COLLECTION_MEMBERSHIP_FILES",
    "ARTIFACT_COLLECTION_MEMBERSHIP_FILE_DOWNLOAD_HANDLER",
    "ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE",
    "ARTIFACT_TAGS",
    "ARTIFACT_V2_DOWNLOAD_HANDLER_SUPPORTS_ARTIFACT_ID",
    "CLIENT_IDS",
    "FILESTREAM_GZIP",
    "LARGE_FILENAMES",
    "MARK_RUN_FILES_UPLOADED",
    "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP",
    "STRUCTURED_CONSOLE_LOGS",
    "TOTAL_COUNT_IN_FILE_CONNECTION",
    "USE_ARTIFACT_WITH_ENTITY_AND_PROJECT_INFORMATION",
)

OFF = {
    "ARTIFACT_COLLECTIONS_FILTERING_SORTING": "collections are listed by name only",
    "ARTIFACT_DIGEST_ALGORITHM": "manifests have MD5 digests",
    "ARTIFACT_REGISTRY_SEARCH": "there are no registries yet",
    "AUTOMATIONS_ON_ORGANIZATION": "there are no automations yet",
    "AUTOMATIONS_ON_USER": "there are no automations yet",
    "AUTOMATION_ACTION_ARIA": "belongs to a service of the vendor",
    "AUTOMATION_ACTION_NO_OP": "there are no automations yet",
    "AUTOMATION_ACTION_PUSH_NOTIFICATION": "belongs to a service of the vendor",
    "AUTOMATION_EVENT_ADD_ARTIFACT_TAG": "there are no automations yet",
    "AUTOMATION_EVENT_ADD_COLLECTION_TAG": "there are no automations yet",
    "AUTOMATION_EVENT_REMOVE_ARTIFACT_TAG": "there are no automations yet",
    "AUTOMATION_EVENT_REMOVE_COLLECTION_TAG": "there are no automations yet",
    "AUTOMATION_EVENT_RUN_METRIC": "there are no automations yet",
    "AUTOMATION_EVENT_RUN_METRIC_CHANGE": "there are no automations yet",
    "AUTOMATION_EVENT_RUN_METRIC_ZSCORE": "there are no automations yet",
    "AUTOMATION_EVENT_RUN_STATE": "there are no automations yet",
    "AUTOMATION_EVENT_UNLINK_ARTIFACT": "there are no automations yet",
    "AUTOMATION_LAST_EXECUTED_AT": "there are no automations yet",
    "AUTOMATION_SCOPE_ENTITY": "there are no automations yet",
    "EVAL_TABLES_CES": "needs a separate service",
    "EXPAND_DEFINED_METRIC_GLOBS": "clients then expand patterns of metric names themselves",
    "INCLUDE_ARTIFACT_TYPES_IN_REGISTRY_CREATION": "there are no registries yet",
    "QUERY_AUTOMATIONS_ON_ENTITY": "there are no automations yet",
    "SWEEPS_LOCAL_SCHEDULER": "runs cannot be enqueued by a client yet",
    "SWEEPS_QUERY_FILTERING": "sweeps are listed without filters",
}

FEATURES = sorted([*((name, True) for name in ON), *((name, False) for name in OFF)])
