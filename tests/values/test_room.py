"""Test that no bridge fills the registries, whatever it calls its registers."""

from custom_components.meter_bridge.values.room import Room, id_key


def test_room_counts_what_there_is() -> None:
    """What is known stays, and leaves less room for what is new."""
    room = Room(3, ["a", "b"])
    assert [room.admit(name) for name in "abcdc"] == [True, True, True, False, True]
    room.forget("a")
    assert room.admit("d")


def test_more_than_there_may_be_stays() -> None:
    """A bridge that filled the registries before keeps all of it, and gets no more."""
    room = Room(1, ["a", "b"])
    assert room.admit("b")
    assert not room.admit("c")


def test_long_keys_are_cut_once() -> None:
    """A long key stands in no new unique id, but stays in one that there is."""
    long = "virtual_" + "x" * 60
    assert id_key("virtual_Grid", Room(9)) == "virtual_Grid"
    cut = id_key(long, Room(9))
    assert len(cut) == 64
    assert cut != id_key(long + "y", Room(9))
    assert id_key(long, Room(9, [long])) == long


def test_keys_with_control_characters_are_cut_too() -> None:
    """Ids appear in events and in the log, where a line has to stay one."""
    cut = id_key("virtual_two\nlines", Room(9))
    assert cut.isprintable()
    assert cut.startswith("virtual_two lines_")
    assert id_key("virtual_two\nlines", Room(9, ["virtual_two\nlines"])) != cut
    assert id_key("virtual_\ud800", Room(9)).encode()
