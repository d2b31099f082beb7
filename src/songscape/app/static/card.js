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

/** Between the number and its sign is a narrow space at which no line breaks. @param {number} share */
const percent = (share) => `${Math.round(100 * share)}\u202f%`;

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
    acts.walk(songs.map((/** @type {any} */ song) => song.row));
    from(-1);
  });

  /** Begin a path at a song; −1 begins none. @param {number} row */
  const from = (row) => {
    start = row;
    const place = focused();
    panel.querySelector('.acts')?.replaceWith(buttons(told));
    focus(place);
  };

  /** The buttons of the card that are seen; without sound some are not, and take no keyboard. @returns {HTMLElement[]} */
  const seen = () => [.../** @type {NodeListOf<HTMLElement>} */ (panel.querySelectorAll('.acts button'))].filter((one) => one.offsetParent);

  /** Which of them has the keyboard; −1 for another part of the card, undefined for none. */
  const focused = () => {
    const { activeElement } = document;
    return panel.contains(activeElement) ? seen().findIndex((one) => one === activeElement) : undefined;
  };

  /** What had the keyboard is drawn anew. @param {number | undefined} place */
  const focus = (place) => {
    if (place === undefined) return;
    const buttons_ = seen();
    (buttons_[Math.max(place, 0)] ?? buttons_[0])?.focus();
  };

  /** @param {any} song */
  const fill = (song) => {
    told = song;
    const home = make('p', { class: 'home' }, make('strong', {}, make('bdi', {}, song.cluster_name)));
    home.style.setProperty('--swatch', acts.colour(song.cluster));
    if (song.why.length) home.append(make('br'), `shares: ${song.why.join(', ')}`);
    const doubts = make('dl', {});
    for (const [name, says] of Object.entries(DOUBTS)) {
      if (typeof song.doubts[name] === 'number') doubts.append(...line(says, percent(song.doubts[name]), song.doubts[name], `${says}: ${percent(song.doubts[name])}`));
    }
    const values = make('dl', {});
    for (const one of song.features) values.append(...line(one.name, one.value, one.below, `${percent(one.below ?? 0)} of songs have less ${one.name}`));
    const near = make('ul', {}, ...song.similar.map((/** @type {any} */ other) => {
      const says = [other.alike.length && `both ${other.alike.join(', ')}`, other.unlike.join(', ')].filter(Boolean).join('; ');
      const press = button('', () => acts.open(other.row));
      press.append(...label(other), make('br'), make('small', {}, says));
      return make('li', {}, press, waiting(other, acts.wait));
    }));
    const closing = button('×', acts.close, { class: 'close', 'aria-label': 'Close the card' });
    panel.replaceChildren(
      closing,
      make('h2', { title: song.title || song.id }, make('bdi', {}, song.title || song.id)),
      make('p', { class: 'artist' }, make('bdi', {}, [song.artist, song.album, song.genre].filter(Boolean).join(' · '))),
      home,
      buttons(song),
      doubts,
      make('h3', {}, 'Similar songs'), near,
      ...(song.features.length ? [make('h3', {}, 'Features, and the share of songs with less'), values] : []),
    );
    panel.scrollTop = 0;
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
      : button('Path from here', () => from(start === song.row ? -1 : song.row), { 'aria-pressed': String(start === song.row) }));
    return row;
  };

  panel.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    acts.close();
  });

  return {
    row: () => shown,
    /** @param {number} row @param {boolean} [take] move the keyboard to the card @returns {Promise<boolean>} whether the card shows it now */
    show: async (row, take = false) => {
      asking.abort();
      asking = new AbortController();
      const { signal } = asking;
      let filled = false;
      await trying(async () => {
        const song = await get(`/api/song/${row}`, {}, signal);
        if (signal.aborted) return;
        const place = take ? 0 : focused();
        shown = row;
        fill(song);
        focus(place);
        filled = true;
      });
      return filled;
    },
    hide: () => { asking.abort(); panel.hidden = true; shown = -1; },
  };
}

/**
 * @param {string} name
 * @param {string} value
 * @param {number | null} share
 * @param {string} says what the bar tells
 */
function line(name, value, share, says) {
  const parts = [make('dt', {}, make('bdi', {}, name.replaceAll('_', ' '))), make('dd', {}, value)];
  const bar = make('dd', {});
  if (typeof share === 'number') bar.append(make('meter', { min: '0', max: '1', value: String(share), 'aria-label': says }));
  return [...parts, bar];
}
