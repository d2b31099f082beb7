// @ts-check
/** Names on the map: where a region's name belongs, which names fit, and a region's outline. */
import { clamp } from "./grid.js";

/** @typedef {import("./data.js").MapData} MapData */
/** @typedef {import("./data.js").Column} Column */

const SIDE = 64;
/** Regions that are looked for, the largest. */
const MOST = 60;
/** Part of a region's songs that its outline encloses. */
const ENCLOSED = 0.75;

/**
 * @typedef {object} Region
 * @property {number} label index of the category's label
 * @property {string} name
 * @property {number} shade
 * @property {boolean} unnamed whether its name is left off the map
 * @property {number} count
 * @property {number} x place of its densest part, 0..1
 * @property {number} y
 * @property {number} z mean height of its songs, 0.5 on a flat map
 * @property {Float32Array} density smoothed counts over SIDE × SIDE cells
 * @property {number} level density on the outline
 */

/**
 * The regions of a category, the largest first.
 * @param {MapData} data
 * @param {Column} column
 * @param {Uint16Array | null} heights
 * @returns {Region[]}
 */
export function regions(data, column, heights) {
  const labels = column.labels ?? [];
  const values = data.values.get(column.name) ?? new Uint8Array(data.n);
  const counts = new Uint32Array(labels.length);
  for (let i = 0; i < data.n; i++) counts[values[i] ?? 0] = (counts[values[i] ?? 0] ?? 0) + 1;
  const order = labels.map((_, label) => label).filter((label) => counts[label]);
  const largest = order.sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0)).slice(0, MOST);
  /** @type {({density: Float32Array, raised: number} | undefined)[]} */
  const fields = labels.map((_, label) => (largest.includes(label) ? { density: new Float32Array(SIDE * SIDE), raised: 0 } : undefined));
  for (let i = 0; i < data.n; i++) {
    const field = fields[values[i] ?? 0];
    if (!field) continue;
    const cell = ((data.y[i] ?? 0) >> 10) * SIDE + ((data.x[i] ?? 0) >> 10);
    field.density[cell] = (field.density[cell] ?? 0) + 1;
    field.raised += (heights?.[i] ?? 32767.5) / 65535;
  }
  return largest.map((label) => {
    const { density: rough, raised } = fields[label] ?? { density: new Float32Array(SIDE * SIDE), raised: 0 };
    const density = smoothed(smoothed(rough));
    const peak = density.reduce((best, value, cell) => (value > (density[best] ?? 0) ? cell : best), 0);
    const count = counts[label] ?? 0;
    return {
      label, name: labels[label] ?? "", count, density, shade: column.shades?.[label] ?? 12,
      unnamed: column.unnamed?.includes(label) ?? false,
      x: ((peak % SIDE) + 0.5) / SIDE, y: (Math.floor(peak / SIDE) + 0.5) / SIDE, z: raised / count,
      level: levelOf(density),
    };
  });
}

/** Blur a field by one cell. @param {Float32Array} field */
function smoothed(field) {
  const along = (/** @type {Float32Array} */ from, /** @type {number} */ step, /** @type {(cell: number) => number} */ position) =>
    from.map((value, cell) => {
      const before = position(cell) > 0 ? (from[cell - step] ?? 0) : value;
      const after = position(cell) < SIDE - 1 ? (from[cell + step] ?? 0) : value;
      return (before + 2 * value + after) / 4;
    });
  return along(along(field, 1, (cell) => cell % SIDE), SIDE, (cell) => Math.floor(cell / SIDE));
}

/** The density above which ENCLOSED of a field lies. @param {Float32Array} density */
function levelOf(density) {
  const sorted = Float32Array.from(density).sort().reverse();
  const all = sorted.reduce((sum, value) => sum + value, 0);
  let inside = 0;
  for (const value of sorted) {
    inside += value;
    if (inside >= ENCLOSED * all) return value;
  }
  return 0;
}

/**
 * The outline of a region as line pieces [x, y, x, y], by marching squares.
 * @param {Region} region
 * @returns {[number, number, number, number][]}
 */
export function outline({ density, level }) {
  const at = (/** @type {number} */ column, /** @type {number} */ row) =>
    column < 0 || row < 0 || column >= SIDE || row >= SIDE ? 0 : (density[row * SIDE + column] ?? 0);
  /** @type {[number, number, number, number][]} */
  const pieces = [];
  for (let row = -1; row < SIDE; row++) {
    for (let column = -1; column < SIDE; column++) {
      const corners = [at(column, row), at(column + 1, row), at(column + 1, row + 1), at(column, row + 1)];
      const cuts = crossings(corners, level).map(([x, y]) => [(column + x + 0.5) / SIDE, (row + y + 0.5) / SIDE]);
      for (let k = 0; k + 1 < cuts.length; k += 2) {
        const [from = [], to = []] = [cuts[k], cuts[k + 1]];
        pieces.push([from[0] ?? 0, from[1] ?? 0, to[0] ?? 0, to[1] ?? 0]);
      }
    }
  }
  return pieces;
}

/** Where a level crosses the sides of a cell. @param {number[]} corners counter-clockwise @param {number} level @returns {[number, number][]} */
function crossings(corners, level) {
  const places = /** @type {[number, number][]} */ ([[0, 0], [1, 0], [1, 1], [0, 1]]);
  /** @type {[number, number][]} */
  const found = [];
  for (let k = 0; k < 4; k++) {
    const [a, b] = [corners[k] ?? 0, corners[(k + 1) % 4] ?? 0];
    if (a > level === b > level) continue;
    const share = (level - a) / (b - a);
    const [[x, y], [right, up]] = [places[k] ?? [0, 0], places[(k + 1) % 4] ?? [0, 0]];
    found.push([x + share * (right - x), y + share * (up - y)]);
  }
  return found;
}

/**
 * @typedef {object} Label
 * @property {number} left of its anchor, pixels
 * @property {number} top
 * @property {number} width
 * @property {number} height
 */

/**
 * @template {Label} L
 * @typedef {L & {at: [number, number]}} Placed the label with its middle
 */

/**
 * Place labels so that none overlaps another: each at the free place nearest to its anchor, the
 * first ones first; what finds no place near is left out.
 * @template {Label} L
 * @param {L[]} labels
 * @param {number} width of the map
 * @param {number} height of the map
 * @param {number} reach how far, in lines, a label may move from its anchor
 * @returns {Placed<L>[]}
 */
export function placed(labels, width, height, reach) {
  /** @type {Placed<L>[]} */
  const done = [];
  for (const label of labels) {
    if (label.left < 0 || label.top < 0 || label.left > width || label.top > height) continue;
    const x = clamp(label.left, label.width / 2 + 4, Math.max(width - label.width / 2 - 4, label.width / 2 + 4));
    for (let step = 0; step <= 2 * reach; step++) {
      const shift = (step % 2 ? 1 : -1) * Math.ceil(step / 2) * label.height * 0.6;
      const y = label.top + shift;
      if (y < label.height / 2 + 2 || y > height - label.height / 2 - 2) continue;
      if (done.some((other) => meets(other, x, y, label))) continue;
      done.push({ ...label, at: [x, y] });
      break;
    }
  }
  return done;
}

/** @param {Placed<Label>} other @param {number} x @param {number} y @param {Label} label */
function meets(other, x, y, label) {
  const wide = Math.abs(other.at[0] - x) < (other.width + label.width) / 2 + 6;
  return wide && Math.abs(other.at[1] - y) < (other.height + label.height) / 2 + 2;
}
