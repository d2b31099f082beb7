const bytes = Uint8Array.fromBase64(document.getElementById("data").textContent);
const n = bytes.length / 9, places = new Float32Array(bytes.buffer, 0, 2 * n);
const groups = new Uint8Array(bytes.buffer, 8 * n, n);
const x = new Float32Array(n), y = new Float32Array(n), colours = COLOURS;
for (let i = 0; i < n; i++) { x[i] = places[2 * i]; y[i] = places[2 * i + 1]; }
Plotly.newPlot("stage", [{ type: "scattergl", mode: "markers", x, y,
  marker: { size: 2, opacity: 0.6, color: Array.from(groups, (group) => colours[group]) } }],
  { dragmode: "pan", margin: { l: 0, r: 0, t: 0, b: 0 } }, { scrollZoom: true, displayModeBar: false })
  .then(() => { window.first = true; });
window.drawn = () => window.first;
