// @ts-check
/** The player: one song of the queue after the other, from files on this machine. */

import { at, label, say, trying } from './dom.js';
import { queue } from './queue.js';
import { get } from './server.js';

/**
 * @param {string} run its name
 * @param {(row: number) => void} now told which song plays
 */
export function player(run, now) {
  const audio = /** @type {HTMLAudioElement} */ (at('audio'));
  const start = (/** @type {number} */ place) => trying(async () => {
    if (!waiting.go(place)) return;
    const row = waiting.row() ?? 0;
    const [song] = await get('/api/songs', { rows: row });
    at('playing').replaceChildren(...label(song));
    audio.src = `/audio/${row}`;
    now(row);
    say('');
    await audio.play().catch((error) => { if (error.name !== 'AbortError' && !audio.error) throw error; });
  });
  const waiting = queue(run, start);
  const step = (/** @type {number} */ by) => start(waiting.place() + by);

  audio.addEventListener('ended', () => step(1));
  audio.addEventListener('error', () => {
    if (!audio.src) return;
    say('This song cannot be played: its file is gone, lies outside the music folders, or is of a kind this browser does not play.', true);
    step(1);
  });
  at('before').addEventListener('click', () => step(-1));
  at('after').addEventListener('click', () => step(1));

  return {
    queue: waiting,
    /** Play these songs instead of what was waiting. @param {number[]} rows */
    play: (rows) => { waiting.set(rows); return start(0); },
    /** Play a song now; what waits goes on after it. @param {number} row */
    now: (row) => { waiting.next(row); return step(1); },
    /** Play or pause, or begin with what waits; false where there is nothing. */
    toggle: () => {
      if (audio.src) trying(async () => { if (audio.paused) await audio.play(); else audio.pause(); });
      else if (waiting.length()) start(Math.max(waiting.place(), 0));
      else return false;
      return true;
    },
  };
}
