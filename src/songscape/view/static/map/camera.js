// @ts-check
/**
 * Where the map is looked at from. Places are in units of the map's square, 0..1 along x and y.
 *
 * The flat map is the relief seen from straight above: tilting it is all that 3-D does.
 */
import { clamp } from "./grid.js";

const PERSPECTIVE = 0.7;
const RELIEF = 0.55;
const STEEPEST = 1.45;
const MOST_ZOOM = 400;
const MARGIN = 28;

/** @typedef {{left: number, right: number, bottom: number, top: number}} Box */

/** A view of the map: centre, zoom, and for the relief turn and tilt. */
export class Camera {
  /** @param {Box} box around all points, in units of the square */
  constructor(box) {
    this.box = box;
    this.width = 1;
    this.height = 1;
    this.x = 0;
    this.y = 0;
    this.zoom = 1;
    this.turn = 0;
    this.tilt = 0;
    this.reset();
  }

  /** Look at everything, from above. */
  reset() {
    this.x = (this.box.left + this.box.right) / 2;
    this.y = (this.box.bottom + this.box.top) / 2;
    this.zoom = 1;
    this.turn = 0;
    this.tilt = 0;
  }

  /** Pixels per unit. */
  get scale() {
    const wide = (this.width - 2 * MARGIN) / Math.max(this.box.right - this.box.left, 1e-6);
    const high = (this.height - 2 * MARGIN) / Math.max(this.box.top - this.box.bottom, 1e-6);
    return Math.max(Math.min(wide, high), 1) * this.zoom;
  }

  get flat() {
    return this.tilt === 0 && this.turn === 0;
  }

  /** The 4×4 matrix from (x, y, z, 1) to clip space, column by column. @returns {Float32Array} */
  get matrix() {
    const across = (2 * this.scale) / this.width;
    const up = (2 * this.scale) / this.height;
    const [ct, st] = [Math.cos(this.turn), Math.sin(this.turn)];
    const [ci, si] = [Math.cos(this.tilt), Math.sin(this.tilt)];
    // Rows give screen x, screen y and depth of a place relative to the centre.
    const rows = [
      [across * ct, -across * st, 0],
      [up * ci * st, up * ci * ct, up * si * RELIEF],
      [si * st, si * ct, -ci * RELIEF],
    ];
    const strength = this.flat ? 0 : PERSPECTIVE;
    const depth = rows[2] ?? [];
    const full = [...rows.slice(0, 2), depth.map((value) => 0.2 * value), depth.map((value) => strength * value)];
    const matrix = new Float32Array(16);
    full.forEach((row, r) => {
      const [a = 0, b = 0, c = 0] = row;
      const height = this.flat ? 0 : 0.5;
      matrix[r] = a;
      matrix[4 + r] = b;
      matrix[8 + r] = c;
      matrix[12 + r] = (r === 3 ? 1 : 0) - a * this.x - b * this.y - c * height;
    });
    return matrix;
  }

  /**
   * A function from a place to pixels from the top left, and how near it is (1 at the centre).
   * @returns {(x: number, y: number, z: number) => [number, number, number]}
   */
  projector() {
    const m = this.matrix;
    const at = (/** @type {number} */ k) => m[k] ?? 0;
    return (x, y, z) => {
      const row = (/** @type {number} */ r) => at(r) * x + at(4 + r) * y + at(8 + r) * z + at(12 + r);
      const far = row(3);
      return [((row(0) / far + 1) / 2) * this.width, ((1 - row(1) / far) / 2) * this.height, 1 / far];
    };
  }

  /** The place under a pixel of the flat map. @param {number} left @param {number} top @returns {[number, number]} */
  place(left, top) {
    return [this.x + (left - this.width / 2) / this.scale, this.y - (top - this.height / 2) / this.scale];
  }

  /** Move with the pointer. @param {number} right @param {number} down pixels */
  pan(right, down) {
    const [ct, st] = [Math.cos(this.turn), Math.sin(this.turn)];
    const across = -right / this.scale;
    const along = down / this.scale / Math.max(Math.cos(this.tilt), 0.35);
    this.#look(this.x + across * ct + along * st, this.y - across * st + along * ct);
  }

  /** Zoom about a pixel, which stays where it is. @param {number} factor @param {number} left @param {number} top */
  zoomAt(factor, left, top) {
    const zoom = clamp(this.zoom * factor, 0.5, MOST_ZOOM);
    const kept = 1 - this.zoom / zoom;
    const [right, down] = [(left - this.width / 2) * kept, (top - this.height / 2) * kept];
    this.pan(-right, -down);
    this.zoom = zoom;
  }

  /** Turn and tilt the relief. @param {number} right @param {number} down pixels */
  orbit(right, down) {
    this.turn += right * 0.006;
    this.tilt = clamp(this.tilt - down * 0.006, 0.05, STEEPEST);
  }

  /** @param {number} x @param {number} y */
  #look(x, y) {
    this.x = clamp(x, this.box.left, this.box.right);
    this.y = clamp(y, this.box.bottom, this.box.top);
  }
}
