"""What this server tells clients it can do: every capability they ask about, and whether it works here today.

A client takes another path where a capability is off, so an untrue "on" breaks it
(docs/protocol/graphql-operations.md, feature names). What each is good for, or why it is off, stands beside it.
An operator may switch any off (`features.off`): clients then take their other path, which works here as well.
"""

from __future__ import annotations

from dataclasses import dataclass

ON = {
    "ARTIFACT_COLLECTIONS_FILTERING_SORTING": "collections are filtered and ordered",
    "ARTIFACT_COLLECTION_MEMBERSHIP_FILES": "files of a version are listed through its collection",
    "ARTIFACT_COLLECTION_MEMBERSHIP_FILE_DOWNLOAD_HANDLER": "files are downloaded through the collection",
    "ARTIFACT_DIGEST_ALGORITHM": "versions may be named by XXH128, which clients compute faster than MD5",
    "ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE": "linking answers what was linked",
    "ARTIFACT_REGISTRY_SEARCH": "registries, their collections and versions are searched",
    "ARTIFACT_TAGS": "versions and collections have tags",
    "ARTIFACT_V2_DOWNLOAD_HANDLER_SUPPORTS_ARTIFACT_ID": "download links may name a version by its id",
    "CLIENT_IDS": "versions are found by the ids that clients gave them",
    "EXPAND_DEFINED_METRIC_GLOBS": "patterns of metric names are kept as such, and applied here",
    "FILESTREAM_GZIP": "rows and console lines are sent compressed",
    "INCLUDE_ARTIFACT_TYPES_IN_REGISTRY_CREATION": "a registry may take artifacts of some types only",
    "LARGE_FILENAMES": "names of files may be long",
    "MARK_RUN_FILES_UPLOADED": "clients say when the files of a run have arrived",
    "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP": "versions are looked up by collection and alias",
    "SWEEPS_LOCAL_SCHEDULER": "programs may add runs of their own choice to a sweep",
    "STRUCTURED_CONSOLE_LOGS": "console lines carry time, level and label",
    "TOTAL_COUNT_IN_FILE_CONNECTION": "lists of files tell how many there are",
    "USE_ARTIFACT_WITH_ENTITY_AND_PROJECT_INFORMATION": "runs use versions of other projects by their full names",
}

OFF = {
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
    "QUERY_AUTOMATIONS_ON_ENTITY": "there are no automations yet",
    "SWEEPS_QUERY_FILTERING": "sweeps are listed without filters",
}


@dataclass(frozen=True)
class Feature:
    """One capability. `reason` says what it is good for when it is on, else why it is off."""

    name: str
    enabled: bool
    reason: str
    switched_off: bool = False


def list_features(switched_off: frozenset[str]) -> list[Feature]:
    """Return every capability by name; those of `switched_off` are off, whatever the server can do."""
    built = [_built(name, good_for, off=name in switched_off) for name, good_for in ON.items()]
    missing = [Feature(name, enabled=False, reason=why) for name, why in OFF.items()]
    return sorted([*built, *missing], key=lambda feature: feature.name)


def _built(name: str, good_for: str, *, off: bool) -> Feature:
    return Feature(name, enabled=not off, reason=good_for, switched_off=off)


def unknown_names(switched_off: frozenset[str]) -> list[str]:
    """Return the names that switch nothing off: those of no capability of this release."""
    return sorted(switched_off - ON.keys() - OFF.keys())
