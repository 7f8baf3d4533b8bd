"""The safetensors export: a fresh process reads weights and card, and Thalweg reads the file back."""

import json

import numpy as np

from thalweg.faces.export import FORMATS
from thalweg.run.model import from_file

ENTRY = FORMATS.get("safetensors")


def test_a_fresh_process_reads_weights_and_card(run_of, tmp_path, alone):
    run = run_of("linear")
    (tmp_path / "net.safetensors").write_bytes(ENTRY.write(run, "net.safetensors")["net.safetensors"])
    usage = ENTRY.usage(run, "net.safetensors")
    batch = run.images.images[:40]
    np.save(tmp_path / "batch.npy", batch)
    lines = [*usage.imports, "import numpy as np", "pixels = np.load('batch.npy')", *usage.lines]
    scores = "np.save('scores.npy', pixels.reshape(len(pixels), -1) @ weights['score.weight'].T + weights['score.bias'])"
    alone("\n".join([*lines, scores, "json.dump(card, open('card.json', 'w'))"]), "torch", "scipy", "onnxruntime")
    assert np.abs(np.load(tmp_path / "scores.npy") - run.scores(batch)).max() < 1e-5
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["classes"] == list(run.classes)
    assert card["fingerprints"]["data"] == run.data.fingerprint
    assert card["recipe"] == run.recipe.to_toml()
    assert card["input"]["layout"] == "batch, height, width, channels"


def test_thalweg_reads_it_back(run_of, tmp_path):
    run = run_of("cnn, chain")
    (tmp_path / "net.safetensors").write_bytes(ENTRY.write(run, "net.safetensors")["net.safetensors"])
    again = from_file(str(tmp_path / "net.safetensors"), score=run.recipe.score.flat)
    assert np.array_equal(again.scores(run.images.images[:9]), run.scores(run.images.images[:9]))
