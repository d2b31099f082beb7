// @ts-check
/** The card of one song: why it lies where it lies, and what lies near. */

import { at, button, label, make, trying, waiting } from './dom.js';
import { get } from './server.js';

/**
 * @typedef {object} Acts what the card's buttons do
 * @property {(row: number) => void} open
 * @property {(row: number) => void} play
 * @property {(row: number) => void} wait put at the end of the queue
 * @property {(row: number) => void} pick
 * @property {(rows: number[]) => void} walk
 * @property {() => void} close
 * @property {(cluster: number) => string} colour
 */

/** @param {number} share */
const percent = (share) => `${Math.round(100 * share)} %`;

/** @param {unknown} value */
function number(value) {
  if (typeof value !== 'number') return '–';
  const places = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: places }).replace('-', '−');
}

/** @type {Record<string, string>} */
const DOUBTS = {
  membership: 'sure of its cluster',
  stability: 'stays with its cluster-mates',
  map_trust: 'neighbours kept on the map',
};

/** @param {Acts} acts */
export function card(acts) {
  const panel = /** @type {HTMLElement} */ (at('card'));
  let shown = -1;
  let start = -1;
  /** @type {any} */
  let told = null;
  let asking = new AbortController();

  const way = (/** @type {number} */ end) => trying(async () => {
    const songs = await get('/api/path', { from: start, to: end });
    start = -1;
    acts.walk(songs.map((/** @type {any} */ song) => song.row));
    panel.querySelector('.acts')?.replaceWith(buttons(told));
  });

  /** @param {any} song */
  const fill = (song) => {
    told = song;
    const home = make('p', { class: 'home' }, make('strong', {}, make('bdi', {}, song.cluster_name)));
    home.style.setProperty('--swatch', acts.colour(song.cluster));
    if (song.why.length) home.append(make('br'), `shares: ${song.why.join(', ')}`);
    const doubts = make('dl', {});
    for (const [name, says] of Object.entries(DOUBTS)) {
      if (typeof song.doubts[name] === 'number') doubts.append(...line(says, percent(song.doubts[name]), song.doubts[name]));
    }
    const values = make('dl', {});
    for (const one of song.features) values.append(...line(one.name, number(one.value), one.below));
    const near = make('ul', {}, ...song.similar.map((/** @type {any} */ other) => {
      const says = [other.alike.length && `both ${other.alike.join(', ')}`, other.unlike.join(', ')].filter(Boolean).join('; ');
      const press = button('', () => acts.open(other.row));
      press.append(...label(other), make('br'), make('small', {}, says));
      return make('li', {}, press, waiting(other, acts.wait));
    }));
    const closing = button('×', acts.close, { class: 'close', 'aria-label': 'Close the card' });
    panel.replaceChildren(
      closing,
      make('h2', {}, make('bdi', {}, song.title || song.id)),
      make('p', { class: 'artist' }, make('bdi', {}, [song.artist, song.album, song.genre].filter(Boolean).join(' · '))),
      home,
      buttons(song),
      doubts,
      make('h3', {}, 'Similar songs'), near,
      make('h3', {}, 'Features, and the share of songs with less'), values,
    );
    panel.hidden = false;
  };

  /** @param {any} song */
  const buttons = (song) => {
    const row = make('div', { class: 'acts' });
    if (song.playable) row.append(button('Play', () => acts.play(song.row), { class: 'main' }));
    row.append(button('Queue', () => acts.wait(song.row), { class: 'sounding', title: 'Put it at the end of the queue (E)' }));
    row.append(button('Pick', () => acts.pick(song.row)));
    row.append(start >= 0 && start !== song.row
      ? button('Path to here', () => way(song.row))
      : button('Path from here', () => { start = song.row; acts.open(song.row); }, { 'aria-pressed': String(start === song.row) }));
    return row;
  };

  return {
    row: () => shown,
    /** @param {number} row @param {boolean} [focus] move the keyboard to the card */
    show: (row, focus = false) => trying(async () => {
      asking.abort();
      asking = new AbortController();
      shown = row;
      fill(await get(`/api/song/${row}`, {}, asking.signal));
      if (focus) /** @type {HTMLElement | null} */ (panel.querySelector('.acts button'))?.focus();
    }),
    hide: () => { panel.hidden = true; shown = -1; },
  };
}

/**
 * @param {string} name
 * @param {string} value
 * @param {number | null} share
 */
function line(name, value, share) {
  const parts = [make('dt', {}, make('bdi', {}, name.replaceAll('_', ' '))), make('dd', {}, value)];
  const bar = make('dd', {});
  if (typeof share === 'number') bar.append(make('meter', { min: '0', max: '1', value: String(share), 'aria-label': `${name}: ${percent(share)}` }));
  return [...parts, bar];
}
