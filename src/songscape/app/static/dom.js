// @ts-check
/** Small pieces of the page. Texts of songs only ever go through textContent. */

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @returns {T}
 */
export function at(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return /** @type {T} */ (found);
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/**
 * @param {string} text
 * @param {() => void} press
 * @param {Record<string, string>} [attributes]
 */
export function button(text, press, attributes = {}) {
  const made = make('button', { type: 'button', ...attributes }, text);
  made.addEventListener('click', press);
  return made;
}

/** How many songs, in words. @param {number} number */
export const counted = (number) => `${number.toLocaleString('en')} ${number === 1 ? 'song' : 'songs'}`;

/** @param {import('./server.js').Song} song */
export function label(song) {
  const title = make('bdi', {}, song.title || song.id || `song ${song.row + 1}`);
  return song.artist ? [title, ' ', make('small', {}, make('bdi', {}, song.artist))] : [title];
}

/** A button that puts a song at the end of the queue. @param {import('./server.js').Song} song @param {(row: number) => void} wait */
export function waiting(song, wait) {
  return button('+', () => wait(song.row), { class: 'small sounding', title: 'Queue', 'aria-label': `Put ${song.title || song.id || 'the song'} in the queue` });
}

/**
 * @param {string} text
 * @param {boolean} [wrong]
 */
export function say(text, wrong = false) {
  const line = at('say');
  line.textContent = text;
  line.classList.toggle('wrong', wrong);
}

/**
 * Run something that asks the server; what goes wrong is told.
 * @param {() => Promise<void>} work
 */
export async function trying(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError')) say(error instanceof Error ? error.message : String(error), true);
  }
}
