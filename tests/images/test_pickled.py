import pickle
import pickletools

import numpy as np
import pytest

from thalweg.core.errors import DataError
from thalweg.images._pickled import read_pickle

PROTOCOLS = range(6)
GENUINE = {
    "data": np.arange(12, dtype=np.uint8).reshape(2, 6),
    "order": np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3)),
    "none": np.zeros((0, 3), np.uint8),
    "labels": [*range(300), 2**40, -1, 1.5, True, None],
    "text": "grün",
    "raw": b"\xff\0",
    "nested": {"pair": (1, (2, 3), [4])},
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_genuine_pickles_of_every_protocol(protocol):
    found = read_pickle(pickle.dumps(GENUINE, protocol), source="batch")
    assert found.keys() == GENUINE.keys()
    for name, value in GENUINE.items():
        if isinstance(value, np.ndarray):
            assert found[name].dtype == value.dtype
            assert np.array_equal(found[name], value)
        else:
            assert found[name] == value


def test_python_2_text_is_latin_1():
    # {'data': '\xff'} as Python 2 wrote it, protocol 2: SHORT_BINSTRING
    assert read_pickle(b"\x80\x02}U\x04dataU\x01\xffs.", source="batch") == {"data": "ÿ"}


class Gadget:
    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_gadgets_are_refused_by_name_and_do_nothing(protocol, tmp_path):
    canary = tmp_path / "canary"
    gadgets = [
        Gadget(open, str(canary), "w"),
        Gadget(eval, f"open({str(canary)!r}, 'w')"),
        Gadget(__import__("os").system, f"touch {canary}"),
        Gadget(np.fromfile, str(canary)),
        Gadget(np.load, str(canary)),
        Gadget(bytearray, 10**12),
    ]
    for gadget in gadgets:
        for batch in (gadget, {"data": gadget}, {"labels": [gadget]}):
            with pytest.raises(DataError, match=r"this pickle asks for .*Thalweg does not run code from files"):
                read_pickle(pickle.dumps(batch, protocol), source="batch")
    assert not canary.exists()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a batch"),
        (b"not a pickle", "not a batch"),
        (pickle.dumps([1]), "it holds a list, not a dict"),
        (pickle.dumps({1: 2}), "keys that are not text"),
        (b"cos\nsystem\n(S'x'\ntR.", "this pickle asks for os.system"),
        (b"(S'x'\nios\nsystem\n.", "the pickle instruction INST"),
        (b"Pid\n.", "the pickle instruction PERSID"),
        (b"\x80\x02\x82\x01.", "the pickle instruction EXT1"),
        (b"\x80\x05\x97.", "the pickle instruction NEXT_BUFFER"),
        (b"}r\xff\xff\xff\xff.", None),
        (b"}" + b"U\x01aU\x01bs", "not a batch"),
        (b"cnumpy\ndtype\n(S'O8'\ntR.", "an array of type 'O8'"),
        (b"c_codecs\nencode\n(Vx\nVhex\ntR.", "an encoding other than Latin-1"),
        (b"\x80\x05\x96\xff\xff\xff\xff\xff\xff\xff\x00.", "not a batch"),
        (
            b"}S'data'\ncnumpy.core.multiarray\n_reconstruct\n)R(I1\n(I1000000000000\ntcnumpy\ndtype\n(S'u1'\ntRI00\nS'x'\ntbs.",
            "cannot reshape",
        ),
    ],
)
def test_damage_and_tricks(data, message):
    if message is None:  # a memo index of 2^32 - 1 takes no memory here
        assert read_pickle(data, source="batch") == {}
        return
    with pytest.raises(DataError, match=message):
        read_pickle(data, source="batch")


def test_a_small_pickle_cannot_ask_for_many_copies():
    text = b"\x80\x02X" + (1_000_000).to_bytes(4, "little") + b"a" * 1_000_000 + b"q\x000"
    encode = b"c_codecs\nencode\nq\x010"
    copy = b"h\x01h\x00\x85R"
    found = read_pickle(text + encode + b"}X\x01\0\0\0a](" + copy * 50_000 + b"es.", source="batch")
    assert len({id(item) for item in found["a"]}) == 1  # 50 000 copies would be 50 GB


def test_too_many_steps_are_refused():
    with pytest.raises(DataError, match="more than 2,000,000 steps"):
        read_pickle(b"\x80\x02" + b"N" * 2_000_001 + b".", source="batch")


def test_mutated_pickles(mutations, read_or_refuse):
    for protocol in PROTOCOLS:
        genuine = pickletools.optimize(pickle.dumps({"data": np.arange(6, dtype=np.uint8).reshape(2, 3), "labels": [1, 2]}, protocol))
        for data in mutations(genuine, head=len(genuine), count=200):
            found = read_or_refuse(lambda damaged: read_pickle(damaged, source="batch"), data, named="batch")
            assert found is None or isinstance(found, dict)
