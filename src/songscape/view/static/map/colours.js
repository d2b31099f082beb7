// @ts-check
/** Colours of the map, taken from the page's style sheet so that they follow its theme. */
import { MISSING } from "./data.js";

/** @typedef {import("./data.js").Column} Column */
/** @typedef {import("./data.js").MapData} MapData */
/** @typedef {[number, number, number]} Rgb */

/** Colours of groups; all further ones are grey. */
export const GROUPS = 12;
const STEPS = 254;

/** What the style sheet says. */
export class Theme {
  /** @param {Element} element */
  constructor(element) {
    const style = getComputedStyle(element);
    const read = (/** @type {string} */ name, /** @type {string} */ fallback) => style.getPropertyValue(name).trim() || fallback;
    this.ink = read("--ink", "#1f232b");
    this.muted = read("--muted", "#5b616e");
    this.paper = read("--card", "#ffffff");
    this.accent = read("--accent", "#187a86");
    this.grey = read("--grey", "#9a9da5");
    this.family = style.fontFamily;
    this.groups = Array.from({ length: GROUPS }, (_, k) => read(`--c${k}`, this.grey));
    this.ramp = ramp(read("--map-ramp", "#c9c2b4, #4a9aa3, #123f52"));
    this.doubt = ramp(read("--map-doubt", "#b9bdc4, #cf773d, #b04406"));
  }

  /** Colour of a group by the index of its shade. @param {number} shade */
  group(shade) {
    return this.groups[shade] ?? this.grey;
  }
}

/** @param {string} text colours with commas between @returns {Rgb[]} */
function ramp(text) {
  return text.split(",").map(rgb);
}

/** @param {string} text a colour as #rrggbb @returns {Rgb} */
export function rgb(text) {
  const hex = text.trim().replace("#", "");
  const part = (/** @type {number} */ k) => Number.parseInt(hex.slice(2 * k, 2 * k + 2), 16) || 0;
  return [part(0), part(1), part(2)];
}

/** A colour between the steps of a ramp. @param {Rgb[]} steps @param {number} share 0..1 @returns {Rgb} */
export function between(steps, share) {
  const at = Math.min(Math.max(share, 0), 1) * (steps.length - 1);
  const from = steps[Math.floor(at)] ?? [0, 0, 0];
  const to = steps[Math.ceil(at)] ?? from;
  const mix = (/** @type {0 | 1 | 2} */ k) => Math.round(from[k] + (to[k] - from[k]) * (at % 1));
  return [mix(0), mix(1), mix(2)];
}

/**
 * The 256 colours of the shades of a column, RGBA.
 * @param {Column | undefined} column
 * @param {Theme} theme
 */
export function paletteOf(column, theme) {
  const palette = new Uint8Array(4 * 256);
  for (let shade = 0; shade < 256; shade++) palette.set([...shadeColour(column, theme, shade), 255], 4 * shade);
  return palette;
}

/** @param {Column | undefined} column @param {Theme} theme @param {number} shade @returns {Rgb} */
function shadeColour(column, theme, shade) {
  if (!column || column.kind === "category") return rgb(column ? theme.group(shade) : theme.accent);
  if (shade === MISSING) return rgb(theme.grey);
  return column.doubt ? between(theme.doubt, 1 - shade / STEPS) : between(theme.ramp, shade / STEPS);
}

/**
 * The shade of every point, index into the palette.
 * @param {MapData} data
 * @param {Column | undefined} column
 * @returns {Uint8Array}
 */
export function shadesOf(data, column) {
  const values = column && data.values.get(column.name);
  if (!values) return new Uint8Array(data.n);
  const shades = column.kind === "category" ? (column.shades ?? []) : null;
  return bytes(values, (value) => (shades ? (shades[value] ?? GROUPS) : value));
}

/**
 * A byte for every value of a column. (`Uint8Array.from` takes ten times as long.)
 * @param {ArrayLike<number>} values
 * @param {(value: number) => number} of
 */
export function bytes(values, of) {
  const found = new Uint8Array(values.length);
  for (let i = 0; i < found.length; i++) found[i] = of(values[i] ?? 0);
  return found;
}
