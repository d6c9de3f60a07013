"""Run by the Python that has the schemas of Kubernetes: reads {versions, documents} as JSON, prints problems."""

import functools
import json
import sys

from kubernetes_validate import utils

# Each call would read 10 MB of definitions anew.
utils.schema_contents = functools.cache(utils.schema_contents)


def main() -> None:
    asked = json.load(sys.stdin)
    problems = []
    for name, document in asked["documents"]:
        for version in asked["versions"]:
            try:
                utils.validate(document, version, strict=True)
            except utils.ValidationError as refused:
                where = "/".join(str(part) for part in refused.path)
                problems.append(f"{name}, Kubernetes {version}: {document['kind']}: {where}: {refused.message[:300]}")
    print(json.dumps(problems))


main()
