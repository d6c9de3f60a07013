"""What an agent is told at its heartbeat."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from steelyard.domains.sweeps.model import Assignment, SweepState
from steelyard.domains.sweeps.rules import Again, Exit, Stop, Suggest, Wait, after_request, decide
from steelyard.kernel.errors import Invalid

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ME, OTHER = 1, 2


def run(run_id: str, state: str, **changes: Any) -> Assignment:
    values: dict[str, Any] = {
        "id": 1,
        "run": 1,
        "run_id": run_id,
        "number": 0,
        "agent_id": ME,
        "agent_seen_at": NOW,
        "parameters": "{}",
        "stop_sent": False,
        "handed_at": NOW,
        "state": state,
        "stop_requested": False,
    }
    return Assignment(**(values | changes))


def told(state: SweepState, live: set[str], *runs: Assignment) -> Any:
    return decide(state, ME, live, runs, NOW)


def test_an_idle_agent_gets_the_next_run() -> None:
    assert isinstance(told(SweepState.PENDING, set()), Suggest)
    assert isinstance(told(SweepState.RUNNING, set(), run("a", "finished")), Suggest)


def test_an_agent_at_work_is_left_alone() -> None:
    assert isinstance(told(SweepState.RUNNING, {"a"}, run("a", "running")), Wait)
    assert isinstance(told(SweepState.FINISHED, {"a"}, run("a", "running")), Wait)


def test_a_paused_sweep_hands_out_nothing_and_sends_nobody_away() -> None:
    assert isinstance(told(SweepState.PAUSED, set()), Wait)


def test_an_ended_sweep_sends_idle_agents_away() -> None:
    for state in (SweepState.FINISHED, SweepState.CANCELED, SweepState.FAILED):
        assert isinstance(told(state, set()), Exit)


def test_a_cancelled_sweep_stops_each_run_once() -> None:
    assert told(SweepState.CANCELED, {"a"}, run("a", "running")) == Stop(run("a", "running"))
    assert isinstance(told(SweepState.CANCELED, {"a"}, run("a", "running", stop_sent=True)), Wait)


def test_a_run_that_somebody_stopped_is_stopped_at_its_agent() -> None:
    assert isinstance(told(SweepState.RUNNING, {"a"}, run("a", "running", stop_requested=True)), Stop)


def test_a_preempted_run_goes_before_new_ones() -> None:
    decision = told(SweepState.RUNNING, set(), run("a", "preempted"))
    assert isinstance(decision, Again)
    assert decision.resume


def test_a_run_that_was_never_taken_up_is_handed_out_again() -> None:
    late = NOW - timedelta(minutes=10)
    assert isinstance(told(SweepState.RUNNING, set(), run("a", "pending", handed_at=late)), Again)
    assert isinstance(told(SweepState.RUNNING, set(), run("a", "pending")), Suggest)
    gone = run("a", "pending", agent_id=OTHER, agent_seen_at=late)
    assert isinstance(told(SweepState.RUNNING, set(), gone), Again)
    assert isinstance(told(SweepState.RUNNING, set(), run("a", "pending", agent_id=OTHER)), Suggest)


def test_an_ended_sweep_cannot_be_paused() -> None:
    with pytest.raises(Invalid):
        after_request(SweepState.FINISHED, SweepState.PAUSED)
    assert after_request(SweepState.PAUSED, SweepState.RUNNING) is SweepState.RUNNING
