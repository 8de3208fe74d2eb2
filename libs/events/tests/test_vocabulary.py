"""The words services are written in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Never
from uuid import UUID

import pytest
from ltc_events import (
    Command,
    Decider,
    Event,
    GivenStates,
    Personal,
    PublishedEvent,
    Refusal,
    States,
    Stream,
    derive_id,
    event_class,
    event_classes,
    members,
    reads_of,
)
from ltc_events.testing import fold, given
from pydantic import ValidationError


class DoorOpened(PublishedEvent, type="ltc.house.door-opened.v1"):
    door_id: UUID


class DoorLocked(Event, type="ltc.house.door-locked.v1"):
    door_id: UUID
    key: Personal[str] | None = None


class OpenDoor(Command):
    door_id: UUID


class LockBoth(Command):
    first: UUID
    second: UUID

    def reads(self) -> Sequence[Stream]:
        return [door.of(self.first), door.of(self.second)]


class DoorIsLocked(Refusal):
    """The {colour} door is
    locked."""


class NoSuchDoor(Refusal):
    """There is no such door."""

    status = 404


@dataclass(frozen=True)
class Door:
    locked: bool = False


def decide(door: Door, command: OpenDoor) -> list[DoorOpened | DoorLocked]:
    if door.locked:
        raise DoorIsLocked(colour="green")
    return [DoorOpened(door_id=command.door_id)]


def evolve(door: Door, event: DoorOpened | DoorLocked) -> Door:
    return Door(isinstance(event, DoorLocked))


door = Decider(kind="door", id="door_id", initial=Door(), decide=decide, evolve=evolve, commands=OpenDoor, events=DoorOpened | DoorLocked)


def lock_both(states: States, command: LockBoth) -> list[DoorLocked]:
    doors = (command.first, command.second)
    return [DoorLocked(door_id=id) for id in doors if not states.of(door, id).locked]


both: Decider[None, LockBoth, Event] = Decider(
    kind="lock",
    id="lock_id",
    initial=None,
    decide_many=lock_both,
    evolve=lambda lock, event: lock,
    commands=LockBoth,
    events=Never,
    also=(door,),
)
ONE, TWO, THREE = UUID(int=1), UUID(int=2), UUID(int=3)


def test_an_event_is_found_by_its_type_and_knows_who_decides_it() -> None:
    assert event_class("ltc.house.door-opened.v1") is DoorOpened
    assert event_class("ltc.house.never-said.v1") is None
    assert DoorOpened.origin() == "house-svc"
    assert (DoorOpened.published, DoorLocked.published) == (True, False)


@pytest.mark.parametrize("type", ["door-opened", "ltc.house.DoorOpened.v1", "ltc.house.door-opened", "ltc.house.door-opened.v0"])
def test_a_type_has_one_form(type: str) -> None:
    with pytest.raises(TypeError, match="is not an event type"):

        class Wrong(Event, type=type):
            pass


def test_a_type_belongs_to_one_class() -> None:
    with pytest.raises(TypeError, match="is taken by DoorOpened"):

        class Other(Event, type="ltc.house.door-opened.v1"):
            pass


def test_readers_ignore_what_they_do_not_know_and_commands_do_not() -> None:
    assert DoorOpened.model_validate({"door_id": ONE, "colour": "green"}) == DoorOpened(door_id=ONE)
    with pytest.raises(ValidationError):
        OpenDoor.model_validate({"door_id": ONE, "colour": "green"})


def test_an_event_never_changes() -> None:
    with pytest.raises(ValidationError):
        DoorOpened(door_id=ONE).door_id = TWO  # type: ignore[misc]


def test_a_refusal_is_its_message_its_status_and_its_code() -> None:
    refusal = DoorIsLocked(colour="green")
    assert (str(refusal), refusal.status, refusal.code()) == ("The green door is locked.", 409, "door-is-locked")
    assert refusal.details == {"colour": "green"}
    assert (str(NoSuchDoor()), NoSuchDoor.status) == ("There is no such door.", 404)


def test_given_when_then_tells_events_refusals_and_silence_apart() -> None:
    opened, locked = DoorOpened(door_id=ONE), DoorLocked(door_id=ONE)
    given(door).when(OpenDoor(door_id=ONE)).then(opened)
    given(door, locked).when(OpenDoor(door_id=ONE)).then_refused(DoorIsLocked, colour="green")
    with pytest.raises(AssertionError, match="decided"):
        given(door).when(OpenDoor(door_id=ONE)).then_nothing()
    with pytest.raises(AssertionError, match="was refused"):
        given(door, locked).when(OpenDoor(door_id=ONE)).then(opened)
    with pytest.raises(AssertionError, match="expected DoorIsLocked"):
        given(door).when(OpenDoor(door_id=ONE)).then_refused(DoorIsLocked)
    with pytest.raises(AssertionError, match="colour is 'green'"):
        given(door, locked).when(OpenDoor(door_id=ONE)).then_refused(DoorIsLocked, colour="red")


def test_a_command_without_reads_reads_the_one_stream_it_names() -> None:
    assert reads_of(OpenDoor) is None
    assert reads_of(LockBoth) is LockBoth.reads
    many = replace(door, decide=None, decide_many=lambda states, command: decide(states.of(door, command.door_id), command))
    assert [*many.streams(OpenDoor(door_id=ONE))] == [Stream("door", ONE)]
    assert many.decide_on(GivenStates({Stream("door", ONE): Door()}), OpenDoor(door_id=ONE)) == [DoorOpened(door_id=ONE)]


def test_a_joint_decision_sees_the_streams_it_named_and_no_other() -> None:
    command = LockBoth(first=ONE, second=TWO)
    given(both, DoorLocked(door_id=TWO)).when(command).then(DoorLocked(door_id=ONE))
    assert both.streams(command) == [Stream("door", ONE), Stream("door", TWO)]
    with pytest.raises(LookupError):
        GivenStates({}).of(door, THREE)


def test_a_history_folds_into_a_state_per_stream() -> None:
    history = (DoorOpened(door_id=ONE), DoorLocked(door_id=TWO), DoorOpened(door_id=TWO))
    assert fold((door,), history) == {door.of(ONE): Door(False), door.of(TWO): Door(False)}


def test_the_members_of_a_union_are_its_classes() -> None:
    assert members(DoorOpened | DoorLocked) == (DoorOpened, DoorLocked)
    assert members(OpenDoor) == (OpenDoor,)


def test_the_same_parts_give_the_same_id_on_every_machine() -> None:
    assert derive_id("po", "4711") == UUID("9e879a7e-4464-5979-a097-e74792536dcc")
    assert derive_id(ONE, "quote") == derive_id(str(ONE), "quote")
    assert len({derive_id("a", "b"), derive_id("ab"), derive_id("a", "b", ""), derive_id("b", "a"), derive_id("a", 1)}) == 5


@pytest.mark.parametrize(
    "text", ["Jo Doe", "", "sealed.v1.me.AAAA", f"sealed.v1.{ONE}.short", f"sealed.v1.{ONE}.{'!' * 40}", f"sealed.v1.{ONE}.{'A' * 40}\nJo"]
)
def test_personal_data_is_sealed_or_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        DoorLocked(door_id=ONE, key=text)


def test_sealed_personal_data_survives() -> None:
    locked = DoorLocked(door_id=ONE, key=f"sealed.v1.{ONE}.{'A' * 40}")
    assert DoorLocked.model_validate_json(locked.model_dump_json()) == locked


def test_every_event_has_a_sentence_and_a_name_in_the_past_tense() -> None:
    for room in ("lead", "opportunity", "opportunity_gates", "contract", "order", "billing"):
        import_module(f"ltc_events.{room}")
    for said in event_classes().values():
        if not said.__module__.startswith("ltc_events."):
            continue
        assert said.__doc__, said
        past = r"(ed|Done|Made|Won|Lost|HandedOver|TakenUp|Forgotten|Frozen|ContractExpiring)$"
        assert re.search(past, said.__name__), said  # the domain calls it so


@pytest.mark.parametrize("commands", [OpenDoor, Never])
def test_a_decider_has_one_way_to_decide_and_none_where_it_has_no_commands(commands: Any) -> None:
    ways: dict[str, Any] = {} if commands is OpenDoor else {"decide": decide}
    with pytest.raises(TypeError, match="give decide or decide_many"):
        Decider(kind="door", id="door_id", initial=Door(), evolve=evolve, commands=commands, events=DoorOpened, **ways)
    with pytest.raises(TypeError, match="give decide or decide_many"):
        Decider(
            kind="door", id="door_id", initial=Door(), evolve=evolve, commands=commands, events=DoorOpened, decide=decide,
            decide_many=lock_both,
        )  # fmt: skip
