from thalweg.run import footprint
from thalweg.run.footprint import FEWEST_BYTES, available_bytes, member_bytes, members_at_a_time
from thalweg.run.recipe import Recipe
from thalweg.run.setting import settle_down


def bytes_of(pictures, **settings):
    return member_bytes(settle_down([Recipe.make(seed=seed, data_seed=0, **settings) for seed in range(2)], pictures))


def test_what_a_linear_member_takes_by_hand(pictures):
    """650 weights ten times in float32, momentum's velocity four times, and three times ten scores and a loss of all 240 examples."""
    assert bytes_of(pictures, precision="fp32") == 4 * 14 * 650 + 3 * 240 * (10 * 4 + 8)
    assert bytes_of(pictures, precision="fp64") == 8 * 14 * 650 + 3 * 240 * (10 * 8 + 8)
    assert bytes_of(pictures, precision="fp32", optimiser="adam") == 4 * 18 * 650 + 4 * 8 + 3 * 240 * (10 * 4 + 8)


def test_stacked_members_keep_their_features_and_others_share_the_room(pictures):
    wide = bytes_of(pictures, precision="fp32", optimiser="sgd", score={"name": "mlp", "widths": [100]})
    weights = 64 * 100 + 100 + 100 * 10 + 10
    assert wide == 4 * (10 * weights + 3 * 240 * (100 + 100 + 10 + 10))
    cnn = bytes_of(pictures, precision="fp32", optimiser="sgd", score={"name": "cnn", "channels": [4]})
    assert cnn < 10 * 4 * 3000


def test_how_many_fit(monkeypatch):
    assert members_at_a_time(10, budget=95) == 9
    assert members_at_a_time(1000, budget=95) == 1
    monkeypatch.setattr(footprint, "available_bytes", lambda device=None: 4 << 30)
    assert members_at_a_time(1 << 20, budget=None) == 2048
    monkeypatch.setattr(footprint, "available_bytes", lambda device=None: 0)
    assert members_at_a_time(1 << 20, budget=None) == FEWEST_BYTES >> 20
    assert footprint.available_bytes() == 0


def test_the_system_says_what_is_free():
    assert available_bytes() > 1 << 20
