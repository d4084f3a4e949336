"""Delivery: at least once, under stable keys; one that never works holds up no other."""

from __future__ import annotations

import pytest
from stores import Opener

import guidewright as gw
from guidewright.store import Delivery, DeliveryStatus

EIGHT = "2026-03-01T08:00:00Z"


@pytest.fixture
def busy(opener: Opener, fever: gw.Guideline) -> gw.store.Store:
    store = opener()
    for name in ("p1", "p2"):
        store.start(fever, {}, at=EIGHT, instance=name)
        store.send(name, {"event": "data", "at": EIGHT, "values": {"temperature": "39 Cel"}})
    return store


def keys(deliveries: tuple[Delivery, ...]) -> list[str]:
    return [delivery.key for delivery in deliveries]


def test_every_effect_is_delivered_once_in_order(busy: gw.store.Store) -> None:
    received: list[Delivery] = []
    done = busy.deliver(received.append)
    assert keys(done.delivered) == keys(tuple(received)) == sorted(keys(done.delivered))
    for name in ("p1", "p2"):
        wanted = [
            f"{name}/{entry.sequence}/{number}"
            for entry in busy.history(name)
            for number in range(len(entry.effect_list))
        ]
        assert [key for key in keys(done.delivered) if key.startswith(name)] == wanted
    assert busy.deliver(received.append).delivered == ()
    assert not list(busy.verify())


def test_one_that_never_works_holds_up_no_other(busy: gw.store.Store) -> None:
    def receive(delivery: Delivery) -> None:
        if delivery.key == "p1/1/1":
            raise ConnectionError("the ward does not answer")

    first = busy.deliver(receive, attempts=3)
    assert keys(first.postponed) == ["p1/1/1"]
    assert len(first.delivered) >= 3
    assert keys(busy.deliver(receive, attempts=3).postponed) == ["p1/1/1"]
    assert keys(busy.deliver(receive, attempts=3).failed) == ["p1/1/1"]
    assert busy.deliver(receive, attempts=3) == type(first)((), (), ())

    assert [head.undelivered for head in busy.instances()] == [1, 0]  # the instance shows it
    [failed] = [d for d in busy.deliveries("p1") if d.status is DeliveryStatus.FAILED]
    assert (failed.attempts, failed.error) == (3, "ConnectionError: the ward does not answer")
    assert not list(busy.verify())

    assert busy.retry_failed("p2") == 0
    assert busy.retry_failed() == 1
    assert keys(busy.deliver(lambda delivery: None).delivered) == ["p1/1/1"]
    assert busy.head("p1").undelivered == 0
    assert not list(busy.verify())


def test_a_key_is_the_same_at_every_attempt(busy: gw.store.Store) -> None:
    seen: dict[str, list[dict]] = {}

    def receive(delivery: Delivery) -> None:
        seen.setdefault(delivery.key, []).append(delivery.effect)
        if len(seen[delivery.key]) < 3:
            raise TimeoutError

    for _ in range(3):
        busy.deliver(receive)
    assert all(len(effects) == 3 and effects[0] == effects[2] for effects in seen.values())


def test_a_receiver_that_dies_before_our_note(busy: gw.store.Store) -> None:
    """The effect comes again: at least once, never less."""
    received: list[str] = []

    def receive(delivery: Delivery) -> None:
        received.append(delivery.key)
        if len(received) == 2:
            raise KeyboardInterrupt  # not an answer of the receiver: the process is going down

    with pytest.raises(KeyboardInterrupt):
        busy.deliver(receive)
    again: list[Delivery] = []
    busy.deliver(again.append)
    assert received[0] not in keys(tuple(again))
    assert keys(tuple(again))[0] == received[1]


def test_two_deliver_at_once(opener: Opener, fever: gw.Guideline) -> None:
    """Both may hand out an effect; that one of them succeeded is not lost."""
    one, other = opener(), opener()
    one.start(fever, {}, at=EIGHT, instance="p1")

    def receive(delivery: Delivery) -> None:
        def refuse(same: Delivery) -> None:
            raise ConnectionError

        if delivery.number == 0:
            other.deliver(refuse, attempts=1)  # while the first one is still at it

    one.deliver(receive)
    statuses = [delivery.status for delivery in one.deliveries("p1")]
    assert statuses == [DeliveryStatus.DELIVERED] * 2
    assert not list(one.verify())


def test_no_more_than_asked_for(busy: gw.store.Store) -> None:
    assert len(busy.deliver(lambda delivery: None, limit=2).delivered) == 2
    assert len(busy.deliver(lambda delivery: None, limit=1).delivered) == 1
    rest = busy.deliver(lambda delivery: None).delivered
    assert len({*keys(rest)}) == len(rest) > 0


def test_many_pending(opener: Opener, fever: gw.Guideline, monkeypatch) -> None:
    """More than one batch; nothing is left out or repeated where batches meet."""
    from guidewright.store import outbox

    monkeypatch.setattr(outbox, "BATCH", 3)
    store = opener()
    for number in range(7):
        store.start(fever, {}, at=EIGHT, instance=f"p{number}")
    received: list[Delivery] = []
    store.deliver(received.append)
    assert len(received) == len(set(keys(tuple(received)))) == 14
