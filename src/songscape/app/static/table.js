// @ts-check
/** Songs as a table: of what is picked, else of what the map shows. The way in for screen readers. */

import { at, button, make, trying, waiting } from './dom.js';
import { get } from './server.js';

const PAGE = 100;

/**
 * @param {() => {rows: number[], what: string}} source
 * @param {(row: number) => void} open
 * @param {(cluster: number) => string} named
 * @param {(row: number) => void} wait put at the end of the queue
 */
export function table(source, open, named, wait) {
  const panel = at('table');
  let first = 0;

  const show = () => trying(async () => {
    const { rows, what } = source();
    first = Math.max(0, Math.min(first, rows.length - 1));
    first -= first % PAGE;
    const songs = rows.length ? await get('/api/songs', { rows: rows.slice(first, first + PAGE).join() }) : [];
    const turn = (/** @type {string} */ text, /** @type {number} */ to) => {
      const made = button(text, () => { first = to; show(); });
      made.disabled = to < 0 || to >= rows.length;
      return made;
    };
    const last = Math.min(first + PAGE, rows.length);
    const says = rows.length ? `${what}: ${(first + 1).toLocaleString('en')}–${last.toLocaleString('en')} of ${rows.length.toLocaleString('en')}` : `${what}: none`;
    const heads = ['Title', 'Artist', 'Genre', 'Cluster'].map((text) => make('th', { scope: 'col' }, text));
    panel.replaceChildren(
      make('div', { class: 'pages' }, turn('Before', first - PAGE), turn('Next', first + PAGE), make('span', { role: 'status' }, says)),
      make('table', {}, make('thead', {}, make('tr', {}, ...heads)), make('tbody', {}, ...songs.map(line))),
    );
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
    refresh: () => { if (!panel.hidden) { first = 0; show(); } },
  };
}
