// @ts-check
/** The list of clusters: shown or not, and called what. */

import { at, button, make, say, trying } from './dom.js';
import { post } from './server.js';

/** @typedef {{cluster: number, name: string, size: number, colour: string}} Cluster */

/**
 * @param {Cluster[]} clusters
 * @param {(shown: Set<number>) => void} filter
 * @param {(clusters: Cluster[]) => void} renamed
 */
export function clusters(clusters, filter, renamed) {
  const list = at('clusters');
  const shown = new Set(clusters.map((one) => one.cluster));

  const rename = (/** @type {Cluster} */ one, /** @type {HTMLElement} */ item) => {
    const box = make('input', { type: 'text', maxlength: '80', 'aria-label': `New name of ${one.name}; empty for its own` });
    box.value = one.name;
    let done = false;
    const end = (/** @type {boolean} */ keep, /** @type {boolean} */ byKey) => trying(async () => {
      if (done) return;
      done = true;
      try {
        if (keep && box.value !== one.name) {
          const answer = await post('/api/name', { cluster: one.cluster, name: box.value });
          one.name = answer.name;
          say(`Cluster ${one.cluster} is called “${one.name}” from now on.`);
          renamed(clusters);
        }
      } finally {
        // Also where the name was refused: the box takes no second one. The others stay, as
        // another may be getting its name by now, and a pointer has taken the keyboard elsewhere.
        const fresh = line(one);
        item.replaceWith(fresh);
        if (byKey) fresh.querySelector('button')?.focus();
      }
    });
    box.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Enter') end(true, true);
      if (event.key === 'Escape') end(false, true);
    });
    box.addEventListener('blur', () => end(true, false));
    item.replaceChildren(make('span'), box);
    box.focus();
    box.select();
  };

  const line = (/** @type {Cluster} */ one) => {
    const id = `cluster-${one.cluster}`;
    const item = make('li');
    const box = make('input', { type: 'checkbox', id });
    box.checked = shown.has(one.cluster);
    box.style.setProperty('--swatch', one.colour);
    box.addEventListener('change', () => {
      if (box.checked) shown.add(one.cluster); else shown.delete(one.cluster);
      filter(shown);
    });
    const edit = button('✎', () => rename(one, item), { class: 'edit', 'aria-label': `Rename ${one.name}`, title: 'Rename' });
    if (one.cluster < 0) edit.hidden = true;
    item.append(box, make('label', { for: id }, make('bdi', {}, one.name)), make('span', { class: 'number' }, one.size.toLocaleString('en')), edit);
    return item;
  };

  list.replaceChildren(...clusters.map(line));
}
