"""The short form of `python -m tests.deployment.outages`: few clients, short outages."""

import os
from pathlib import Path

import pytest

from tests.deployment.outages import Campaign, Trial
from tests.harness.engines import MYSQL_S3, Engine


def test_clients_outlive_the_death_of_every_part(engine: Engine, tmp_path: Path) -> None:
    if engine.name != MYSQL_S3:
        pytest.skip("it is about several servers on a database and a bucket")
    trial = Trial(clients=2, database_down_s=1, bucket_down_s=3, network_down_s=3, disk_full_s=3)
    recoveries = Campaign(trial, tmp_path).run()
    assert set(recoveries) >= {"database killed", "bucket stopped", "server killed", "worker killed"}
    if os.geteuid() == 0:  # a disk that fills up can be mounted
        assert "disk of the bucket full" in recoveries
    assert {"network to the database cut", "network to the bucket cut"} <= set(recoveries)
