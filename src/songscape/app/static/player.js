// @ts-check
/** The player: one song of the queue after the other, from files on this machine. */

import { at, label, say, trying } from './dom.js';
import { queue } from './queue.js';
import { get } from './server.js';

/** Songs in a row that cannot be played until the player gives up. */
const MOST_FAILED = 5;

/**
 * @param {{id: string, songs: number}} run
 * @param {(row: number) => void} now told which song plays
 */
export function player(run, now) {
  const audio = /** @type {HTMLAudioElement} */ (at('audio'));
  let failed = 0;
  let started = 0;
  const begin = (/** @type {number} */ place) => trying(async () => {
    if (!waiting.go(place)) return;
    const mine = ++started;
    const row = waiting.row() ?? 0;
    const [song] = await get('/api/songs', { rows: row });
    // While the server answered, another song may have been asked for.
    if (mine !== started) return;
    at('playing').replaceChildren(...label(song));
    audio.src = `/audio/${row}`;
    now(row);
    if (!failed) say('');
    await audio.play().catch((error) => { if (error.name !== 'AbortError' && !audio.error) throw error; });
  });
  const start = (/** @type {number} */ place) => {
    failed = 0;
    return begin(place);
  };
  const waiting = queue(run, start);
  const step = (/** @type {number} */ by) => start(waiting.place() + by);

  audio.addEventListener('ended', () => step(1));
  audio.addEventListener('playing', () => { failed = 0; });
  audio.addEventListener('error', () => {
    if (!audio.hasAttribute('src')) return;
    failed += 1;
    say(`${at('playing').querySelector('bdi')?.textContent ?? 'This song'} cannot be played: its file is gone, lies outside the music folders, or is of a kind this browser does not play.`, true);
    if (failed < MOST_FAILED) begin(waiting.place() + 1);
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
      if (audio.hasAttribute('src')) trying(async () => { if (audio.paused) await audio.play(); else audio.pause(); });
      else if (waiting.length()) start(Math.max(waiting.place(), 0));
      else return false;
      return true;
    },
  };
}
