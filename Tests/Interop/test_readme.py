"""The README's examples, run as they stand (only the port is another)."""
import re
import subprocess
import sys

import pytest
from conftest import ROOT

README = (ROOT / "README.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


CURLS = [block for block in blocks("sh") if block.lstrip().startswith("curl")]


def test_the_readme_has_examples():
    assert len(CURLS) >= 3 and len(blocks("python")) >= 1


@pytest.mark.parametrize("block", CURLS)
def test_curl_examples_work(handbook, block):
    command = block.replace("http://127.0.0.1:8080", handbook.url).replace("curl ", "curl -sS --fail-with-body ")
    done = subprocess.run(["bash", "-euc", command], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.returncode == 0, done.stderr + done.stdout


@pytest.mark.parametrize("block", blocks("python"))
def test_python_examples_work(handbook, block):
    program = block.replace("http://127.0.0.1:8080", handbook.url)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.returncode == 0 and done.stdout.strip(), done.stderr
