// Contours: where a field over a grid has a level, by marching squares.

const EDGES = {
  1: [[3, 0]], 2: [[0, 1]], 3: [[3, 1]], 4: [[1, 2]], 5: [[3, 2], [0, 1]], 6: [[0, 2]], 7: [[3, 2]],
  8: [[2, 3]], 9: [[2, 0]], 10: [[0, 3], [2, 1]], 11: [[2, 1]], 12: [[1, 3]], 13: [[1, 0]], 14: [[0, 3]],
};
const CORNERS = [[0, 0], [1, 0], [1, 1], [0, 1]];

/** Walk over the pieces of the line at `level`; `piece(x0, y0, x1, y1)` is told places from 0 to 1 of the grid's width and height. */
export function contour(values, side, level, piece) {
  for (let row = 0; row < side - 1; row += 1) {
    for (let column = 0; column < side - 1; column += 1) {
      const corners = CORNERS.map(([right, up]) => values[(row + up) * side + column + right] - level);
      const kind = corners.reduce((sum, value, at) => sum + (value > 0 ? 1 << at : 0), 0);
      for (const [from, to] of EDGES[kind] ?? []) {
        const ends = [from, to].map((edge) => crossing(corners, edge, column, row));
        piece(ends[0][0] / (side - 1), ends[0][1] / (side - 1), ends[1][0] / (side - 1), ends[1][1] / (side - 1));
      }
    }
  }
}

function crossing(corners, edge, column, row) {
  const [a, b] = [corners[edge], corners[(edge + 1) % 4]];
  const share = a / (a - b);
  const [from, to] = [CORNERS[edge], CORNERS[(edge + 1) % 4]];
  return [column + from[0] + share * (to[0] - from[0]), row + from[1] + share * (to[1] - from[1])];
}
