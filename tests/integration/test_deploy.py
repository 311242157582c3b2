"""What is shipped for containers and clusters, checked without an engine: by linters and schemas, and against the application itself."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from swarm.settings import Settings, variables
from ui.web.guard import OPEN_PATHS

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy" / "kubernetes"
GET = "run `make deploy-tools`"


def tool(name: str, how: str = GET) -> str:
    """A program from .venv or the PATH; in CI it has to be there."""
    found = shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{name} is missing; {how}")
    return found


@pytest.fixture(scope="module")
def known() -> set[str]:
    """The environment variables that the application reads."""
    return set(variables(Settings()))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


@pytest.fixture(scope="module")
def manifests() -> dict[str, dict[str, Any]]:
    """The manifests as they reach a cluster, by kind."""
    kubectl = tool("kubectl", "install it from Debian's packages or from kubernetes.io")
    rendered = subprocess.run([kubectl, "kustomize", str(DEPLOY)], capture_output=True, text=True, check=True).stdout
    return {document["kind"]: document for document in yaml.safe_load_all(rendered)}


@pytest.fixture
def container(manifests: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return manifests["Deployment"]["spec"]["template"]["spec"]["containers"][0]


def test_dockerfile_is_clean() -> None:
    result = subprocess.run([tool("hadolint"), str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_image_gets_every_package_runs_without_root_and_knows_its_health() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    found = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]
    for package in (name.rstrip("*") for name in found):
        assert f"COPY {package} {package}\n" in dockerfile
        assert f"!{package}" in ignored
    assert re.findall(r"^USER (\S+)", dockerfile, re.MULTILINE) == ["10001"]
    paths = re.findall(r"http://127\.0\.0\.1:7860(/\w+)", dockerfile)
    assert paths and set(paths) <= OPEN_PATHS


def test_image_sets_only_what_the_application_reads(known: set[str]) -> None:
    assert set(re.findall(r"\b(SWARM_\w+)=", (ROOT / "Dockerfile").read_text())) <= known


def test_compose_file_follows_the_specification() -> None:
    specification = pytest.importorskip("compose_spec", reason=GET)
    parsed = specification.PyCompose.from_yaml((ROOT / "compose.yaml").read_text())
    assert set(parsed.service_names()) == {"swarm", "minio", "chroma", "postgres"}


def test_compose_services_fit_together(compose: dict[str, Any], known: set[str]) -> None:
    services = compose["services"]
    ours = services["swarm"]["environment"]
    assert set(ours) <= known
    for address, service in ((ours["MINIO_ENDPOINT"], "minio"), (ours["CHROMA_URL"], "chroma"), (ours["DATABASE_URL"], "postgres")):
        assert re.search(rf"(^|//|@){service}:\d+", address) and service in services
    assert set(services["swarm"]["depends_on"]) <= set(services)
    volumes = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert volumes == set(compose["volumes"])


def test_compose_has_no_password_of_its_own_and_pins_its_images(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name or name in ("MINIO_SECRET_KEY", "DATABASE_URL", "SWARM_AUTH"):
                assert re.search(r"\$\{\w+:\?", value), f"{name} must be asked for"
        assert "build" in service or re.search(r":[\w.-]*\d", service["image"])


def test_manifests_follow_their_schemas(manifests: dict[str, dict[str, Any]]) -> None:
    kubernetes_validate = pytest.importorskip("kubernetes_validate", reason=GET)
    for document in manifests.values():
        kubernetes_validate.validate(document, "1.32", strict=True)


def test_manifests_find_each_other(manifests: dict[str, dict[str, Any]]) -> None:
    deployment = manifests["Deployment"]["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    for selector in (
        deployment["selector"]["matchLabels"],
        manifests["Service"]["spec"]["selector"],
        manifests["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
    ):
        assert selector and selector.items() <= labels.items()
    assert len({document["metadata"]["namespace"] for document in manifests.values()}) == 1
    names = {kind: document["metadata"]["name"] for kind, document in manifests.items()}
    pod = deployment["template"]["spec"]
    assert pod["serviceAccountName"] == names["ServiceAccount"] == manifests["RoleBinding"]["subjects"][0]["name"]
    assert manifests["RoleBinding"]["roleRef"]["name"] == names["Role"]
    claims = [volume["persistentVolumeClaim"]["claimName"] for volume in pod["volumes"] if "persistentVolumeClaim" in volume]
    assert claims == [names["PersistentVolumeClaim"]]
    assert {mount["name"] for mount in pod["containers"][0]["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}


def test_image_has_the_version_of_the_project(container: dict[str, Any]) -> None:
    assert container["image"] == "mlops-swarm:" + tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_ports_and_probes_meet_the_application(manifests: dict[str, dict[str, Any]], container: dict[str, Any]) -> None:
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert f"SWARM_PORT={ports['http']}" in (ROOT / "Dockerfile").read_text()
    assert {port["targetPort"] for port in manifests["Service"]["spec"]["ports"]} <= set(ports)
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["path"] in OPEN_PATHS
        assert container[probe]["httpGet"]["port"] in ports


def test_manifests_set_only_what_the_application_reads(
    manifests: dict[str, dict[str, Any]], container: dict[str, Any], known: set[str]
) -> None:
    secret = yaml.safe_load((DEPLOY / "secret.example.yaml").read_text())
    assert set(manifests["ConfigMap"]["data"]) <= known
    assert set(secret["stringData"]) <= known
    assert not set(secret["stringData"]) & set(manifests["ConfigMap"]["data"])
    sources = [next(iter(source.values()))["name"] for source in container["envFrom"]]
    assert sources == [manifests["ConfigMap"]["metadata"]["name"], secret["metadata"]["name"]]


def test_pod_may_no_more_than_it_needs(manifests: dict[str, dict[str, Any]], container: dict[str, Any]) -> None:
    pod = manifests["Deployment"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert manifests["ServiceAccount"]["automountServiceAccountToken"] is False
    granted = list(_granted(manifests["Role"]))
    assert {group for group, _, _ in granted} == {"pipelines.kubeflow.org"}
    assert not any("*" in part for rule in granted for part in rule)


def _granted(role: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for rule in role["rules"]:
        yield from ((g, r, v) for g in rule["apiGroups"] for r in rule["resources"] for v in rule["verbs"])
