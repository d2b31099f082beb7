// @ts-check
/** The songs that will be played, as a list one can change; it outlives a reload of the page. */

import { at, button, counted, label, make, say, trying } from './dom.js';
import { keep, kept } from './kept.js';
import { get, post } from './server.js';

/** Songs listed at once, and how many of them before the one that plays. */
const LISTED = 200;
const HEARD = 5;

/** @typedef {import('./server.js').Song} Song */

/**
 * @param {{id: string, songs: number}} run under whose id the list is kept
 * @param {(place: number) => void} play
 */
export function queue(run, play) {
  const panel = at('waiting');
  const list = at('upcoming');
  const toggle = at('queue');
  const title = /** @type {HTMLInputElement} */ (at('queue-name'));
  const before = /** @type {HTMLButtonElement} */ (at('before'));
  const after = /** @type {HTMLButtonElement} */ (at('after'));
  const key = `queue of ${run.id}`;
  /** @type {Map<number, Song>} */
  const known = new Map();
  /** @type {number[]} */
  let rows = kept(key, run.songs);
  let place = Math.min(Number(sessionStorage.getItem(`${key}, place`) ?? -1), rows.length - 1);
  let drawn = 0;
  let room = true;

  const learn = async (/** @type {number[]} */ wanted) => {
    const unknown = [...new Set(wanted)].filter((row) => !known.has(row));
    if (!unknown.length) return;
    for (const song of await get('/api/songs', { rows: unknown.join() })) known.set(song.row, song);
  };
  /** Keep the list over a reload of the page, or say once that it cannot be. */
  const remember = () => {
    const had = room;
    room = keep(key, rows);
    if (had && !room) say('This queue is too long for the browser to keep it over a reload of the page; save it as a playlist.', true);
  };
  const changed = (focus = -1, part = '.song') => trying(async () => {
    sessionStorage.setItem(`${key}, place`, String(place));
    before.disabled = place <= 0;
    after.disabled = place + 1 >= rows.length;
    toggle.textContent = rows.length ? `Queue · ${rows.length.toLocaleString('en')}` : 'Queue';
    if (panel.hidden) return;
    const mine = ++drawn;
    const first = Math.max(0, Math.min(place - HEARD, rows.length - LISTED));
    const some = rows.slice(first, first + LISTED);
    await learn(some);
    if (mine !== drawn) return;
    const top = list.scrollTop;
    list.replaceChildren(...some.map((row, k) => entry(row, first + k)));
    list.scrollTop = top;
    const more = rows.length - some.length;
    at('queue-says').textContent = rows.length ? `${counted(rows.length)}${more > 0 ? `, ${LISTED} listed` : ''}` : 'Nothing is waiting. Press Queue on a card, or + in the table and beside similar songs.';
    for (const one of panel.querySelectorAll('.filled')) /** @type {HTMLElement} */ (one).hidden = !rows.length;
    if (focus < 0) return;
    const next = list.children[Math.min(focus, rows.length - 1) - first]?.querySelector(part);
    /** @type {HTMLElement} */ (next ?? at('queue-close')).focus();
  });

  const remove = (/** @type {number} */ k) => {
    rows.splice(k, 1);
    // The song that is heard goes on; what follows is what followed it.
    if (k <= place) place -= 1;
    remember();
    changed(k, '.remove');
  };
  const move = (/** @type {number} */ from, /** @type {number} */ to, part = '.song') => {
    if (to < 0 || to >= rows.length) return;
    const [row = 0] = rows.splice(from, 1);
    rows.splice(to, 0, row);
    if (place === from) place = to;
    else if (from < place && to >= place) place -= 1;
    else if (from > place && to <= place) place += 1;
    remember();
    say(`${name(row)} is number ${to + 1} of ${rows.length.toLocaleString('en')}.`);
    changed(to, part);
  };
  const name = (/** @type {number} */ row) => known.get(row)?.title || known.get(row)?.id || `song ${row + 1}`;

  const entry = (/** @type {number} */ row, /** @type {number} */ k) => {
    const item = make('li');
    const song = button('', () => play(k), { class: 'song' });
    song.append(...label(known.get(row) ?? { row, cluster: -1 }));
    if (k === place) item.setAttribute('aria-current', 'true');
    const small = (/** @type {string} */ sign, /** @type {string} */ kind, /** @type {string} */ says, /** @type {() => void} */ act) =>
      button(sign, act, { class: `small ${kind}`, 'aria-label': `${says} ${name(row)}`, title: says });
    item.append(song, small('↑', 'up', 'Move up', () => move(k, k - 1, '.up')), small('↓', 'down', 'Move down', () => move(k, k + 1, '.down')), small('×', 'remove', 'Remove', () => remove(k)));
    item.addEventListener('keydown', (event) => keyed(event, item, k));
    return item;
  };

  /** @param {KeyboardEvent} event @param {HTMLElement} item @param {number} k */
  const keyed = (event, item, k) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step && event.altKey) move(k, k + step);
    else if (step) beside(item, step)?.focus();
    else if (event.key === 'Delete') remove(k);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const open = (/** @type {boolean} */ wanted) => {
    panel.hidden = !wanted;
    toggle.setAttribute('aria-expanded', String(wanted));
    if (wanted) changed(Math.max(place, 0));
    else toggle.focus();
  };
  toggle.addEventListener('click', () => open(Boolean(panel.hidden)));
  at('queue-close').addEventListener('click', () => open(false));
  panel.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    open(false);
  });
  at('queue-clear').addEventListener('click', () => {
    rows = [];
    place = -1;
    remember();
    changed(0);
  });
  at('queue-keep').addEventListener('submit', (event) => {
    event.preventDefault();
    trying(async () => {
      const form = /** @type {HTMLSelectElement} */ (at('format')).value;
      const answer = await post('/api/playlist', { rows, name: title.value || 'queue', order: 'as-is', format: form, save: true });
      say(`Saved ${answer.saved} (${[counted(answer.songs), ...answer.notes].join('; ')})`);
    });
  });

  changed();

  return {
    length: () => rows.length,
    place: () => place,
    row: () => rows[place],
    /** Let a place be the one that plays. @param {number} to @returns {boolean} whether there is one */
    go: (to) => {
      if (to < 0 || to >= rows.length) return false;
      place = to;
      changed();
      return true;
    },
    /** Begin anew with these songs. @param {number[]} songs */
    set: (songs) => { rows = [...songs]; place = -1; remember(); },
    /** Put a song right after the one that plays. @param {number} row */
    next: (row) => { rows.splice(place + 1, 0, row); remember(); },
    /** Put songs at the end. @param {number[]} songs */
    add: (songs) => {
      rows = rows.concat(songs);
      say(`${songs.length === 1 ? 'Added' : `${counted(songs.length)} added`} to the queue, ${rows.length.toLocaleString('en')} in all.`);
      remember();
      changed();
    },
    toggle: () => toggle.click(),
  };
}

/** The song before or after another in the list. @param {HTMLElement} item @param {number} step @returns {HTMLElement | null | undefined} */
function beside(item, step) {
  return (step < 0 ? item.previousElementSibling : item.nextElementSibling)?.querySelector('.song');
}
