"""The parts of the image: the local cloud builds its images of the same package list and files."""

import ast
import re
import sys

import pytest

from conftest import EXAMPLES, SERVICES

DOCKERFILE = (EXAMPLES / "Dockerfile").read_text()


def sources():
    return [path for path in EXAMPLES.rglob("*.py") if "tests" not in path.parts]


def imports(path) -> set:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module.split(".")[0])
    return names


def test_packages_match_imports():
    local = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    used = set().union(*(imports(path) for path in sources())) - set(sys.stdlib_module_names) - local
    packages = (EXAMPLES / "packages.txt").read_text().splitlines()
    assert packages == sorted("python3-" + name.replace("_", "-") for name in used | {"uvicorn"})


@pytest.mark.parametrize("service", SERVICES)
def test_services_import_serving_only(service):
    """The image of a service has its package and serving."""
    others = set(SERVICES) - {service}
    for path in (*(EXAMPLES / service).glob("*.py"), *(EXAMPLES / "serving").glob("*.py")):
        assert not imports(path) & others, path


def test_dockerfile_packages():
    assert "xargs -a /tmp/packages.txt apt-get install" in DOCKERFILE
    assert "COPY packages.txt /tmp/" in DOCKERFILE


def test_dockerfile_user():
    uid = re.search(r"nonRootUID = (\d+)", (EXAMPLES / "../components/security_context.go").read_text()).group(1)
    assert f"\nUSER {uid}:{uid}\n" in DOCKERFILE


def test_dockerfile_base():
    """The models need the scikit-learn of this Debian, which the tests run with, too."""
    assert re.search("^FROM debian:12-slim$", DOCKERFILE, re.MULTILINE)
    assert "VERSION_ID=\"12\"" in open("/etc/os-release").read()


@pytest.mark.parametrize("service", SERVICES)
def test_dockerfile_copies(service):
    for line in re.findall("^COPY (.*) .*$", DOCKERFILE, re.MULTILINE):
        assert (EXAMPLES / line.replace("${SERVICE}", service)).exists()
    assert '"$SERVICE.app:app\\" --host 0.0.0.0 --port 8000' in DOCKERFILE.replace('\\"$SERVICE', '"$SERVICE')
    assert (EXAMPLES / service / "app.py").exists()


def test_no_writes_outside_tmp():
    """The root file system of a pod is read-only."""
    for path in sources():
        if path.name.startswith("train") or path.parts[-2:] in (("serving", "bundle.py"), ("serving", "training.py")):
            continue
        assert not re.search(r"write_(text|bytes)|mkdir|open\([^)]*[\"'][wax]", path.read_text()), path
