import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from thalweg.faces.lab._wire import Picture, packed, plain, unpacked

ARRAYS = st.one_of(
    *(arrays.arrays(kind, arrays.array_shapes(min_dims=0, min_side=0, max_side=4)) for kind in ("uint8", "int32", "float32"))
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(data=st.dictionaries(st.text(max_size=5), VALUES, max_size=4), found=st.dictionaries(st.text(max_size=5), ARRAYS, max_size=3))
def test_what_is_packed_is_read_back(data, found):
    kind, values, back = unpacked(packed("picture", Picture(data=data, arrays=found)))
    assert (kind, values) == ("picture", data)
    assert back.keys() == found.keys()
    for name, array in found.items():
        assert back[name].dtype == array.dtype
        np.testing.assert_array_equal(back[name], array)


def test_arrays_begin_where_a_page_can_read_them():
    message = packed("picture", Picture(arrays={"a": np.zeros(3, np.uint8), "b": np.zeros((2, 1), np.float32)}))
    length = int.from_bytes(message[:4], "little")
    assert (4 + length) % 8 == 0
    assert [each["at"] % 8 for each in json.loads(message[4 : 4 + length])["arrays"]] == [0, 0]
    assert len(message) % 8 == 0


def test_other_types_are_refused():
    with pytest.raises(KeyError, match="float64"):
        packed("picture", Picture(arrays={"a": np.zeros(2)}))


def test_plain():
    assert plain({"a": (np.float32(1.5), float("nan")), 2: np.int64(3)}) == {"a": [1.5, None], "2": 3}
