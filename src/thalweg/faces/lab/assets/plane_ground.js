// Ground: places of the plane to places on the screen and back, and the ticks of the axes.

const ENOUGH = 5;

/** A window [left, right, bottom, top] drawn on a square of `side` pixels. */
export class Ground {
  constructor([left, right, bottom, top], side) {
    Object.assign(this, { left, right, bottom, top, side });
    this.scale = side / (right - left);
  }

  /** Return the place on the screen of a place of the plane. */
  out(x, y) {
    return [(x - this.left) * this.scale, (this.top - y) * this.scale];
  }

  /** Return the place of the plane at a place on the screen. */
  in(across, down) {
    return [this.left + across / this.scale, this.top - down / this.scale];
  }

  /** Return a place within the window, as near as can be. */
  within(x, y) {
    return [Math.min(this.right, Math.max(this.left, x)), Math.min(this.top, Math.max(this.bottom, y))];
  }

  /** Return round numbers between two ends. */
  static ticks(low, high) {
    const rough = (high - low) / ENOUGH;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = power * [1, 2, 5, 10].find((stop) => stop * power >= rough);
    const ticks = [];
    for (let count = Math.ceil(low / step); count * step <= high; count += 1) ticks.push(Number((count * step).toPrecision(12)));
    return ticks;
  }
}

/** Return the row of the nearest point within `reach` pixels, or null. */
export function nearest(ground, points, [across, down], reach) {
  let [best, found] = [reach, null];
  for (let row = 0; row < points.length / 2; row += 1) {
    const [right, below] = ground.out(points[2 * row], points[2 * row + 1]);
    const far = Math.hypot(right - across, below - down);
    if (far <= best) [best, found] = [far, row];
  }
  return found;
}
