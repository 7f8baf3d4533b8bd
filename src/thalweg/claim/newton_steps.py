"""Newton's method goes to critical points, whatever their type, and near a minimum squares the gradient at every step."""

import math

import torch

from thalweg.claim._bench import Bench
from thalweg.claim._walk import Function, walk
from thalweg.core.claims import Check, Claim, Measured, Plot, above, at_most, close, series
from thalweg.core.progress import Progress
from thalweg.core.seeds import generator
from thalweg.core.tree import norm
from thalweg.run.surface_landscape import landscape
from thalweg.run.surface_objective import SurfaceObjective

START, SIZE, STRENGTH, SMALL = (1.0, 1e-6), 10, 0.02, 300
SIGNS = {"minimum": 1.0, "maximum": -1.0, "saddle": 0.0}


def measure(bench: Bench, progress: Progress) -> Measured:
    """Take Newton's steps on the plain saddle, on random quadratics of three kinds, and on the softmax with an L2 penalty."""
    checks: list[Check] = [*_saddle(), *_quadratics(bench.seed)]
    norms = _softmax(bench)
    last = [size for size in norms if size > 1e-10]
    orders = [math.log(c / b) / math.log(b / a) for a, b, c in zip(last, last[1:], last[2:], strict=False) if b < 0.3 * a]
    checks.append(
        above("softmax + L2: order of convergence of ‖g‖ in the last steps, 2", 1.7, orders[-1] if orders else math.nan, why="1.7 and more")
    )
    checks.append(at_most("softmax + L2: ‖g‖ after 12 steps", 1e-10, norms[-1]))
    plot = Plot(
        title="Norm of the gradient under Newton's steps, softmax + L2",
        x="step",
        y="‖g‖",
        series=(series("Newton", range(len(norms)), [max(size, 1e-17) for size in norms]),),
        log_y=True,
    )
    note = f"Softmax of {SMALL} pictures with L2 of strength {STRENGTH:g} on weights and biases from W = 0; MINRES to 1e-14."
    return Measured(checks=tuple(checks), notes=(note,), plot=plot)


def _saddle() -> list[Check]:
    start = torch.tensor([START], dtype=torch.float64)
    objective = SurfaceObjective(landscape("saddle"), torch.zeros_like(start))
    newton = walk("newton", objective, {"point": start}, 1).params["point"][0]
    free = walk("saddle-free-newton", objective, {"point": start}, 1, damping=0.0).params["point"][0]
    away = walk("saddle-free-newton", objective, {"point": start}, 20, damping=0.0).params["point"][0]
    return [
        at_most("½x² - ½y² from (1, 1e-6): distance of Newton's first step from the saddle", 1e-15, float(newton.norm())),
        close("saddle-free Newton: y after one step, 2 y₀", 2 * START[1], float(free[1]), 1e-12),
        close("saddle-free Newton: y after 20 steps, 2²⁰ y₀", 2**20 * START[1], float(away[1]), 1e-6, relative=True),
    ]


def _quadratics(seed: int) -> list[Check]:
    noise = generator(seed, "claims", "quadratics")
    checks = []
    for kind, sign in SIGNS.items():
        values = 0.5 + torch.rand(SIZE, generator=noise, dtype=torch.float64)
        signs = torch.full((SIZE,), sign, dtype=torch.float64) if sign else torch.tensor([1.0, -1.0], dtype=torch.float64).repeat(SIZE // 2)
        turn = torch.linalg.qr(torch.randn(SIZE, SIZE, generator=noise, dtype=torch.float64)).Q
        matrix = turn @ torch.diag(values * signs) @ turn.T
        centre, start = (torch.randn(1, SIZE, generator=noise, dtype=torch.float64) for _ in range(2))

        def height(params: dict[str, torch.Tensor], matrix: torch.Tensor = matrix, centre: torch.Tensor = centre) -> torch.Tensor:
            apart = params["x"] - centre
            return (apart @ matrix * apart).sum(1) / 2

        end = walk("newton", Function(height), {"x": start}, 1, tolerance=1e-14).params["x"]
        checks.append(
            at_most(
                f"random quadratic in {SIZE} numbers, {kind}: distance from its critical point after one step",
                1e-9,
                float((end - centre).norm()),
            )
        )
    return checks


def _softmax(bench: Bench) -> list[float]:
    data = bench.train.some(SMALL, bench.seed, "newton")
    objective = data.objective(penalty={"l2": {"strength": STRENGTH}}, biases=True)
    norms: list[float] = []
    size = sum(tensor.numel() for tensor in data.zeros().values())

    def watch(step: int, params: dict[str, torch.Tensor], info: dict[str, torch.Tensor]) -> None:
        norms.append(float(info["gradient_norm"]))

    end = walk("newton", objective, data.zeros(), 12, iterations=size, tolerance=1e-14, watch=watch).params
    return [*norms, float(norm(objective.value_and_gradient(end)[1]))]


ENTRY = Claim(
    number="F16",
    summary="Newton lands on critical points of any type, and converges quadratically",
    claim="On a quadratic Newton's method reaches the critical point in one step; near a minimum its error squares with each step.",
    caveat="The critical point may be a saddle or a maximum: Newton is drawn to saddles. |H|⁻¹ in place of H⁻¹ turns it away from them.",
    formula="W - H^-1 g;  |g_(k+1)| <= c |g_k|^2",
    reference="Nocedal and Wright, Numerical Optimization (2006), theorem 3.5; Dauphin et al. (2014)",
    measure=measure,
    needs_data=True,
)
