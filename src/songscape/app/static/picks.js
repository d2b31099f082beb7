// @ts-check
/** The songs that are picked, and the playlist made of them. */

import { at, counted, say, trying } from './dom.js';
import { download as handOver } from './map/download.js';
import { post } from './server.js';

/** @param {string} id @returns {HTMLButtonElement} */
const press = (id) => at(id);

/**
 * @param {(rows: number[]) => void} changed
 * @param {(rows: number[]) => void} play
 * @param {(rows: number[]) => void} wait put songs at the end of the queue
 */
export function picks(changed, play, wait) {
  const form = /** @type {HTMLFormElement} */ (at('playlist'));
  const [save, download, hear, later, clear] = [press('save'), press('download'), press('hear'), press('later'), press('clear')];
  const buttons = [save, download, hear, later, clear];
  const value = (/** @type {string} */ id) => /** @type {HTMLInputElement | HTMLSelectElement} */ (at(id)).value;
  /** @type {Set<number>} */
  let rows = new Set();

  const set = (/** @type {Iterable<number>} */ songs) => {
    rows = new Set(songs);
    const count = rows.size;
    at('picked').textContent = count ? `${counted(count)} picked` : 'No songs picked: draw a lasso, or press Pick on a card';
    for (const one of buttons) one.disabled = !count;
    form.classList.toggle('some', count > 0);
    changed([...rows]);
  };
  const asked = () => ({
    rows: [...rows], name: value('title'), order: value('order'), format: value('format'), paths: value('paths'),
  });
  const told = (/** @type {{songs: number, notes: string[]}} */ answer) => [counted(answer.songs), ...answer.notes].join('; ');

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    // A second press while the first is under way would save it twice.
    save.disabled = true;
    trying(async () => {
      const answer = await post('/api/playlist', { ...asked(), save: true });
      say(`Saved ${answer.saved} (${told(answer)})`);
    }).finally(() => { save.disabled = !rows.size; });
  });
  download.addEventListener('click', () => trying(async () => {
    const answer = await post('/api/playlist', asked());
    const content = Uint8Array.from(atob(answer.content), (letter) => letter.charCodeAt(0));
    handOver(new Blob([content]), answer.file);
    say(`Downloaded ${answer.file} (${told(answer)})`);
  }));
  hear.addEventListener('click', () => play([...rows]));
  later.addEventListener('click', () => wait([...rows]));
  clear.addEventListener('click', () => set([]));

  return {
    set,
    rows: () => [...rows],
    /** @param {number} row */
    toggle: (row) => set(rows.has(row) ? [...rows].filter((one) => one !== row) : [...rows, row]),
  };
}
