import torch
from hypothesis import given
from hypothesis import strategies as st

from thalweg.core.seeds import Generators, derive, generator


def test_seeds_never_change_between_releases():
    """A resumed run must draw what the interrupted one would have drawn, whatever was installed in between."""
    assert derive(0, "order", 0) == 3955691223199900983
    assert derive(7) == 4359823973405836615


@given(st.integers(0, 2**63 - 1), st.integers(0, 10**6), st.integers(0, 10**6))
def test_an_address_decides_and_its_parts_count(seed, epoch, step):
    assert 0 <= derive(seed, "order", epoch, step) < 2**63
    assert derive(seed, "order", epoch, step) == derive(seed, "order", epoch, step)
    assert derive(seed, "order", epoch, step) != derive(seed, "order", epoch, step + 1)
    assert derive(seed, "order", epoch, step) != derive(seed, "noise", epoch, step)


def test_generators_are_fresh_and_apart_from_the_global_state():
    before = torch.get_rng_state()
    one = torch.rand(5, generator=generator(0, "a"))
    assert torch.equal(one, torch.rand(5, generator=generator(0, "a")))
    assert not torch.equal(one, torch.rand(5, generator=generator(0, "b")))
    assert torch.equal(before, torch.get_rng_state())


def test_every_member_draws_from_its_own_seed_whoever_else_is_there():
    drawn = [torch.rand(2, generator=each) for each in Generators((5, 6, 7), "noise", 3)]
    assert torch.equal(drawn[1], torch.rand(2, generator=generator(6, "noise", 3)))
    assert torch.equal(drawn[1], torch.rand(2, generator=Generators((5, 6, 7), "noise", 3)[1:][0]))
    assert len(Generators((5, 6, 7))) == 3
