// @ts-check
/** Requests to the server this page came from. */

/** @typedef {{row: number, id?: string, title?: string, artist?: string, album?: string, genre?: string, cluster: number}} Song */

/** Stands after # in the address that songscape printed; the server never sees it there. */
const token = location.hash.slice(1) || sessionStorage.getItem('token') || '';
if (location.hash) {
  sessionStorage.setItem('token', token);
  history.replaceState(null, '', location.pathname);
}

/** @param {Response} answer */
async function checked(answer) {
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  throw new Error(told.error || `The server answered ${answer.status}.`);
}

/**
 * @param {string} path
 * @param {Record<string, string | number>} [query]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function get(path, query = {}, signal) {
  const words = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  const answer = await fetch(`${path}?${words}`, { signal });
  return (await checked(answer)).json();
}

/** Bytes, or null where there are none. @param {string} path */
export async function packed(path) {
  const answer = await fetch(path);
  return answer.status === 404 ? null : (await checked(answer)).arrayBuffer();
}

/**
 * @param {string} path
 * @param {unknown} body
 * @returns {Promise<any>}
 */
export async function post(path, body) {
  const headers = { 'Content-Type': 'application/json', 'X-Songscape-Token': token };
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await checked(answer)).json();
}
