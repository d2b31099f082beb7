// @ts-check
/**
 * A map of songs on a page: the one class others use.
 *
 *     const map = new SongMap(element, data);        // throws where there is no WebGL 2
 *     map.on("hover", (song) => …); map.on("select", (songs) => …);
 *     map.colourBy("tempo"); map.fly([song]); map.tool = "lasso";
 *
 * Songs are numbered as in the data's block; `data.row(song)` is the row of the run's table. Frames
 * are drawn when something changed, never else. No text becomes markup.
 */
import { Camera } from "./camera.js";
import { paletteOf, shadesOf, Theme } from "./colours.js";
import { Grid, rising, span } from "./grid.js";
import { listen } from "./input.js";
import { regions } from "./names.js";
import { drawOverlay } from "./overlay.js";
import { CHOSEN, FADED, HIDDEN, PLAIN, Points } from "./points.js";

/** @typedef {import("./data.js").MapData} MapData */
/** @typedef {import("./data.js").Column} Column */
/** @typedef {import("./names.js").Region} Region */
/** @typedef {import("./grid.js").Corner} Corner */
/** @typedef {"hover" | "open" | "select" | "view" | "lost" | "restored" | "colour" | "relief"} Happening */

const UNIT = 65535;
const HOVER = 14;
/** Milliseconds a frame of a moving view may take, and the points it has at least. */
const WANTED = 40;
const FEWEST = 100_000;
/** Milliseconds after the last movement until everything is drawn. */
const PAUSE = 150;
/** Songs on the screen below which their titles are written. */
const TITLED = 350;
const MOST_TITLES = 60;
/** Pixels between a name and the dots below it, where there are so few. */
const BESIDE = 8;

/** A map of songs. */
export class SongMap {
  /**
   * @param {HTMLElement} element filled by the map; it must have a size
   * @param {MapData} data
   * @throws {Error} where there is no WebGL 2
   */
  constructor(element, data) {
    this.element = element;
    this.data = data;
    this.canvas = layer(element);
    this.cover = layer(element);
    this.points = new Points(this.canvas, data.x, data.y);
    this.camera = new Camera(boxOf(data));
    this.theme = new Theme(element);
    /** Device pixels per pixel, as the canvases have them now. */
    this.ratio = 1;
    this.frames = 0;
    /** Whether the picture is finished and holds all songs. */
    this.complete = false;
    /** @type {"pan" | "lasso"} */
    this.tool = "pan";
    /** Pixels at the right that something lies over: names are written and songs are shown beside it. */
    this.covered = 0;
    /** Whether fewer points are drawn while the view moves, where the machine is slow. */
    this.eases = true;
    /** @type {Map<Happening, Set<(value: any) => void>>} */
    this.listeners = new Map();
    /** @type {Column | undefined} */
    this.column = undefined;
    /** @type {Region[]} */
    this.regions = [];
    /** @type {Region[]} those whose names stand on the map */
    this.named = [];
    /** @type {Region | null} */
    this.outlined = null;
    /** @type {Uint8Array | null} 1 where a song is shown; null shows all */
    this.shown = null;
    /** @type {number[]} */
    this.selected = [];
    /** @type {number[]} */
    this.path = [];
    /** @type {Corner[]} */
    this.lasso = [];
    this.crosshair = false;
    /** Whether the map is to be a relief; tilting takes a moment. */
    this.tilted = false;
    /** @type {Grid | null} */
    this.flatGrid = null;
    /** @type {Grid | null} of the relief as it is seen now */
    this.screenGrid = null;
    this.hovered = -1;
    this.budget = data.n;
    this.moving = false;
    this.#watch();
    this.resize();
    this.colourBy(data.colourings[0]?.name ?? "");
  }

  /** @type {number} */
  #pending = 0;
  #drawing = false;
  #again = false;
  #settled = 0;
  /** The movement under way, of the place and of the tilt: a newer one ends it. */
  #glides = { place: 0, tilt: 0 };
  /** @type {(() => void)[]} */
  #endings = [];

  #watch() {
    const stop = new AbortController();
    const { signal } = stop;
    const observer = new ResizeObserver(() => this.resize());
    observer.observe(this.element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.restyle(), { signal });
    // Another screen may have finer pixels while the element keeps its size.
    const sharp = () => matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`).addEventListener("change", () => {
      this.resize();
      sharp();
    }, { once: true, signal });
    sharp();
    const lost = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#emit("lost", null);
    };
    const restored = () => {
      this.points.build();
      this.request();
      this.#emit("restored", null);
    };
    this.canvas.addEventListener("webglcontextlost", lost, { signal });
    this.canvas.addEventListener("webglcontextrestored", restored, { signal });
    this.#endings = [() => observer.disconnect(), () => stop.abort(), listen(this)];
  }

  /** Listen to what happens. @param {Happening} happening @param {(value: any) => void} listener */
  on(happening, listener) {
    this.listeners.set(happening, (this.listeners.get(happening) ?? new Set()).add(listener));
  }

  /** @param {Happening} happening @param {unknown} value */
  #emit(happening, value) {
    for (const listener of this.listeners.get(happening) ?? []) listener(value);
  }

  /** Take the size of the element again. */
  resize() {
    const { clientWidth, clientHeight } = this.element;
    if (!clientWidth || !clientHeight) return;
    this.ratio = fineness();
    for (const canvas of [this.canvas, this.cover]) {
      canvas.width = Math.round(clientWidth * this.ratio);
      canvas.height = Math.round(clientHeight * this.ratio);
    }
    this.camera.width = clientWidth;
    this.camera.height = clientHeight;
    this.changed();
  }

  /** Take the page's colours again. */
  restyle() {
    this.theme = new Theme(this.element);
    this.points.paint(paletteOf(this.column, this.theme));
    this.#emit("colour", this.column);
    this.request();
  }

  /** Colour by a column. @param {string} name of a category or number */
  colourBy(name) {
    this.column = this.data.column(name);
    this.outlined = null;
    this.#raise(this.tilted);
    this.#dress();
    this.restyle();
  }

  /** Give points and names their height. @param {boolean} tilted */
  #raise(tilted) {
    const heights = tilted ? this.#heights() : null;
    const category = this.column?.kind === "category" ? this.column : undefined;
    const naming = category ?? this.data.header.columns.find(({ kind }) => kind === "category");
    this.points.raise(heights);
    this.regions = naming ? regions(this.data, naming, heights) : [];
    this.named = this.#shownRegions();
  }

  #dress() {
    this.named = this.#shownRegions();
    const { shown } = this;
    const marks = new Uint8Array(this.data.n).fill(this.selected.length ? FADED : PLAIN);
    for (const song of this.selected) marks[song] = CHOSEN;
    for (let song = 0; shown && song < marks.length; song++) if (!shown[song]) marks[song] = HIDDEN;
    this.points.dress(shadesOf(this.data, this.column), marks);
    this.request();
  }

  /** The regions that have a name and songs that are shown. */
  #shownRegions() {
    const { shown, column } = this;
    const values = column?.kind === "category" && shown ? this.data.values.get(column.name) : undefined;
    const left = new Uint8Array(column?.labels?.length ?? 0);
    for (let song = 0; values && song < this.data.n; song++) if (shown?.[song]) left[values[song] ?? 0] = 1;
    return this.regions.filter(({ label, unnamed }) => !unnamed && (!values || left[label]));
  }

  /** Show only some songs; null shows all. @param {Uint8Array | null} mask 1 for shown, one per song */
  show(mask) {
    this.shown = mask;
    this.#dress();
  }

  /** Select songs; they stand out, the others fade. @param {number[]} songs */
  select(songs) {
    this.selected = songs;
    this.#dress();
    this.#emit("select", songs);
  }

  /** Outline a region and nothing else. @param {number | null} label of the category that is named */
  outlineOf(label) {
    const region = label === null ? null : (this.regions.find((one) => one.label === label) ?? null);
    if (region === this.outlined) return;
    this.outlined = region;
    this.request();
  }

  /** Draw a way through songs. @param {number[]} songs in order; none takes it away */
  draw(songs) {
    this.path = songs;
    this.request();
  }

  /** Whether the map is a relief. */
  get relief() {
    return !this.camera.flat;
  }

  /** Tilt the map into a relief or lay it flat. @param {boolean} tilted */
  tilt(tilted) {
    if (tilted === this.tilted) return;
    this.#lean(tilted);
    const { camera } = this;
    const from = [camera.turn, camera.tilt];
    const to = tilted ? [-0.5, 1.0] : [0, 0];
    this.#glide("tilt", (share) => {
      camera.turn = mixed(from[0], to[0], share);
      camera.tilt = mixed(from[1], to[1], share);
    });
  }

  /** Give songs the height they have in a relief or on a flat map, and tell. @param {boolean} tilted */
  #lean(tilted) {
    this.tilted = tilted;
    this.#raise(tilted);
    this.#emit("relief", tilted);
  }

  /** Height of every song in the relief: the map's third axis, else the number that is coloured. */
  #heights() {
    if (this.data.z) return this.data.z;
    const number = this.heightColumn;
    const values = number && this.data.values.get(number.name);
    if (!values) return null;
    return Uint16Array.from(values, (value) => (value === 255 ? UNIT / 2 : (value / 254) * UNIT));
  }

  /** The column that gives the relief its height, where the map has no third axis. @returns {Column | undefined} */
  get heightColumn() {
    if (this.data.z) return undefined;
    if (this.column?.kind === "number") return this.column;
    const numbers = this.data.header.columns.filter(({ kind }) => kind === "number");
    return numbers.find(({ doubt }) => !doubt) ?? numbers[0];
  }

  /** Where a song is, 0..1. @param {number} song @returns {[number, number, number]} */
  place(song) {
    const z = this.points.z;
    return [(this.data.x[song] ?? 0) / UNIT, (this.data.y[song] ?? 0) / UNIT, z ? (z[song] ?? 0) / UNIT : 0.5];
  }

  /** Where a song is on the screen, in pixels from the map's corner. @param {number} song */
  pixel(song) {
    return this.camera.projector()(...this.place(song));
  }

  /** Whether a song is drawn. @param {number} song */
  visible(song) {
    return !this.shown || this.shown[song] === 1;
  }

  /** The song at a pixel, −1 for none. @param {number} left @param {number} top @param {number} [radius] pixels */
  at(left, top, radius = HOVER) {
    const accept = (/** @type {number} */ song) => this.visible(song);
    if (this.relief) return this.#screen().nearest(left, top, radius, accept);
    const [x, y] = this.camera.place(left, top);
    return this.#flat().nearest(x * UNIT, y * UNIT, (radius / this.camera.scale) * UNIT, accept);
  }

  /** The songs inside a polygon of pixels. @param {Corner[]} polygon @returns {number[]} */
  inside(polygon) {
    const accept = (/** @type {number} */ song) => this.visible(song);
    if (this.relief) return this.#screen().inside(polygon, accept);
    const corners = polygon.map(([left, top]) => this.camera.place(left, top));
    return this.#flat().inside(corners.map(([x, y]) => [x * UNIT, y * UNIT]), accept);
  }

  #flat() {
    return (this.flatGrid ??= new Grid(this.data.x, this.data.y));
  }

  #screen() {
    if (this.screenGrid) return this.screenGrid;
    const project = this.camera.projector();
    const [left, top] = [new Float32Array(this.data.n), new Float32Array(this.data.n)];
    for (let song = 0; song < this.data.n; song++) [left[song], top[song]] = project(...this.place(song));
    return (this.screenGrid = new Grid(left, top));
  }

  /** Point at a song; −1 for none. @param {number} song */
  hover(song) {
    if (song === this.hovered) return;
    this.hovered = song;
    this.#emit("hover", song);
  }

  /** Open a song: what a click or Enter does. @param {number} song */
  open(song) {
    this.hover(song);
    this.#emit("open", song);
  }

  /** Move the view so that songs fill it. @param {number[]} songs */
  fly(songs) {
    if (!songs.length) return;
    const { camera } = this;
    const [left, right] = span(songs.map((song) => this.place(song)[0]));
    const [bottom, top] = span(songs.map((song) => this.place(song)[1]));
    const base = camera.scale / camera.zoom;
    const room = Math.max((right - left) / (camera.width - this.covered), (top - bottom) / camera.height, 1e-9);
    const near = Math.max(Math.min(0.7 / (room * base), songs.length > 1 ? 40 : Math.max(camera.zoom, 8)), 1);
    const from = [camera.x, camera.y, Math.log(camera.zoom)];
    const aside = this.covered / 2 / (base * near);
    const to = [(left + right) / 2 + aside, (bottom + top) / 2, Math.log(near)];
    this.#glide("place", (share) => {
      camera.x = mixed(from[0], to[0], share);
      camera.y = mixed(from[1], to[1], share);
      camera.zoom = Math.exp(mixed(from[2], to[2], share));
    });
  }

  /** Look at the whole map again. */
  reset() {
    this.halt();
    this.#glides.tilt += 1;
    this.camera.reset();
    if (this.tilted) this.#lean(false);
    this.changed();
  }

  /** End a flight: somebody moves the map. */
  halt() {
    this.#glides.place += 1;
  }

  /** Change the view over a moment, at once where motion is not wanted. @param {"place" | "tilt"} what @param {(share: number) => void} set */
  #glide(what, set) {
    const mine = ++this.#glides[what];
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      set(1);
      this.changed();
      return;
    }
    const start = performance.now();
    const step = () => {
      if (mine !== this.#glides[what]) return;
      const share = Math.min((performance.now() - start) / 450, 1);
      set(share === 1 ? 1 : 1 - (1 - share) ** 3);
      this.changed();
      if (share < 1) requestAnimationFrame(step);
    };
    step();
  }

  /** The view changed: draw it, with fewer points for as long as it moves on a slow machine. */
  changed() {
    this.screenGrid = null;
    this.moving = true;
    this.complete = false;
    this.request();
    this.#emit("view", this.camera);
  }

  /** Draw at the next frame, once the one before is finished: frames in a queue would come too late. */
  request() {
    if (!this.#endings.length) return;
    if (this.#drawing) this.#again = true;
    else this.#pending ||= requestAnimationFrame(() => this.#frame());
  }

  #frame() {
    this.#pending = 0;
    if (this.ratio !== fineness()) this.resize();
    const moved = this.moving;
    const most = moved && this.eases ? this.budget : this.data.n;
    this.points.draw(this.camera, this.ratio, most);
    this.#overlay();
    this.frames += 1;
    this.moving = false;
    this.#drawing = true;
    clearTimeout(this.#settled);
    this.points.finished((took) => {
      this.#drawing = false;
      if (!this.#endings.length) return;
      this.complete = most >= this.data.n && !this.#again;
      this.#afford(Math.min(most, this.data.n), took);
      if (moved) this.#settled = window.setTimeout(() => this.#settle(most), PAUSE);
      if (this.#again) this.request();
      this.#again = false;
    });
  }

  /** The view came to rest: draw what was left out while it moved. @param {number} drawn points */
  #settle(drawn) {
    if (drawn < this.data.n) this.request();
    else this.#overlay();
  }

  /** Set how many points a moving view can have. @param {number} drawn @param {number} took milliseconds */
  #afford(drawn, took) {
    const { n } = this.data;
    const fit = Math.max(Math.round((drawn * WANTED) / Math.max(took, 1)), Math.min(FEWEST, n));
    if (took > WANTED) this.budget = Math.min(this.budget, fit);
    else if (drawn === this.budget) this.budget = Math.min(Math.round(this.budget * 1.5), fit, n);
  }

  #overlay() {
    const ink = this.cover.getContext("2d");
    if (!ink) return;
    ink.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    const { camera, path, lasso, crosshair, outlined } = this;
    drawOverlay(ink, {
      project: camera.projector(), width: camera.width, covered: this.covered, height: camera.height, regions: this.named, outlined, above: this.data.n < TITLED ? BESIDE : 0,
      path: path.map((song) => this.place(song)), lasso, crosshair, songs: this.#titles(),
    }, this.theme);
  }

  /** Titles of the songs on the screen, where there are few. */
  #titles() {
    const titled = this.data.column("title");
    if (!titled || this.moving || this.relief || this.camera.zoom < 2) return [];
    const songs = this.view(TITLED);
    if (songs.length > TITLED) return [];
    return songs.slice(0, MOST_TITLES * 4).map((song) => ({ text: this.data.text("title", song), place: this.place(song) }));
  }

  /** The songs on the screen. @param {number} [most] more are not looked for @returns {number[]} */
  view(most = Infinity) {
    const { width, height } = this.camera;
    if (this.relief) return this.inside([[0, 0], [width, 0], [width, height], [0, height]]);
    const [left, top] = this.camera.place(0, 0);
    const [right, bottom] = this.camera.place(width, height);
    /** @type {number[]} */
    const found = [];
    this.#flat().within(left * UNIT, bottom * UNIT, right * UNIT, top * UNIT, (song) => {
      const [x, y] = this.place(song);
      const inside = x >= left && x <= right && y >= bottom && y <= top;
      if (found.length <= most && inside && this.visible(song)) found.push(song);
    });
    return rising(found);
  }

  /** The map as a picture on its paper, PNG. @returns {Promise<Blob>} */
  picture() {
    const canvas = document.createElement("canvas");
    canvas.width = this.canvas.width;
    canvas.height = this.canvas.height;
    const ink = canvas.getContext("2d");
    if (!ink) throw new Error("A picture cannot be drawn.");
    if (this.points.gl.isContextLost()) throw new Error("The graphics card is lost at the moment; try again soon.");
    this.points.draw(this.camera, this.ratio, this.data.n);
    ink.fillStyle = this.theme.paper;
    ink.fillRect(0, 0, canvas.width, canvas.height);
    ink.drawImage(this.canvas, 0, 0);
    ink.drawImage(this.cover, 0, 0);
    return new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("A picture cannot be made."))), "image/png");
    });
  }

  /** Take the map away. */
  destroy() {
    this.listeners.clear();
    this.halt();
    this.#glides.tilt += 1;
    cancelAnimationFrame(this.#pending);
    clearTimeout(this.#settled);
    for (const end of this.#endings) end();
    this.#endings = [];
    this.points.destroy();
    this.canvas.remove();
    this.cover.remove();
  }
}

/** Device pixels per pixel; more than two cost much and are not seen. */
function fineness() {
  return Math.min(window.devicePixelRatio || 1, 2);
}

/** @param {HTMLElement} element @returns {HTMLCanvasElement} */
function layer(element) {
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  element.append(canvas);
  return canvas;
}

/** @param {MapData} data */
function boxOf(data) {
  const [left, right] = span(data.x);
  const [bottom, top] = span(data.y);
  return { left: left / UNIT, right: right / UNIT, bottom: bottom / UNIT, top: top / UNIT };
}

/** @param {number | undefined} from @param {number | undefined} to @param {number} share */
function mixed(from = 0, to = 0, share) {
  return from + (to - from) * share;
}
