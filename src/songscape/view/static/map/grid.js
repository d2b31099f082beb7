// @ts-check
/** An index of points in the plane: which is nearest, which lie inside a polygon. */

/** @typedef {{readonly length: number, readonly [index: number]: number}} Numbers */
/** @typedef {[number, number]} Corner */
/** @typedef {(point: number) => boolean} Accept */

const PER_CELL = 4;

/** Points sorted into square cells. */
export class Grid {
  /**
   * @param {Numbers} x
   * @param {Numbers} y
   */
  constructor(x, y) {
    this.x = x;
    this.y = y;
    const n = x.length;
    const [left, right] = span(x);
    const [bottom, top] = span(y);
    this.left = left;
    this.bottom = bottom;
    this.side = Math.max(1, Math.min(1024, Math.ceil(Math.sqrt(n / PER_CELL))));
    this.size = Math.max(right - left, top - bottom, 1e-9) / this.side;
    this.starts = new Uint32Array(this.side * this.side + 1);
    this.points = new Uint32Array(n);
    this.#sort(n);
  }

  /** @param {number} n */
  #sort(n) {
    const { starts, points, side } = this;
    const cells = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      const cell = this.#row(this.y[i] ?? 0) * side + this.#column(this.x[i] ?? 0);
      cells[i] = cell;
      starts[cell + 1] = (starts[cell + 1] ?? 0) + 1;
    }
    for (let cell = 0; cell < side * side; cell++) {
      starts[cell + 1] = (starts[cell + 1] ?? 0) + (starts[cell] ?? 0);
    }
    const next = starts.slice();
    for (let i = 0; i < n; i++) {
      const cell = cells[i] ?? 0;
      const at = next[cell] ?? 0;
      points[at] = i;
      next[cell] = at + 1;
    }
  }

  /** @param {number} x */
  #column(x) {
    return clamp(Math.floor((x - this.left) / this.size), 0, this.side - 1);
  }

  /** @param {number} y */
  #row(y) {
    return clamp(Math.floor((y - this.bottom) / this.size), 0, this.side - 1);
  }

  /**
   * Visit the points of all cells that touch a box.
   * @param {number} left @param {number} bottom @param {number} right @param {number} top
   * @param {(point: number) => void} visit
   */
  within(left, bottom, right, top, visit) {
    const first = this.#column(left);
    const last = this.#column(right);
    for (let row = this.#row(bottom); row <= this.#row(top); row++) {
      const from = this.starts[row * this.side + first] ?? 0;
      const to = this.starts[row * this.side + last + 1] ?? 0;
      for (let at = from; at < to; at++) visit(this.points[at] ?? 0);
    }
  }

  /**
   * The nearest point within a radius, of equals the first; −1 if there is none.
   * @param {number} x @param {number} y @param {number} radius
   * @param {Accept} [accept]
   * @returns {number}
   */
  nearest(x, y, radius, accept = () => true) {
    let best = -1;
    let least = radius * radius;
    // Near cells first: a hit there narrows the search.
    for (let reach = Math.min(this.size, radius); ; reach = Math.min(2 * reach, radius)) {
      this.within(x - reach, y - reach, x + reach, y + reach, (point) => {
        const distance = square((this.x[point] ?? 0) - x) + square((this.y[point] ?? 0) - y);
        const closer = distance < least || (distance === least && (best < 0 || point < best));
        if (closer && accept(point)) [best, least] = [point, distance];
      });
      if (reach >= radius || (best >= 0 && least <= reach * reach)) return best;
    }
  }

  /**
   * The points inside a polygon by the even-odd rule, in rising order.
   * @param {Corner[]} polygon
   * @param {Accept} [accept]
   * @returns {number[]}
   */
  inside(polygon, accept = () => true) {
    if (polygon.length < 3) return [];
    const [left, right] = span(polygon.map((corner) => corner[0]));
    const [bottom, top] = span(polygon.map((corner) => corner[1]));
    /** @type {number[]} */
    const found = [];
    this.within(left, bottom, right, top, (point) => {
      if (contains(polygon, this.x[point] ?? 0, this.y[point] ?? 0) && accept(point)) found.push(point);
    });
    return rising(found);
  }
}

/**
 * Whether a place is inside a polygon, by the even-odd rule.
 * @param {Corner[]} polygon
 * @param {number} x
 * @param {number} y
 */
export function contains(polygon, x, y) {
  let inside = false;
  let before = polygon[polygon.length - 1];
  for (const corner of polygon) {
    if (before && corner[1] > y !== before[1] > y) {
      const crossing = ((before[0] - corner[0]) * (y - corner[1])) / (before[1] - corner[1]) + corner[0];
      if (x < crossing) inside = !inside;
    }
    before = corner;
  }
  return inside;
}

/** Whole numbers in rising order; by far faster than sorting by comparison. @param {number[]} numbers */
export function rising(numbers) {
  return Array.from(Uint32Array.from(numbers).sort());
}

/** @param {Numbers} numbers @returns {[number, number]} */
export function span(numbers) {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] ?? 0;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}

/** @param {number} value @param {number} low @param {number} high */
export function clamp(value, low, high) {
  return value < low ? low : value > high ? high : value;
}

/** @param {number} value */
function square(value) {
  return value * value;
}
