// @ts-check
/** The explorer: the map over the whole window, and around it what one does with it. */

import { card } from './card.js';
import { clusters } from './clusters.js';
import { at, counted, label, make, say, trying } from './dom.js';
import { bytes } from './map/colours.js';
import { decode } from './map/data.js';
import { download } from './map/download.js';
import { SongMap } from './map/map.js';
import { key } from './map/panel.js';
import { picks } from './picks.js';
import { player } from './player.js';
import { search } from './search.js';
import { get, packed } from './server.js';
import { table } from './table.js';

const SHADES = 12;
const phone = matchMedia('(max-width: 44rem)');
/** @type {Record<string, string>} */
const WAYS = { x: 'to the right', y: 'upwards', z: 'to the front' };

/** @param {number} cluster */
const colour = (cluster) => (cluster >= 0 && cluster < SHADES ? `var(--c${cluster})` : 'var(--grey)');

/** Light or dark: as the system has it, until the button says otherwise. */
function themed(/** @type {() => void} */ changed) {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let wish = localStorage.getItem('theme');
  const set = () => {
    document.documentElement.dataset['theme'] = wish ?? (dark.matches ? 'dark' : 'light');
    changed();
  };
  dark.addEventListener('change', set);
  at('theme').addEventListener('click', () => {
    wish = document.documentElement.dataset['theme'] === 'dark' ? 'light' : 'dark';
    localStorage.setItem('theme', wish);
    set();
  });
  set();
}

/** The map, in rows of the run. */
class Atlas {
  /** @param {SongMap} map */
  constructor(map) {
    this.map = map;
    this.songs = new Int32Array(map.data.header.total).fill(-1);
    for (let song = 0; song < map.data.n; song++) this.songs[map.data.row(song)] = song;
  }

  /** @param {number[]} songs @returns {number[]} */
  rows(songs) {
    return songs.map((song) => this.map.data.row(song));
  }

  /** The songs of rows; what has no place on the map is left out. @param {number[]} rows @returns {number[]} */
  of(rows) {
    return rows.map((row) => this.songs[row] ?? -1).filter((song) => song >= 0);
  }

  /** Show the songs of some clusters. @param {Set<number>} shown @param {number[]} numbers cluster of each label */
  filter(shown, numbers) {
    const labels = this.map.data.values.get('cluster');
    if (!labels || numbers.every((number) => shown.has(number))) return this.map.show(null);
    return this.map.show(bytes(labels, (value) => Number(shown.has(numbers[value] ?? -1))));
  }
}

/** @returns {Promise<SongMap | null>} */
async function drawn() {
  const block = await packed('/api/map');
  try {
    if (block) return new SongMap(at('map'), decode(new Uint8Array(block)));
  } catch {
    // Told below.
  }
  const why = block ? 'This browser does not draw in WebGL 2, so there is no map.' : 'This run has no map.';
  at('map').append(make('p', { class: 'empty' }, `${why} Search, table, player and playlists work.`));
  return null;
}

/** @param {SongMap} map @param {(row: number) => Promise<void>} open */
function hovering(map, open) {
  const ring = make('span', { class: 'ring', hidden: '' });
  const tip = make('p', { class: 'tip', hidden: '' });
  at('map').append(ring, tip);
  const show = (/** @type {number} */ song) => {
    tip.hidden = ring.hidden = song < 0;
    if (song < 0) return;
    const [left = 0, top = 0] = map.pixel(song);
    tip.replaceChildren(...label({ row: map.data.row(song), cluster: 0, title: map.data.text('title', song), artist: map.data.text('artist', song) }));
    const room = map.element.clientWidth - map.covered;
    tip.style.left = `${left + 18 + tip.offsetWidth < room ? left + 18 : Math.max(left - 18 - tip.offsetWidth, 4)}px`;
    tip.style.top = `${Math.max(top - 16, 4)}px`;
    ring.style.left = `${left}px`;
    ring.style.top = `${top}px`;
  };
  map.on('hover', show);
  map.on('view', () => show(map.hovered));
  map.on('open', (song) => { if (song >= 0) open(map.data.row(song)); });
}

/** @param {SongMap} map */
function colouring(map) {
  const select = /** @type {HTMLSelectElement} */ (at('colour'));
  select.replaceChildren(...map.data.colourings.map(({ name, says }) => new Option(says, name)));
  select.addEventListener('change', () => map.colourBy(select.value));
  const explain = () => {
    const { column } = map;
    // The list of clusters below is its own key.
    const others = column?.name !== 'cluster';
    at('groups').classList.toggle('other', others);
    at('key').replaceChildren(...(others ? key(map) : []));
  };
  map.on('colour', explain);
  explain();
  const said = map.data.header.axes.map(({ name, grows }) => {
    const way = WAYS[name] ?? name;
    return grows.length ? `${way}: more ${grows.slice(0, 2).map(([feature]) => feature.replaceAll('_', ' ')).join(', ')}` : '';
  });
  at('axes').textContent = said.filter(Boolean).join('; ');
}

/** @param {SongMap} map */
function tools(map) {
  const lasso = at('lasso');
  const depth = at('depth');
  map.on('lost', () => say('The graphics card was lost for a moment; the map comes back by itself.'));
  map.on('restored', () => say(''));
  lasso.addEventListener('click', () => {
    map.tool = map.tool === 'lasso' ? 'pan' : 'lasso';
    lasso.setAttribute('aria-pressed', String(map.tool === 'lasso'));
    at('map').dataset['tool'] = map.tool;
    say(map.tool === 'lasso' ? 'Draw around songs to pick them. By keyboard: focus the map, L begins, Space sets a corner, L closes.' : '');
  });
  depth.hidden = false;
  depth.addEventListener('click', () => map.tilt(!map.tilted));
  map.on('relief', (tilted) => depth.setAttribute('aria-pressed', String(tilted)));
  at('fit').addEventListener('click', () => map.reset());
  at('picture').addEventListener('click', () => trying(async () => download(await map.picture(), `${map.data.header.name}.png`)));
}

/** @param {Record<string, () => void>} keys */
function shortcuts(keys) {
  document.addEventListener('keydown', (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, select, textarea, audio')) return;
    if (event.key === ' ' && target.closest('button, summary')) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    // A key that is held down is one press.
    if (!event.repeat) act();
  }, { capture: true });
}

async function start() {
  const [run, map] = await Promise.all([get('/api/run'), drawn()]);
  const atlas = map && new Atlas(map);
  document.title = `${run.name} · songscape`;
  at('name').textContent = run.name;
  at('count').textContent = counted(run.songs);
  if (!run.audible) at('playing').replaceChildren(make('span', { class: 'fine' }, 'This run knows no sound files it may play.'));

  const names = new Map(run.clusters.map((/** @type {any} */ one) => [one.cluster, one.name]));
  const numbers = run.clusters.map((/** @type {any} */ one) => one.cluster);
  document.body.dataset['audible'] = String(run.audible);
  const playing = player(run, (row) => { if (map && atlas) map.hover(atlas.of([row])[0] ?? -1); });
  const wait = (/** @type {number} */ row) => playing.queue.add([row]);

  /** The card lies over the map's right, but for a phone's, which lies below. */
  const aside = () => {
    if (!map) return;
    map.covered = at('card').hidden || phone.matches ? 0 : at('card').offsetWidth + 24;
    map.request();
  };
  const open = async (/** @type {number} */ row, focus = false) => {
    if (!await songCard.show(row, focus)) return;
    aside();
    const [song] = atlas?.of([row]) ?? [];
    if (!map || song === undefined) return;
    const [left = 0, top = 0] = map.pixel(song);
    const seen = left > 0 && top > 0 && left < map.element.clientWidth - map.covered && top < map.element.clientHeight;
    if (!seen) map.fly([song]);
    map.hover(song);
  };
  const picked = picks((rows) => {
    const chosen = atlas?.of(rows) ?? [];
    const same = map?.selected.length === chosen.length && chosen.every((song, k) => song === map.selected[k]);
    if (map && !same) map.select(chosen);
    songs.refresh();
  }, playing.play, playing.queue.add);
  const walk = (/** @type {number[]} */ rows) => {
    picked.set(rows);
    if (map && atlas) { map.hover(-1); map.draw(atlas.of(rows)); map.fly(atlas.of(rows)); }
    say(`A way of ${rows.length} songs is picked; ${run.audible ? 'Play hears it, ' : ''}Save keeps it.`);
  };
  const close = () => { songCard.hide(); aside(); if (map) { map.draw([]); map.hover(-1); } at('map').focus(); };
  const songCard = card({ open, play: playing.now, wait, pick: (row) => picked.toggle(row), walk, close, colour });
  const source = () => {
    const rows = picked.rows();
    if (rows.length) return { rows, what: 'Picked songs' };
    if (map && atlas) return { rows: atlas.rows(map.view()), what: 'Songs in view' };
    return { rows: Array.from({ length: run.songs }, (_, row) => row), what: 'All songs' };
  };
  const songs = table(source, open, (cluster) => names.get(cluster) ?? '', wait);

  // The block was packed with the names of the run; people may have given others since.
  const relabel = () => {
    const column = map?.data.column('cluster');
    if (!map || !column) return;
    column.labels = numbers.map((/** @type {number} */ number) => names.get(number) ?? '');
    map.colourBy(map.column?.name ?? 'cluster');
  };
  relabel();
  clusters(
    run.clusters.map((/** @type {any} */ one) => ({ ...one, colour: colour(one.cluster) })),
    (shown) => { if (atlas) atlas.filter(shown, numbers); },
    (renamed) => {
      for (const one of renamed) names.set(one.cluster, one.name);
      relabel();
      songs.refresh();
    },
  );
  search((row) => open(row, true));
  if (map) {
    hovering(map, open);
    colouring(map);
    tools(map);
    map.on('select', (chosen) => picked.set(atlas ? atlas.rows(chosen) : []));
    map.on('view', () => songs.refresh());
  } else for (const id of ['lasso', 'fit', 'picture']) at(id).hidden = true;
  themed(() => map?.restyle());

  const list = at('list');
  const listing = () => {
    const shown = Boolean(at('table').hidden);
    list.setAttribute('aria-pressed', String(shown));
    songs.toggle(shown);
  };
  list.addEventListener('click', listing);
  const legend = (/** @type {boolean} */ shown) => {
    at('groups').hidden = !shown;
    at('legend').setAttribute('aria-pressed', String(shown));
  };
  at('legend').addEventListener('click', () => legend(Boolean(at('groups').hidden)));
  if (phone.matches) legend(false);
  shortcuts({
    '/': () => at('search').focus(),
    t: listing,
    c: () => at('legend').click(),
    3: () => at('depth').click(),
    ' ': () => {
      if (map?.lasso.length) { map.lasso.push([map.camera.width / 2, map.camera.height / 2]); map.request(); return; }
      if (!playing.toggle() && songCard.row() >= 0) playing.now(songCard.row());
    },
    q: () => { if (run.audible) playing.queue.toggle(); },
    e: () => { if (run.audible && songCard.row() >= 0) wait(songCard.row()); },
    p: () => { if (songCard.row() >= 0) picked.toggle(songCard.row()); },
  });
  document.body.dataset['ready'] = 'true';
}

trying(start);
