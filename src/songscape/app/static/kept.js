// @ts-check
/** Lists of songs that outlive a reload of the page, in what the browser keeps for this tab. */

/** Each song takes two letters of 15 bits, so that a million fit into the five million browsers give. */
const [FIRST, BITS, AT_ONCE] = [0x20, 15, 4096];

/** @param {number[]} rows */
function letters(rows) {
  const parts = [];
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const codes = rows.slice(at, at + AT_ONCE).flatMap((row) => [FIRST + (row >> BITS), FIRST + (row & (2 ** BITS - 1))]);
    parts.push(String.fromCharCode(...codes));
  }
  return parts.join('');
}

/** @param {string} text @returns {number[]} */
function rowsOf(text) {
  const part = (/** @type {number} */ at) => text.charCodeAt(at) - FIRST;
  return Array.from({ length: text.length >> 1 }, (_, k) => (part(2 * k) << BITS) | part(2 * k + 1));
}

/**
 * Keep a list.
 * @param {string} name
 * @param {number[]} rows
 * @returns {boolean} whether the browser had room for it
 */
export function keep(name, rows) {
  try {
    sessionStorage.setItem(name, letters(rows));
    return true;
  } catch {
    // What was kept before is no longer the list.
    sessionStorage.removeItem(name);
    return false;
  }
}

/**
 * A list as it was kept; none where there is none, or one of another run.
 * @param {string} name
 * @param {number} songs of the run
 * @returns {number[]}
 */
export function kept(name, songs) {
  const rows = rowsOf(sessionStorage.getItem(name) ?? '');
  return rows.every((row) => row >= 0 && row < songs) ? rows : [];
}
