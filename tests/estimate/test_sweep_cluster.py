"""The same sweep on Dask distributed, with processes, a worker of which is killed in the middle."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.sweeps.plan_file import read_plan
from lastchunk.model.estimate.sweeps.run import SweepRun, sweep_plan
from tests.estimate.test_sweep_plans import bytes_of, write_plan

distributed = pytest.importorskip(
    "distributed", reason="no Dask here: pip install 'lastchunk[dask]'"
)


@pytest.mark.filterwarnings("ignore")  # the library's own, of ports and of workers that are gone
def test_a_cluster_that_loses_a_worker_gives_the_bytes_of_one_machine(tmp_path: Path) -> None:
    plan = read_plan(write_plan(tmp_path))
    assert sweep_plan(plan, tmp_path / "here") is not None
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        run = SweepRun(plan, tmp_path / "there", scheduler=cluster.scheduler_address)
        killed: list[int] = []

        def kill_one(sessions: int) -> None:
            if not killed:
                killed.append(next(iter(cluster.workers.values())).pid)
                os.kill(killed[0], signal.SIGKILL)

        assert run.run(kill_one) is not None
    assert killed
    assert bytes_of(tmp_path / "there") == bytes_of(tmp_path / "here")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("address", ["nowhere", "tcp://127.0.0.1:9"])
def test_a_scheduler_that_does_not_answer_is_one_line(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lastchunk.model.estimate.sweeps.cluster.ANSWER_SECONDS", 1)
    plan = read_plan(write_plan(tmp_path))
    with pytest.raises(InputError, match="--scheduler"):
        sweep_plan(plan, tmp_path / "out", scheduler=address)
    assert not (tmp_path / "out").exists()
