"""What a cluster's admission would refuse of a pod: the restricted pod standard, and OpenShift's restricted-v2.

Written down from the documentation of Kubernetes (Pod Security Standards) and of OpenShift (security context
constraints); no API server can be asked here.
"""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
# Chosen by OpenShift from the range of the namespace; what a chart fixes is refused.
CHOSEN_BY_OPENSHIFT = ("runAsUser", "runAsGroup", "fsGroup", "supplementalGroups")


def pod_of(document: Document) -> Document | None:
    """The `spec` of the pods that an object makes; None when it makes none."""
    if document["kind"] == "Pod":
        return dict(document["spec"])
    if document["kind"] in {"Deployment", "StatefulSet", "DaemonSet", "Job"}:
        return dict(document["spec"]["template"]["spec"])
    return None


def broken_rules(document: Document, *, openshift: bool) -> list[str]:
    """What would be refused, or is careless, in the pods of an object."""
    pod = pod_of(document)
    if pod is None:
        return []
    name = f"{document['kind']}/{document['metadata']['name']}"
    return [f"{name}: {problem}" for problem in _problems(document["kind"], pod, openshift=openshift)]


def _problems(kind: str, pod: Document, *, openshift: bool) -> Iterator[str]:
    security = pod.get("securityContext") or {}
    yield from (f"{key} is not allowed" for key in ("hostNetwork", "hostPID", "hostIPC") if pod.get(key))
    for volume in pod.get("volumes") or []:
        yield from (f"a volume of kind {used}" for used in set(volume) - {"name"} - VOLUMES)
    if openshift:
        yield from (f"{key} is fixed" for key in CHOSEN_BY_OPENSHIFT if key in security)
    containers = (pod.get("containers") or []) + (pod.get("initContainers") or [])
    for container in containers:
        own = container.get("securityContext") or {}
        if openshift:
            yield from (f"{key} of a container is fixed" for key in CHOSEN_BY_OPENSHIFT if key in own)
        yield from _refused(container, own, security)
        yield from _careless(kind, container)


def _refused(container: Document, own: Document, security: Document) -> Iterator[str]:
    if own.get("privileged") or own.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation must be false"
    if not own.get("runAsNonRoot", security.get("runAsNonRoot")) or 0 in {
        own.get("runAsUser"),
        security.get("runAsUser"),
    }:
        yield "runAsNonRoot must be true"
    capabilities = own.get("capabilities") or {}
    if "ALL" not in (capabilities.get("drop") or []) or set(capabilities.get("add") or []) - {"NET_BIND_SERVICE"}:
        yield "all capabilities must be dropped"
    profile = own.get("seccompProfile") or security.get("seccompProfile") or {}
    if profile.get("type") not in {"RuntimeDefault", "Localhost"}:
        yield "seccompProfile must be RuntimeDefault"
    for port in container.get("ports") or []:
        if port.get("hostPort") or port["containerPort"] < 1024:
            yield f"port {port} is one of the machine's, or needs root"


def _careless(kind: str, container: Document) -> Iterator[str]:
    if not (container.get("securityContext") or {}).get("readOnlyRootFilesystem"):
        yield "the root file system can be written"
    image = container["image"].rpartition("/")[2]
    if image.endswith(":latest") or not {":", "@"} & set(image):
        yield f"the image {image} has no fixed tag"
    if not (container.get("resources") or {}).get("requests"):
        yield "no resources are requested"
    if kind == "Deployment" and container.get("ports") and not {"readinessProbe", "livenessProbe"} <= set(container):
        yield "a container that is asked has no probes"
