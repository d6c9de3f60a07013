"""How a run's state follows from what happens to it."""

import pytest

from steelyard.domains.runs import rules
from steelyard.domains.runs.model import Condition, Progress, RunState
from steelyard.kernel.errors import Invalid

S = RunState
ROWS = Progress(has_rows=True)
SIGN_OF_LIFE = Progress()


@pytest.mark.parametrize("ended", sorted(rules.ENDED))
def test_a_new_attempt_under_an_ended_id_starts_clean(ended):
    before = Condition(ended, exit_code=3, stop_requested=True, preempting=True)
    assert rules.after_start(before) == Condition(S.RUNNING)


def test_a_later_upsert_of_a_running_attempt_keeps_its_flags():
    before = Condition(S.RUNNING, stop_requested=True)
    assert rules.after_start(before) == before


def test_a_run_made_in_advance_starts_running():
    assert rules.after_start(Condition(S.PENDING)) == Condition(S.RUNNING)


@pytest.mark.parametrize(
    ("before", "exit_code", "state"),
    [
        (Condition(S.RUNNING), 0, S.FINISHED),
        (Condition(S.RUNNING), 1, S.FAILED),
        (Condition(S.RUNNING), 255, S.FAILED),
        (Condition(S.RUNNING, stop_requested=True), 255, S.KILLED),
        (Condition(S.RUNNING, stop_requested=True), 0, S.FINISHED),
        (Condition(S.RUNNING, preempting=True), 1, S.PREEMPTED),
        (Condition(S.PREEMPTING, preempting=True), 0, S.FINISHED),
        (Condition(S.CRASHED), 0, S.FINISHED),
        (Condition(S.FINISHED), 1, S.FAILED),
    ],
)
def test_the_end_of_a_run(before, exit_code, state):
    after = rules.after_progress(before, Progress(complete=True, exit_code=exit_code))
    assert (after.state, after.exit_code) == (state, exit_code)


@pytest.mark.parametrize("state", [S.PENDING, S.CRASHED, S.PREEMPTED, S.PREEMPTING])
def test_any_request_shows_that_a_run_lives(state):
    assert rules.after_progress(Condition(state), SIGN_OF_LIFE).state is S.RUNNING


@pytest.mark.parametrize("state", [S.FINISHED, S.FAILED, S.KILLED])
def test_an_ended_run_opens_again_for_rows_only(state):
    before = Condition(state, exit_code=0)
    assert rules.after_progress(before, SIGN_OF_LIFE) == before
    assert rules.after_progress(before, ROWS) == Condition(S.RUNNING)


def test_a_preempting_run_that_falls_silent_was_preempted():
    marked = rules.after_progress(Condition(S.RUNNING), Progress(preempting=True))
    assert marked.state is S.PREEMPTING
    assert rules.after_silence(marked).state is S.PREEMPTED
    assert rules.after_silence(rules.after_progress(marked, SIGN_OF_LIFE)).state is S.PREEMPTED


@pytest.mark.parametrize(
    ("state", "kept"), [(S.RUNNING, True), (S.CRASHED, True), (S.PENDING, True), (S.FINISHED, False), (S.FAILED, False)]
)
def test_a_stop_is_noted_while_the_program_may_still_hear_it(state, kept):
    assert rules.after_stop(Condition(state)).stop_requested is kept


def test_silence():
    assert rules.after_silence(Condition(S.RUNNING)).state is S.CRASHED
    assert rules.after_silence(Condition(S.RUNNING, stop_requested=True)).state is S.KILLED
    for state in (S.PENDING, S.FINISHED, S.FAILED):
        assert rules.after_silence(Condition(state)).state is state


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        (S.RUNNING, S.PENDING),
        (S.FAILED, S.PENDING),
        (S.CRASHED, S.PENDING),
        (S.PREEMPTED, S.PENDING),
        (S.PENDING, S.FAILED),
        (S.RUNNING, S.FAILED),
    ],
)
def test_states_that_may_be_set_by_hand(before, wanted):
    assert rules.after_edit(Condition(before, exit_code=1), wanted, in_sweep=False) == Condition(wanted)
    with pytest.raises(Invalid):
        rules.after_edit(Condition(before), wanted, in_sweep=True)


@pytest.mark.parametrize(("before", "wanted"), [(S.FINISHED, S.PENDING), (S.FINISHED, S.FAILED), (S.RUNNING, S.KILLED)])
def test_states_that_may_not_be_set_by_hand(before, wanted):
    with pytest.raises(Invalid):
        rules.after_edit(Condition(before), wanted, in_sweep=False)


@pytest.mark.parametrize(
    ("summary", "seconds"),
    [
        ({"_wandb": {"runtime": 7}, "_runtime": 7.5}, 7.5),
        ({"_wandb": {"runtime": 9}, "_runtime": 7.5}, 9.0),
        ({"_runtime": 7.5}, 7.5),
        ({"_runtime": "NaN"}, None),
        ({"_runtime": float("nan")}, None),
        ({"_wandb": 3}, None),
        ({}, None),
    ],
)
def test_the_runtime_in_a_summary(summary, seconds):
    assert rules.runtime_s(summary) == seconds
