// @ts-check
/**
 * The map's data: positions, columns and titles in one compressed block.
 *
 * Block: gzip of [length of header, uint32][header, JSON][sections]. Sections stand in the order of
 * the header: `x`, `y`, perhaps `z`, then the columns. 16-bit numbers are stored as two planes, low
 * bytes first, then high bytes; positions as differences modulo 65536 from the point before.
 * Numbers of columns are bytes, 255 for missing. Texts are UTF-8 lines, one per point.
 */

/**
 * @typedef {object} Axis
 * @property {string} name `x`, `y` or `z`
 * @property {number} low the coordinate of position 0
 * @property {number} high the coordinate of position 65535
 * @property {[string, number][]} grows features that grow along it, with their rank correlation
 * @property {[string, number][]} shrinks features that shrink along it
 */

/**
 * @typedef {object} Column
 * @property {string} name
 * @property {string} says what people read
 * @property {"category" | "number" | "text" | "rows"} kind
 * @property {string[]} [labels] of a category; the value is the index
 * @property {number[]} [shades] of a category: index of each label's colour, 12 for grey
 * @property {number[]} [unnamed] labels of a category that have no name on the map, as "other"
 * @property {string} [unit] of a number
 * @property {number} [low] the number behind byte 0
 * @property {number} [high] the number behind byte 254
 * @property {[boolean, boolean]} [beyond] whether songs lie below the one and above the other
 * @property {boolean} [whole] whether all its numbers are whole
 * @property {boolean} [doubt] whether low values mean doubt
 * @property {number} bytes length of its section
 */

/**
 * @typedef {object} Header
 * @property {number} n points in the block
 * @property {number} total songs of the run; more than `n` if the block is a sample
 * @property {string} name of the collection
 * @property {Axis[]} axes
 * @property {Column[]} columns
 */

/** Byte of a missing number, and of the highest. */
export const MISSING = 255;
const HIGHEST = 254;
/** Between a number and its unit: narrow, and no line is broken there. */
const NARROW = "\u202f";

/** The songs of a map. */
export class MapData {
  /**
   * @param {Header} header
   * @param {Uint16Array[]} places x, y and perhaps z of every point, 0..65535
   * @param {Map<string, Uint8Array | Uint16Array | Uint32Array>} values of every column by name
   */
  constructor(header, places, values) {
    this.header = header;
    this.n = header.n;
    this.x = places[0] ?? new Uint16Array(header.n);
    this.y = places[1] ?? new Uint16Array(header.n);
    this.z = places[2] ?? null;
    this.values = values;
    /** @type {Map<string, Uint32Array>} where every line of a text begins */
    this.lines = new Map();
    /** @type {{text: string, starts: Uint32Array} | null} */
    this.haystack = null;
  }

  /** @param {string} name @returns {Column | undefined} */
  column(name) {
    return this.header.columns.find((column) => column.name === name);
  }

  /** Columns that can colour the map. @returns {Column[]} */
  get colourings() {
    return this.header.columns.filter(({ kind }) => kind === "category" || kind === "number");
  }

  /** @param {string} name @param {number} point @returns {string} */
  text(name, point) {
    const bytes = this.values.get(name);
    if (!(bytes instanceof Uint8Array) || this.column(name)?.kind !== "text") return "";
    const starts = this.lines.get(name) ?? this.#begin(name, bytes);
    const start = starts[point] ?? 0;
    return new TextDecoder().decode(bytes.subarray(start, (starts[point + 1] ?? start + 1) - 1));
  }

  /** The number or label of a point as people read it. @param {Column} column @param {number} point @returns {string} */
  told(column, point) {
    const value = this.values.get(column.name)?.[point] ?? MISSING;
    if (column.kind === "category") return column.labels?.[value] ?? "";
    return value === MISSING ? "" : valueOf(column, value);
  }

  /** The row of the run's table, where the block carries it. @param {number} point @returns {number} */
  row(point) {
    return this.values.get("row")?.[point] ?? point;
  }

  /**
   * Points whose title, artist or genre holds every word, in the block's order.
   * @param {string} query
   * @param {number} [most]
   * @returns {number[]}
   */
  find(query, most = 20) {
    const [word, ...others] = folded(query).split(/\s+/).filter(Boolean);
    if (!word) return [];
    const { text, starts } = (this.haystack ??= this.#fold());
    const found = [];
    let from = text.indexOf(word);
    while (from >= 0 && found.length < most) {
      const point = lineAt(starts, from);
      const end = starts[point + 1] ?? text.length;
      const line = text.slice(starts[point], end);
      if (others.every((other) => line.includes(other))) found.push(point);
      from = text.indexOf(word, end);
    }
    return found;
  }

  /** @param {string} name @param {Uint8Array} bytes @returns {Uint32Array} */
  #begin(name, bytes) {
    const starts = new Uint32Array(this.n + 1);
    for (let from = 0, line = 1; line <= this.n; line++) {
      const end = bytes.indexOf(10, from);
      from = end < 0 ? bytes.length + 1 : end + 1;
      starts[line] = from;
    }
    this.lines.set(name, starts);
    return starts;
  }

  /** One long text of all that is searched, a line per point. @returns {{text: string, starts: Uint32Array}} */
  #fold() {
    const names = this.header.columns.filter(({ kind }) => kind === "text").map(({ name }) => name);
    const columns = names.map((name) => {
      const bytes = this.values.get(name);
      return new TextDecoder().decode(bytes instanceof Uint8Array ? bytes : undefined).split("\n");
    });
    const starts = new Uint32Array(this.n);
    const lines = [];
    for (let point = 0, at = 0; point < this.n; point++) {
      const line = folded(columns.map((column) => column[point] ?? "").join(" "));
      starts[point] = at;
      at += line.length + 1;
      lines.push(line);
    }
    return { text: lines.join("\n"), starts };
  }
}

/**
 * Decode a block as the explorer's server sends it, already without gzip.
 * @param {Uint8Array} block
 * @returns {MapData}
 */
export function decode(block) {
  const length = new DataView(block.buffer, block.byteOffset).getUint32(0, true);
  /** @type {Header} */
  const header = JSON.parse(new TextDecoder().decode(block.subarray(4, 4 + length)));
  let at = 4 + length;
  const take = (/** @type {number} */ bytes) => block.subarray(at, (at += bytes));
  const places = header.axes.map(() => undone(joined(take(2 * header.n))));
  const values = new Map();
  for (const column of header.columns) values.set(column.name, valuesOf(column, take(column.bytes)));
  return new MapData(header, places, values);
}

/**
 * Return the bytes behind a text of base64 over gzip.
 * @param {string} text
 * @returns {Promise<Uint8Array>}
 */
export async function unpack(text) {
  return gunzip(bytesOf(text));
}

/** @param {Uint8Array<ArrayBuffer>} packed @returns {Promise<Uint8Array>} */
export async function gunzip(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
function bytesOf(text) {
  const native = /** @type {{fromBase64?: (text: string) => Uint8Array<ArrayBuffer>}} */ (
    /** @type {unknown} */ (Uint8Array)
  );
  if (native.fromBase64) return native.fromBase64(text);
  return Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
}

/** @param {Column} column @param {Uint8Array} section @returns {Uint8Array | Uint16Array | Uint32Array} */
function valuesOf(column, section) {
  if (column.kind === "category") return joined(section);
  if (column.kind !== "rows") return section;
  const size = section.length / 4;
  const plane = (/** @type {number} */ k) => section.subarray(k * size, (k + 1) * size);
  const [a, b, c, d] = [plane(0), plane(1), plane(2), plane(3)];
  return Uint32Array.from(a, (low, i) => (low | ((b[i] ?? 0) << 8) | ((c[i] ?? 0) << 16) | ((d[i] ?? 0) << 24)) >>> 0);
}

/** Join planes of low and high bytes. @param {Uint8Array} planes @returns {Uint16Array} */
function joined(planes) {
  const size = planes.length >> 1;
  const numbers = new Uint16Array(size);
  for (let i = 0; i < size; i++) numbers[i] = (planes[i] ?? 0) | ((planes[size + i] ?? 0) << 8);
  return numbers;
}

/** Turn differences into numbers, in place. @param {Uint16Array} numbers @returns {Uint16Array} */
function undone(numbers) {
  // A 16-bit array wraps by itself.
  for (let i = 1; i < numbers.length; i++) numbers[i] = (numbers[i] ?? 0) + (numbers[i - 1] ?? 0);
  return numbers;
}

/** @param {Column} column @param {number} byte @returns {number} */
export function numberOf(column, byte) {
  const low = column.low ?? 0;
  const value = low + (byte / HIGHEST) * ((column.high ?? 1) - low);
  return column.whole ? Math.round(value) : value;
}

/** The number behind a byte in words; the few songs beyond the ends are told to be so. @param {Column} column @param {number} byte @returns {string} */
export function valueOf(column, byte) {
  const [below = false, above = false] = column.beyond ?? [];
  const sign = byte === 0 && below ? `≤${NARROW}` : byte === HIGHEST && above ? `≥${NARROW}` : "";
  return sign + quantity(numberOf(column, byte), column.unit ?? "");
}

/**
 * A number with its unit and about three digits, as the report's tables write it.
 * @param {number} value
 * @param {string} unit
 * @returns {string}
 */
export function quantity(value, unit) {
  if (unit === "ms" || unit === "s") return clock(unit === "ms" ? value / 1000 : value);
  const shown = digits(value, unit).replace("-", "−");
  return /^$|^year$|^-?\d+(\.\.|–|-)\d+$/.test(unit) ? shown : shown + NARROW + unit;
}

/** @param {number} value @param {string} unit */
function digits(value, unit) {
  const size = Math.abs(value);
  if (unit === "year") return value.toFixed(0);
  if (/^0(\.\.|–|-)1$/.test(unit)) return size >= 0.01 || size === 0 ? value.toFixed(2) : "<0.01";
  if (size >= 100 || Number.isInteger(value)) return value.toLocaleString("en", { maximumFractionDigits: 0 });
  return size >= 1 ? value.toFixed(1) : String(Number(value.toPrecision(2)));
}

/** A time as minutes and seconds. @param {number} seconds */
function clock(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${seconds.toFixed(1)}${NARROW}s`;
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}${NARROW}min`;
}

/** Letters only, for searching: lower case, no accents. @param {string} text @returns {string} */
export function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** @param {Uint32Array} starts @param {number} at @returns {number} */
function lineAt(starts, at) {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle;
  }
  return low;
}
