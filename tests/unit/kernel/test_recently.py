"""Things are told once within their time, and the memory of it is bounded."""

import time

from steelyard.kernel.recently import Recently


def test_a_thing_is_news_once():
    recently = Recently(60, 10)
    assert recently.is_news("a")
    assert not recently.is_news("a")
    assert recently.is_news("b")


def test_it_is_news_again_after_the_window():
    recently = Recently(0.02, 10)
    assert recently.is_news("a")
    time.sleep(0.03)
    assert recently.is_news("a")


def test_what_is_forgotten_is_news_again():
    recently = Recently(60, 10)
    assert recently.is_news("a")
    recently.forget("a")
    recently.forget("b")
    assert recently.is_news("a")


def test_of_too_many_the_oldest_go():
    recently = Recently(60, 2)
    for thing in "abc":
        assert recently.is_news(thing)
    assert recently.is_news("a")
    assert not recently.is_news("c")
