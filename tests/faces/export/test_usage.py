"""What the model card tells people to type, typed: every block of Python in a fresh process without Thalweg."""

import re

import pytest
from PIL import Image

import thalweg as tw


@pytest.mark.slow
@pytest.mark.many_steps
@pytest.mark.parametrize("kind", ["linear", "mlp, tanh", "module", "points"])
def test_every_block_of_the_card_runs(run_of, tmp_path, alone, kind):
    run = run_of(kind)
    found = tw.export(run, tmp_path, check=20)
    Image.new("RGB", (30, 20)).save(tmp_path / "picture.jpg")
    blocks = re.findall(r"```python\n(.*?)```", (tmp_path / "README.md").read_text(), flags=re.DOTALL)
    assert len(blocks) == len(found.files) + (kind != "points")
    for block in blocks:
        alone(block, "tests")
    if kind == "linear":
        source = "pixels.reshape(len(pixels), -1)"
        assert sum(source in block for block in blocks) == 1
