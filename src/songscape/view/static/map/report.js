// @ts-check
/** Bring the report's map to life, or leave its picture and say why. */
import { decode, unpack } from "./data.js";
import { SongMap } from "./map.js";
import { connect } from "./panel.js";

/** @param {HTMLElement} root */
async function start(root) {
  const block = root.querySelector('[data-map="data"]');
  const stage = root.querySelector('[data-map="stage"]');
  if (!block || !(stage instanceof HTMLElement)) return;
  const data = decode(await unpack(block.textContent ?? ""));
  // The text is as large as the data and not needed again.
  block.remove();
  root.hidden = false;
  const map = new SongMap(stage, data);
  connect(root, map);
  document.getElementById(root.dataset["instead"] ?? "")?.setAttribute("hidden", "");
  Object.assign(root, { map });
  root.dispatchEvent(new Event("ready"));
}

for (const root of document.querySelectorAll(".live-map")) {
  if (!(root instanceof HTMLElement)) continue;
  start(root).catch((/** @type {unknown} */ error) => {
    root.hidden = true;
    const message = document.getElementById(root.dataset["message"] ?? "");
    if (message) message.hidden = false;
    root.dispatchEvent(new CustomEvent("failed", { detail: String(error) }));
  });
}
