// @ts-check
/** Songs as a table: of what is picked, else of what the map shows. The way in for screen readers. */

import { at, button, make, trying, waiting } from './dom.js';
import { get } from './server.js';

const PAGE = 100;
/** Milliseconds the map must rest before the songs in view are asked for. */
const REST = 150;

/**
 * @param {() => {rows: number[], what: string}} source
 * @param {(row: number) => void} open
 * @param {(cluster: number) => string} named
 * @param {(row: number) => void} wait put at the end of the queue
 */
export function table(source, open, named, wait) {
  const panel = at('table');
  const turn = (/** @type {number} */ by) => () => { first += by; show(); panel.scrollTop = 0; };
  const before = button('Before', turn(-PAGE));
  const next = button('Next', turn(PAGE));
  const says = make('span', { role: 'status' });
  const body = make('tbody');
  const heads = ['Title', 'Artist', 'Genre', 'Cluster'].map((text) => make('th', { scope: 'col' }, text));
  panel.replaceChildren(
    make('div', { class: 'pages' }, before, next, says),
    make('table', {}, make('thead', {}, make('tr', {}, ...heads)), body),
  );
  let first = 0;
  let soon = 0;
  let asking = new AbortController();

  const show = () => trying(async () => {
    clearTimeout(soon);
    asking.abort();
    asking = new AbortController();
    const { rows, what } = source();
    first = Math.max(0, Math.min(first, rows.length - 1));
    first -= first % PAGE;
    const songs = rows.length ? await get('/api/songs', { rows: rows.slice(first, first + PAGE).join() }, asking.signal) : [];
    const held = document.activeElement;
    before.disabled = first === 0;
    next.disabled = first + PAGE >= rows.length;
    // The keyboard stays with the pages where the last one is reached.
    if (held === before && before.disabled) next.focus();
    if (held === next && next.disabled) before.focus();
    const last = Math.min(first + PAGE, rows.length);
    says.textContent = rows.length ? `${what}: ${(first + 1).toLocaleString('en')}–${last.toLocaleString('en')} of ${rows.length.toLocaleString('en')}` : `${what}: none`;
    body.replaceChildren(...songs.map(line));
    // A run without artists or genres has no columns of them.
    [undefined, 'artist', 'genre'].forEach((name, k) => {
      const bare = name !== undefined && !songs.some((/** @type {any} */ song) => song[name]);
      for (const cell of [heads[k], ...body.querySelectorAll(`td:nth-child(${k + 1})`)]) cell?.toggleAttribute('hidden', bare);
    });
  });

  const line = (/** @type {import('./server.js').Song} */ song) => {
    const title = button('', () => open(song.row), { class: 'open' });
    title.append(make('bdi', {}, song.title || song.id || String(song.row)));
    const cells = [song.artist, song.genre, named(song.cluster)].map((text) => make('td', {}, make('bdi', {}, text || '')));
    return make('tr', {}, make('td', {}, title, ' ', waiting(song, wait)), ...cells);
  };

  return {
    /** @param {boolean} open_ */
    toggle: (open_) => { panel.hidden = !open_; first = 0; if (open_) return show(); return undefined; },
    refresh: () => {
      if (panel.hidden) return;
      first = 0;
      clearTimeout(soon);
      soon = window.setTimeout(show, REST);
    },
  };
}
