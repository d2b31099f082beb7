// @ts-check
/**
 * The controls around a map: colouring, legend, search, hover card, lasso, relief, picture, list.
 *
 * The page gives the elements (see `templates/live_map.html.j2`), found by their `data-map` names;
 * a page may leave any of them out. Names of songs come from strangers: they are only ever text.
 */
import { between, bytes } from "./colours.js";
import { valueOf } from "./data.js";
import { download } from "./download.js";

/** @typedef {import("./map.js").SongMap} SongMap */
/** @typedef {import("./data.js").Column} Column */

const RESULTS = 12;
const LISTED = 200;
/** Milliseconds a pointer rests on a song before its card is shown. */
const REST = 70;

/**
 * Connect the controls found in `root` to a map.
 * @param {HTMLElement} root
 * @param {SongMap} map
 */
export function connect(root, map) {
  const parts = new Parts(root);
  colouring(parts, map);
  legend(parts, map);
  card(parts, map);
  search(parts, map);
  tools(parts, map);
  list(parts, map);
  axes(parts, map);
}

/** The elements of a page by their names. */
class Parts {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
  }

  /** @param {string} name @returns {HTMLElement | null} */
  find(name) {
    return this.root.querySelector(`[data-map="${name}"]`);
  }

  /** @param {string} name @param {string} event @param {(element: HTMLElement, event: any) => void} handle */
  on(name, event, handle) {
    const element = this.find(name);
    element?.addEventListener(event, (happened) => handle(element, happened));
  }

  /** Tell those who cannot see it. @param {string} text */
  say(text) {
    const status = this.find("status");
    if (status) status.textContent = text;
  }
}

/**
 * Make an element of text.
 * @param {string} tag
 * @param {string} [text]
 * @param {string} [kind] its class
 */
export function made(tag, text = "", kind = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (kind) element.className = kind;
  return element;
}

/** A name in its own direction. @param {string} text @param {string} [kind] */
function name(text, kind = "") {
  return made("bdi", text, kind);
}

/** @param {Parts} parts @param {SongMap} map */
function colouring(parts, map) {
  const select = parts.find("colour");
  if (!(select instanceof HTMLSelectElement)) return;
  const options = map.data.colourings.map(({ name: value, says }) => new Option(says, value));
  select.replaceChildren(...options);
  select.value = map.column?.name ?? "";
  map.on("colour", (column) => (select.value = column?.name ?? ""));
  select.addEventListener("change", () => {
    map.show(null);
    map.colourBy(select.value);
  });
}

/** @param {Parts} parts @param {SongMap} map */
function legend(parts, map) {
  const place = parts.find("legend");
  if (!place) return;
  const draw = () => place.replaceChildren(...entries(map));
  let drawn = map.column;
  map.on("colour", (column) => {
    // A change of theme keeps what is filtered.
    if (column !== drawn || column?.kind === "number") draw();
    drawn = column;
  });
  draw();
}

/** @param {SongMap} map @returns {HTMLElement[]} */
function entries(map) {
  const { column } = map;
  if (!column) return [];
  if (column.kind === "number") return [scale(map, column)];
  /** @type {Set<number>} */
  const off = new Set();
  const regions = [...map.regions];
  const buttons = regions.map((region) => {
    const button = /** @type {HTMLButtonElement} */ (made("button", "", "entry"));
    button.type = "button";
    button.append(...line(region));
    button.setAttribute("aria-pressed", "true");
    const outlined = (/** @type {boolean} */ on) => () => map.outlineOf(on ? region.label : null);
    for (const event of ["pointerenter", "focus"]) button.addEventListener(event, outlined(true));
    for (const event of ["pointerleave", "blur"]) button.addEventListener(event, outlined(false));
    return button;
  });
  buttons.forEach((button, k) => button.addEventListener("click", () => {
    toggle(off, (column.labels ?? []).map((_, label) => label), regions[k]?.label ?? 0);
    // Labels without songs have no button: all buttons pressed is all shown.
    if (regions.every(({ label }) => !off.has(label))) off.clear();
    buttons.forEach((one, j) => one.setAttribute("aria-pressed", String(!off.has(regions[j]?.label ?? 0))));
    filter(map, column, off);
  }));
  return buttons;
}

/** What the colours mean, to be read only. @param {SongMap} map @returns {HTMLElement[]} */
export function key(map) {
  const { column } = map;
  if (!column) return [];
  if (column.kind === "number") return [scale(map, column)];
  return map.regions.map((region) => {
    const entry = made("div", "", "entry");
    entry.append(...line(region));
    return entry;
  });
}

/** A group's colour, name and number of songs. @param {import("./names.js").Region} region */
function line({ shade, name: text, count }) {
  return [swatch(shade), name(text), made("span", count.toLocaleString("en"), "count")];
}

/** The first click shows one group alone, the next ones add and take; the last one left shows all. @param {Set<number>} off @param {number[]} all @param {number} label */
function toggle(off, all, label) {
  if (off.size === 0) for (const other of all) off.add(other);
  if (!off.delete(label)) off.add(label);
  if (off.size === all.length) off.clear();
}

/** @param {SongMap} map @param {Column} column @param {Set<number>} off */
function filter(map, column, off) {
  const values = map.data.values.get(column.name);
  if (!off.size || !values) return map.show(null);
  map.show(bytes(values, (label) => (off.has(label) ? 0 : 1)));
}

/** @param {number} shade */
function swatch(shade) {
  const dot = made("span", "", "dot");
  dot.style.setProperty("--c", shade < 12 ? `var(--c${shade})` : "var(--grey)");
  dot.setAttribute("aria-hidden", "true");
  return dot;
}

/** The key of a number: its ramp, with both ends told. @param {SongMap} map @param {Column} column */
function scale(map, column) {
  const box = made("div", "", "scale");
  const bar = made("span", "", "ramp");
  const steps = column.doubt ? [...map.theme.doubt].reverse() : map.theme.ramp;
  const colours = [0, 0.25, 0.5, 0.75, 1].map((share) => `rgb(${between(steps, share).join(" ")})`);
  bar.style.background = `linear-gradient(to right, ${colours.join(", ")})`;
  bar.setAttribute("aria-hidden", "true");
  const ends = made("span", "", "ends");
  ends.append(made("span", valueOf(column, 0)), made("span", valueOf(column, 254)));
  box.append(made("span", column.says, "what"), bar, ends);
  return box;
}

/** @param {Parts} parts @param {SongMap} map */
function card(parts, map) {
  const box = parts.find("card");
  const ring = parts.find("ring");
  if (!box) return;
  const hide = () => {
    box.hidden = true;
    if (ring) ring.hidden = true;
  };
  let resting = 0;
  const tell = (/** @type {number} */ song) => {
    clearTimeout(resting);
    if (song < 0) return;
    box.replaceChildren(...lines(map, song));
    box.hidden = false;
    const [left, top] = map.pixel(song);
    beside(box, left, top, map.camera);
  };
  map.on("hover", (song) => {
    clearTimeout(resting);
    hide();
    if (song < 0) return;
    if (ring) {
      const [left, top] = map.pixel(song);
      ring.hidden = false;
      ring.style.transform = `translate(${left}px, ${top}px)`;
    }
    // A pointer in passing asks nothing; laying out cards for it would hold it up.
    resting = window.setTimeout(tell, REST, song);
    if (map.crosshair) parts.say(told(map, song));
  });
  map.on("open", (song) => {
    tell(song);
    if (song >= 0) parts.say(told(map, song));
  });
  map.on("view", () => {
    if (map.hovered >= 0) map.hover(-1);
  });
}

/** What the card says of a song. @param {SongMap} map @param {number} song @returns {HTMLElement[]} */
function lines(map, song) {
  const { data } = map;
  const found = [];
  for (const { name: column, kind } of data.header.columns) {
    const text = kind === "text" ? data.text(column, song) : "";
    if (text) found.push(name(text, column === "title" ? "title" : "fine"));
  }
  const facts = made("dl");
  for (const column of data.header.columns) {
    const wanted = column.kind === "category" || column.doubt || column === map.column;
    const value = wanted ? data.told(column, song) : "";
    if (!value) continue;
    const row = made("div");
    const term = made("dd");
    if (column.kind === "category") term.append(swatch(column.shades?.[data.values.get(column.name)?.[song] ?? 0] ?? 12));
    term.append(name(value));
    row.append(made("dt", column.says), term);
    facts.append(row);
  }
  return [...found, facts];
}

/** @param {SongMap} map @param {number} song */
function told(map, song) {
  const { data } = map;
  const texts = data.header.columns.map((column) =>
    column.kind === "text" ? data.text(column.name, song) : column.kind === "category" ? data.told(column, song) : "");
  return texts.filter(Boolean).join(", ");
}

/** Put the card where it covers neither its song nor the edge. @param {HTMLElement} box @param {number} left @param {number} top @param {{width: number, height: number}} view */
function beside(box, left, top, view) {
  const { offsetWidth, offsetHeight } = box;
  const x = left + 18 + offsetWidth > view.width ? left - 18 - offsetWidth : left + 18;
  const y = Math.min(Math.max(top - offsetHeight / 2, 8), Math.max(view.height - offsetHeight - 8, 8));
  box.style.transform = `translate(${Math.round(Math.max(x, 8))}px, ${Math.round(y)}px)`;
}

/** A combobox over the titles. @param {Parts} parts @param {SongMap} map */
function search(parts, map) {
  const input = parts.find("search");
  const results = parts.find("results");
  if (!(input instanceof HTMLInputElement) || !results) return;
  /** @type {number[]} */
  let found = [];
  let at = -1;
  let opening = 0;
  const close = () => {
    results.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (/** @type {number} */ song) => {
    close();
    map.select([song]);
    map.fly([song]);
    clearTimeout(opening);
    opening = window.setTimeout(() => map.open(song), 500);
  };
  const mark = (/** @type {number} */ to) => {
    at = found.length ? (to + found.length) % found.length : -1;
    [...results.children].forEach((row, k) => row.setAttribute("aria-selected", String(k === at)));
    const row = results.children[at];
    if (!row) return;
    input.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  };
  input.addEventListener("input", () => {
    const asked = input.value.trim() !== "";
    found = map.data.find(input.value, RESULTS);
    results.replaceChildren(...found.map((song, k) => option(map, song, k, choose)));
    if (!found.length) results.append(nothing());
    results.hidden = !asked;
    input.setAttribute("aria-expanded", String(asked));
    input.removeAttribute("aria-activedescendant");
    at = -1;
    parts.say(asked ? `${found.length === RESULTS ? `${RESULTS} or more` : found.length} found` : "");
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) mark(at < 0 && step < 0 ? -1 : at + step);
    else if (event.key === "Enter" && found.length) choose(found[Math.max(at, 0)] ?? 0);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
}

/** @param {SongMap} map @param {number} song @param {number} k @param {(song: number) => void} choose */
function option(map, song, k, choose) {
  const row = made("li");
  row.id = `map-found-${k}`;
  row.setAttribute("role", "option");
  row.setAttribute("aria-selected", "false");
  row.append(name(map.data.text("title", song)), name(map.data.text("artist", song), "fine"));
  // The box keeps the keyboard; only a click chooses, so that a finger can scroll the list.
  row.addEventListener("pointerdown", (event) => event.preventDefault());
  row.addEventListener("click", () => choose(song));
  return row;
}

/** The line of a search without result. */
function nothing() {
  const row = made("li", "nothing found", "fine");
  row.setAttribute("role", "option");
  row.setAttribute("aria-disabled", "true");
  row.setAttribute("aria-selected", "false");
  return row;
}

/** @param {Parts} parts @param {SongMap} map */
function tools(parts, map) {
  parts.on("lasso", "click", (button) => {
    map.tool = map.tool === "lasso" ? "pan" : "lasso";
    button.setAttribute("aria-pressed", String(map.tool === "lasso"));
    map.element.dataset["tool"] = map.tool;
  });
  parts.on("relief", "click", () => map.tilt(!map.tilted));
  for (const happening of /** @type {const} */ (["relief", "colour"])) map.on(happening, () => relief(parts, map));
  parts.on("whole", "click", () => map.reset());
  parts.on("picture", "click", () => {
    const picture = async () => download(await map.picture(), `${map.data.header.name}.png`);
    picture().catch((/** @type {Error} */ error) => parts.say(error.message));
  });
  map.on("lost", () => parts.say("The graphics card was lost for a moment; the map comes back by itself."));
}

/** Say what height means. @param {Parts} parts @param {SongMap} map */
function relief(parts, map) {
  const note = parts.find("height");
  const on = map.tilted;
  parts.find("relief")?.setAttribute("aria-pressed", String(on));
  for (const axis of [parts.find("axis-x"), parts.find("axis-y")]) axis?.classList.toggle("away", on);
  if (!note) return;
  note.hidden = !on;
  const column = map.heightColumn;
  note.textContent = column ? `Height: ${column.says}. Drag to turn, right-drag to move.` : "Drag to turn, right-drag to move.";
}

/** The list of what is selected. @param {Parts} parts @param {SongMap} map */
function list(parts, map) {
  const box = parts.find("selection");
  const rows = parts.find("selected");
  const head = parts.find("selected-count");
  if (!box || !rows || !head) return;
  map.on("select", (/** @type {number[]} */ songs) => {
    box.hidden = songs.length === 0;
    const more = songs.length > LISTED ? `, the first ${LISTED} listed` : "";
    head.textContent = `${songs.length.toLocaleString("en")} ${songs.length === 1 ? "song" : "songs"} selected${more}`;
    rows.replaceChildren(...songs.slice(0, LISTED).map((song) => item(map, song)));
    parts.say(head.textContent);
  });
  parts.on("save", "click", () => download(new Blob([csv(map)], { type: "text/csv" }), `${map.data.header.name}-selection.csv`));
  parts.on("clear", "click", () => map.select([]));
  parts.on("zoom", "click", () => map.fly(map.selected));
}

/** @param {SongMap} map @param {number} song */
function item(map, song) {
  const row = made("li");
  row.append(name(map.data.text("title", song)), " ", name(map.data.text("artist", song), "fine"));
  return row;
}

/** The selection as a table. @param {SongMap} map */
export function csv(map) {
  const texts = map.data.header.columns.filter(({ kind }) => kind === "text" || kind === "category");
  const cell = (/** @type {string} */ text) => {
    // A spreadsheet would take these for formulas.
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const line = (/** @type {number} */ song) => texts.map((column) =>
    cell(column.kind === "text" ? map.data.text(column.name, song) : map.data.told(column, song))).join(",");
  return [texts.map((column) => cell(column.says)).join(","), ...map.selected.map(line)].join("\r\n") + "\r\n";
}

/** What grows to the right and upwards. @param {Parts} parts @param {SongMap} map */
function axes(parts, map) {
  for (const { name: axis, grows, shrinks } of map.data.header.axes) {
    const place = parts.find(`axis-${axis}`);
    if (!place) continue;
    const ends = [["more", grows], ["less", shrinks]].map(([word, features]) => {
      const names = /** @type {[string, number][]} */ (features).slice(0, 2).map(([feature]) => feature);
      return names.length ? `${word} ${names.join(" and ")}` : "";
    });
    const text = ends.filter(Boolean).join(", ");
    place.textContent = text ? `${text} →` : "";
  }
}
