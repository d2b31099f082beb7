// @ts-check
/** Pointer, wheel, pinch and keys. */

/** @typedef {import("./map.js").SongMap} SongMap */
/** @typedef {{left: number, top: number}} Spot */

const STILL = 4;
const STEP = 60;

/**
 * Let a map be moved and asked; returns what ends it.
 *
 * Drag pans (turns the relief; with the right button or Shift it pans), the wheel and two fingers
 * zoom, a click opens. With the lasso in hand, or with Shift on the flat map, a drag draws it.
 * @param {SongMap} map
 * @returns {() => void}
 */
export function listen(map) {
  const stop = new AbortController();
  const { element } = map;
  const on = (/** @type {string} */ name, /** @type {(event: any) => void} */ handle, passive = true) =>
    element.addEventListener(name, handle, { signal: stop.signal, passive });
  const hand = new Hand(map);
  on("pointerdown", (event) => hand.down(event));
  on("pointermove", (event) => hand.move(event));
  on("pointerup", (event) => hand.up(event));
  on("pointercancel", (event) => hand.cancel(event));
  on("pointerleave", (event) => hand.leave(event));
  on("contextmenu", (event) => event.preventDefault(), false);
  on("wheel", (event) => hand.wheel(event), false);
  on("dblclick", (event) => zoom(map, 2, spot(event, map)));
  on("keydown", (event) => pressed(map, event), false);
  on("focus", () => cross(map, element.matches(":focus-visible")));
  on("blur", () => cross(map, false));
  return () => {
    stop.abort();
    cancelAnimationFrame(hand.asked);
  };
}

/** What the pointers do. */
class Hand {
  /** @param {SongMap} map */
  constructor(map) {
    this.map = map;
    /** @type {Map<number, Spot>} */
    this.fingers = new Map();
    this.travelled = 0;
    this.drawing = false;
    this.asked = 0;
  }

  /** @param {PointerEvent} event */
  down(event) {
    const at = spot(event, this.map);
    this.fingers.set(event.pointerId, at);
    this.map.element.setPointerCapture(event.pointerId);
    this.travelled = 0;
    this.map.halt();
    const { tool, relief } = this.map;
    this.drawing = this.fingers.size === 1 && event.button === 0 && (tool === "lasso" || (event.shiftKey && !relief));
    this.map.lasso = this.drawing ? [[at.left, at.top]] : [];
    cross(this.map, false);
  }

  /** @param {PointerEvent} event */
  move(event) {
    const at = spot(event, this.map);
    const before = this.fingers.get(event.pointerId);
    if (!before) return this.#ask(at);
    const [right, down] = [at.left - before.left, at.top - before.top];
    this.fingers.set(event.pointerId, at);
    this.travelled += Math.hypot(right, down);
    if (this.drawing) return this.#draw(at);
    if (this.fingers.size > 1) return this.#pinch(event.pointerId, before, at);
    if (this.travelled < STILL) return;
    const turns = this.map.tilted && event.buttons === 1 && !event.shiftKey;
    if (turns) this.map.camera.orbit(right, down);
    else this.map.camera.pan(right, down);
    this.map.changed();
  }

  /** Ask what is under the pointer, once per frame at most. @param {Spot} at */
  #ask(at) {
    cancelAnimationFrame(this.asked);
    this.asked = requestAnimationFrame(() => this.map.hover(this.map.at(at.left, at.top)));
  }

  /** @param {Spot} at */
  #draw(at) {
    this.map.lasso.push([at.left, at.top]);
    this.map.request();
  }

  /** @param {number} finger @param {Spot} before @param {Spot} at */
  #pinch(finger, before, at) {
    const other = [...this.fingers].find(([id]) => id !== finger)?.[1];
    if (!other) return;
    const apart = (/** @type {Spot} */ a) => Math.max(Math.hypot(a.left - other.left, a.top - other.top), 1);
    this.map.camera.pan((at.left - before.left) / 2, (at.top - before.top) / 2);
    zoom(this.map, apart(at) / apart(before), { left: (at.left + other.left) / 2, top: (at.top + other.top) / 2 });
  }

  /** @param {PointerEvent} event */
  up(event) {
    const at = spot(event, this.map);
    const known = this.fingers.delete(event.pointerId);
    if (!known || this.fingers.size) return;
    if (this.drawing && this.travelled >= STILL) closeLasso(this.map);
    else if (this.travelled < STILL && event.button === 0) this.map.open(this.map.at(at.left, at.top));
    this.drawing = false;
  }

  /** @param {PointerEvent} event */
  cancel(event) {
    this.fingers.delete(event.pointerId);
    this.drawing = false;
    this.map.lasso = [];
    this.map.request();
  }

  /** A finger leaves with every tap; what it opened stays. @param {PointerEvent} event */
  leave(event) {
    cancelAnimationFrame(this.asked);
    if (event.pointerType === "touch") return;
    if (!this.fingers.size) this.map.hover(-1);
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    event.preventDefault();
    const unit = [1, 16, this.map.camera.height][event.deltaMode] ?? 1;
    zoom(this.map, Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.0016)), spot(event, this.map));
  }
}

/** @param {SongMap} map */
function closeLasso(map) {
  const songs = map.inside(map.lasso);
  map.lasso = [];
  map.select(songs);
}

/** @param {SongMap} map @param {number} factor @param {Spot} at */
function zoom(map, factor, at) {
  map.halt();
  map.camera.zoomAt(factor, at.left, at.top);
  map.changed();
}

/** @param {MouseEvent} event @param {SongMap} map @returns {Spot} */
function spot(event, map) {
  const { left, top } = map.element.getBoundingClientRect();
  return { left: event.clientX - left, top: event.clientY - top };
}

/** @param {SongMap} map @param {boolean} shown */
function cross(map, shown) {
  if (map.crosshair === shown) return;
  map.crosshair = shown;
  map.request();
}

/**
 * Keys: arrows move, + − zoom, 0 shows all, Enter opens the song under the crosshair, L draws a lasso
 * by its corners (Space sets one, L closes it), A selects what is in view, Escape clears.
 * @param {SongMap} map
 * @param {KeyboardEvent} event
 */
function pressed(map, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target !== map.element) return;
  const action = actions(map)[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!action) return;
  event.preventDefault();
  cross(map, true);
  action();
}

/** @param {SongMap} map @returns {Record<string, () => void>} */
function actions(map) {
  const { camera } = map;
  const middle = { left: camera.width / 2, top: camera.height / 2 };
  const move = (/** @type {number} */ right, /** @type {number} */ down) => () => {
    map.halt();
    const corners = map.lasso.map(([left, top]) => camera.place(left, top));
    camera.pan(right, down);
    // The lasso's corners stay on the map while the map moves under the crosshair.
    const project = camera.projector();
    map.lasso = map.relief ? map.lasso : corners.map(([x, y]) => {
      const [left, top] = project(x, y, 0.5);
      return [left, top];
    });
    map.changed();
    map.hover(map.at(middle.left, middle.top, 40));
  };
  const near = (/** @type {number} */ factor) => () => zoom(map, factor, middle);
  return {
    ArrowLeft: move(STEP, 0),
    ArrowRight: move(-STEP, 0),
    ArrowUp: move(0, STEP),
    ArrowDown: move(0, -STEP),
    "+": near(1.4),
    "=": near(1.4),
    "-": near(1 / 1.4),
    0: () => map.reset(),
    Enter: () => map.open(map.at(middle.left, middle.top, 40)),
    a: () => map.select(map.view()),
    l: () => (map.lasso.length > 2 ? closeLasso(map) : corner(map, middle)),
    " ": () => corner(map, middle),
    Escape: () => escape(map),
  };
}

/** @param {SongMap} map @param {Spot} at */
function corner(map, at) {
  map.lasso.push([at.left, at.top]);
  map.request();
}

/** @param {SongMap} map */
function escape(map) {
  const drawing = map.lasso.length > 0;
  map.lasso = [];
  if (drawing) map.request();
  else map.select([]);
  map.hover(-1);
}
