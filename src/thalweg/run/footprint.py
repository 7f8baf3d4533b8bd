"""Footprint: how much memory a population takes, and how many members fit at a time."""

import os
from pathlib import Path

import torch
from torch import Tensor, nn

from thalweg.run.setting import Setting

SHARE = 0.5
"""Of the memory that is free, what a population may take unless it is told."""
FEWEST_BYTES = 1 << 28


def available_bytes(device: torch.device | None = None) -> int:
    """Return the memory that is free for use on a device, as the system says; where it says nothing, half of what is built in."""
    if device is not None and device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    try:
        rows = dict(row.split(":", 1) for row in Path("/proc/meminfo").read_text().splitlines() if ":" in row)
        return int(rows["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, ValueError, OSError):
        return 4 << 30


def member_bytes(setting: Setting) -> int:
    """Estimate the bytes that one member takes in training, from the setting of one or more of them.

    Weights count ten times (before and after a step, gradient, best so far, average, one temporary, the copies of a checkpoint),
    the optimiser's memory four times, and features three times where all members' are computed together: of a batch forward and backward,
    or of a chunk that is measured, whichever is more. What searches and Newton's methods need beside that is not counted.
    """
    module = setting.module
    size = torch.empty((), dtype=setting.dtype).element_size()
    weights = sum(tensor.numel() for tensor in (*module.parameters(), *module.buffers())) * size
    one = {name: tensor.detach()[None] for name, tensor in module.named_parameters()}
    memory = _bytes(setting.optimiser.init(one, setting.only([0]).settings))
    return 10 * weights + 4 * memory + 3 * _feature_bytes(setting, size)


def members_at_a_time(each: int, *, budget: int | None, device: torch.device | None = None) -> int:
    """Return how many members of `each` bytes fit into `budget` bytes (None: half of what is free on the device); at least one."""
    allowed = max(FEWEST_BYTES, int(SHARE * available_bytes(device))) if budget is None else budget
    return max(1, allowed // max(1, each))


def _bytes(tree: object) -> int:
    if isinstance(tree, Tensor):
        return tree.numel() * tree.element_size()
    return sum(map(_bytes, tree.values())) if isinstance(tree, dict) else 0


def _feature_bytes(setting: Setting, size: int) -> int:
    """Return the bytes of all layers' outputs for a batch, zero where members are computed one after the other and share the room."""
    seen = min(len(setting.parts["train"]), setting.parts["train"].chunk)
    if setting.closed_form:
        return seen * (len(setting.classes) * size + 8)  # a loss in double precision beside the scores
    if setting.stacked is None:
        return 0
    sizes: list[int] = []
    handles = [
        layer.register_forward_hook(lambda _layer, _given, out: sizes.append(out.numel() if isinstance(out, Tensor) else 0))
        for layer in setting.module.modules()
        if not isinstance(layer, nn.Sequential)
    ]
    try:
        images, *_ = setting.batch(setting.parts["train"].rows[:1], step=0, augmented=False)
        with torch.no_grad():
            setting.module.eval()(images.permute(0, 3, 1, 2))
    finally:
        for handle in handles:
            handle.remove()
    return seen * sum(sizes) * size
