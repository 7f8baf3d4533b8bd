"""Devices and precisions: what a recipe asks for, held against what this machine has."""

import platform
from functools import cache
from pathlib import Path

import torch

from thalweg.core.errors import ConfigError, nearest
from thalweg.run.recipe import Recipe


def device_of(name: str) -> torch.device:
    """Return the device called `name`, or raise `ConfigError` naming those that this machine has."""
    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    kind, _, index = name.partition(":")
    numbered = index.isdigit() and kind == "cuda" and int(index) < torch.cuda.device_count()
    if not present.get(kind, False) or (index and not numbered):
        there = ", ".join(each for each, found in present.items() if found)
        raise ConfigError(f"device {name!r} cannot be used here; this machine has {there}.{nearest(kind, present)}")
    return torch.device(name)


def precision_of(recipe: Recipe, device: torch.device, *, reduced: bool) -> str:
    """Return fp32, bf16 or fp64; `auto` is bf16 where the score gains from it and the device computes it faster."""
    if recipe.precision != "auto":
        return recipe.precision
    pays = {"cuda": torch.cuda.is_bf16_supported, "cpu": bfloat16_pays}.get(device.type, bool)
    return "bf16" if reduced and pays() else "fp32"


def bfloat16_pays() -> bool:
    """Whether this processor multiplies bfloat16 faster than float32.

    With matrix tiles (AMX) it does, and so do AMD's with AVX-512 bf16; Intel's without tiles have the instruction at a rate that makes
    networks of ours a third slower than in float32.
    """
    return torch.cpu._is_amx_tile_supported() or (torch.cpu._is_avx512_bf16_supported() and _vendor() == "AuthenticAMD")


@cache
def _vendor() -> str:
    try:
        rows = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((row.partition(":")[2].strip() for row in rows if row.startswith("vendor_id")), "")
