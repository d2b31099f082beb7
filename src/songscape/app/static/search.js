// @ts-check
/** The search box: a combobox over the server's index. */

import { at, label, make, trying } from './dom.js';
import { get } from './server.js';

const WAIT = 120;

/** @param {(row: number) => void} open what to do with the song that is chosen */
export function search(open) {
  const box = /** @type {HTMLInputElement} */ (at('search'));
  const list = at('found');
  /** @type {import('./server.js').Song[]} */
  let found = [];
  let chosen = -1;
  let waiting = 0;
  let asking = new AbortController();

  const mark = (/** @type {number} */ place) => {
    chosen = place;
    [...list.children].forEach((item, i) => item.setAttribute('aria-selected', String(i === place)));
    if (place >= 0) {
      box.setAttribute('aria-activedescendant', `found-${place}`);
      list.children[place]?.scrollIntoView({ block: 'nearest' });
    } else box.removeAttribute('aria-activedescendant');
  };
  const close = () => {
    // An answer that is still to come would open the list again.
    clearTimeout(waiting);
    waiting = 0;
    asking.abort();
    list.hidden = true;
    box.setAttribute('aria-expanded', 'false');
    mark(-1);
  };
  const take = (/** @type {number} */ place) => {
    const song = found[place];
    if (!song) return;
    close();
    open(song.row);
  };
  const show = () => {
    list.replaceChildren(...found.map((song, i) => {
      const item = make('li', { role: 'option', id: `found-${i}`, 'aria-selected': 'false' }, ...label(song));
      item.addEventListener('click', () => take(i));
      return item;
    }));
    if (!found.length) list.append(make('li', { role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' }, 'nothing found'));
    list.hidden = false;
    box.setAttribute('aria-expanded', 'true');
    mark(found.length ? 0 : -1);
  };
  const ask = (takeFirst = false) => trying(async () => {
    clearTimeout(waiting);
    waiting = 0;
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const words = box.value.trim();
    if (!words) { found = []; close(); return; }
    found = await get('/api/search', { q: words }, signal);
    if (signal.aborted) return;
    show();
    if (takeFirst) take(0);
  });

  box.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(() => ask(), WAIT); });
  // The box keeps the keyboard; only a click takes a song, so that a finger can scroll the list.
  list.addEventListener('pointerdown', (event) => event.preventDefault());
  box.addEventListener('blur', close);
  box.addEventListener('keydown', (event) => {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves && found.length) {
      const step = moves[/** @type {'ArrowDown' | 'ArrowUp'} */ (event.key)];
      if (list.hidden) show(); else mark((chosen + step + found.length) % found.length);
      event.preventDefault();
    } else if (event.key === 'Enter') {
      if (waiting || list.hidden) ask(true); else take(chosen);
      event.preventDefault();
    } else if (event.key === 'Escape') {
      if (list.hidden) box.blur(); else close();
      event.stopPropagation();
    }
  });
}
