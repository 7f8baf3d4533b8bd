// View: which part of the plane a map shows, in units of the surface; both axes have the same scale.

export class View {
  constructor() {
    this.width = this.height = 1;
    this.x = this.y = 0;
    this.scale = 1;
    this.isWhole = true;
    this.whole = [-1, 1, -1, 1];
  }

  /** The map's size in the page's pixels has changed. */
  resize(width, height) {
    const fitted = this.isWhole;
    [this.width, this.height] = [width, height];
    if (fitted) this.reset();
  }

  /** Show all of a window. */
  fit(window) {
    this.whole = window;
    this.reset();
  }

  reset() {
    const [left, right, bottom, top] = this.whole;
    this.x = (left + right) / 2;
    this.y = (bottom + top) / 2;
    this.scale = this.widest;
    this.isWhole = true;
  }

  get widest() {
    const [left, right, bottom, top] = this.whole;
    return Math.max((right - left) / this.width, (top - bottom) / this.height);
  }

  get left() { return this.x - (this.width / 2) * this.scale; }
  get right() { return this.x + (this.width / 2) * this.scale; }
  get bottom() { return this.y - (this.height / 2) * this.scale; }
  get top() { return this.y + (this.height / 2) * this.scale; }
  get window() { return [this.left, this.right, this.bottom, this.top]; }

  /** Return the pixel of a place; far away is held where a canvas can still draw. */
  pixel(x, y) {
    const held = (value) => Math.max(-1e5, Math.min(1e5, value));
    return [held((x - this.left) / this.scale), held((this.top - y) / this.scale)];
  }

  /** Return the place of a pixel. */
  place(px, py) {
    return [this.left + px * this.scale, this.top - py * this.scale];
  }

  /** Come nearer by a factor; what lies under a pixel stays there. */
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const [x, y] = this.place(px, py);
    this.scale = Math.max(this.widest / 2000, Math.min(this.widest * 20, this.scale / factor));
    const [nowX, nowY] = this.place(px, py);
    this.pan(nowX - x, nowY - y);
  }

  /** Move the ground under the window. */
  pan(dx, dy) {
    this.x -= dx;
    this.y -= dy;
    this.isWhole = false;
  }
}
