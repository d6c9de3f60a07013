"""The fields that the schema has and the server does not do yet, each with the area of work that will take it up.

A request for one of these answers a GraphQL error, never null: a null would read as "there is none". A field leaves
the list together with the commit that gives it a resolver.
"""

_BY_AREA = {
    "reports": (
        "Mutation.createAccessToken",
        "Mutation.updateAccessTokenProjects",
        "Mutation.revokeAccessToken",
        "View.accessTokens",
    ),
    "launch": (
        "Query.launchAgent",
        "Mutation.createRunQueue",
        "Mutation.upsertRunQueue",
        "Mutation.deleteRunQueues",
        "Mutation.createDefaultResourceConfig",
        "Mutation.pushToRunQueue",
        "Mutation.pushToRunQueueByName",
        "Mutation.popFromRunQueue",
        "Mutation.ackRunQueueItem",
        "Mutation.failRunQueueItem",
        "Mutation.updateRunQueueItemWarning",
        "Mutation.deleteFromRunQueue",
        "Mutation.createLaunchAgent",
        "Mutation.updateLaunchAgent",
        "Entity.defaultResourceConfig",
        "Project.runQueues",
        "Project.runQueue",
    ),
    "automations": (
        "Mutation.createFilterTrigger",
        "Mutation.updateFilterTrigger",
        "Mutation.deleteTrigger",
        "Mutation.createGenericWebhookIntegration",
        "Entity.triggers",
        "Organization.triggers",
        "Project.triggers",
    ),
}

UNSUPPORTED: dict[str, str] = {field: area for area, fields in _BY_AREA.items() for field in fields}
"""The area of work by `Type.field`."""
