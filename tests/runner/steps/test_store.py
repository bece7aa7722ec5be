"""`store` steps: a parameter store behind a real socket, and what cannot be written to."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from tests.conftest import start_moto
from tests.runner.steps.conftest import Runner

CONFIG = """\
stores:
  params:
    type: aws-ssm-parameter-store
    options: {region: us-east-1, prefix: apps}
  other: {type: redis}
"""
STEP = "- {{name: s, type: store, stack: plat-dev, with: {{store: {store}, component: net/vpc, key: id, value: '{{{{ .x }}}}'}}}}\n"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    process, url = start_moto()
    yield url
    process.terminate()
    process.wait()


def test_a_value_is_written(run: Runner, endpoint: str) -> None:
    env = {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing-testing"}
    done = run(
        STEP.format(store="params") + "- echo {{ .steps.s.value }} {{ .steps.s.stack }}\n",
        config=CONFIG,
        env=env,
        data={"x": "vpc-1"},
    )
    assert done.code == 0, done.error and done.error.explanation
    assert done.out == "vpc-1 plat-dev\n"
    client = boto3.client(
        "ssm", region_name="us-east-1", endpoint_url=endpoint, aws_access_key_id="t", aws_secret_access_key="t"
    )
    assert client.get_parameter(Name="/apps/plat/dev/net/vpc/id")["Parameter"]["Value"] == "vpc-1"
    client.close()


def test_what_cannot_be_written_to(run: Runner) -> None:
    done = run(STEP.format(store="parms"), config=CONFIG, data={"x": "1"})
    assert done.error is not None
    assert "store not configured: parms" in done.error.message
    assert "params" in done.error.hints[0]
    assert "redis" in str(run(STEP.format(store="other"), config=CONFIG, data={"x": "1"}).error)
