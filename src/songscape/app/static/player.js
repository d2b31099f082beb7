// @ts-check
/** The player: one song after the other, from files on this machine. */

import { at, label, say, trying } from './dom.js';
import { get } from './server.js';

/** @param {(row: number) => void} now told which song plays */
export function player(now) {
  const audio = /** @type {HTMLAudioElement} */ (at('audio'));
  const before = /** @type {HTMLButtonElement} */ (at('before'));
  const after = /** @type {HTMLButtonElement} */ (at('after'));
  /** @type {number[]} */
  let queue = [];
  let place = -1;

  const start = (/** @type {number} */ next) => trying(async () => {
    if (next < 0 || next >= queue.length) return;
    place = next;
    before.disabled = place === 0;
    after.disabled = place === queue.length - 1;
    const row = queue[place] ?? 0;
    const [song] = await get('/api/songs', { rows: row });
    at('playing').replaceChildren(...label(song), queue.length > 1 ? ` · ${place + 1} of ${queue.length.toLocaleString('en')}` : '');
    audio.src = `/audio/${row}`;
    now(row);
    say('');
    await audio.play().catch((error) => { if (error.name !== 'AbortError' && !audio.error) throw error; });
  });

  audio.addEventListener('ended', () => start(place + 1));
  audio.addEventListener('error', () => {
    if (!audio.src) return;
    say('This song cannot be played: its file is gone, lies outside the music folders, or is of a kind this browser does not play.', true);
    if (place + 1 < queue.length) start(place + 1);
  });
  before.addEventListener('click', () => start(place - 1));
  after.addEventListener('click', () => start(place + 1));

  return {
    /** @param {number[]} rows */
    play: (rows) => { queue = rows; return start(0); },
    /** Play or pause; nothing where no song was begun. */
    toggle: () => {
      if (!audio.src) return false;
      if (audio.paused) trying(() => audio.play()); else audio.pause();
      return true;
    },
  };
}
