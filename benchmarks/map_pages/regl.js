const bytes = Uint8Array.fromBase64(document.getElementById("data").textContent);
const n = bytes.length / 9, places = new Float32Array(bytes.buffer, 0, 2 * n);
const groups = new Uint8Array(bytes.buffer, 8 * n, n);
const x = new Float32Array(n), y = new Float32Array(n);
for (let i = 0; i < n; i++) { x[i] = places[2 * i]; y[i] = places[2 * i + 1]; }
const canvas = document.querySelector("canvas");
const plot = createScatterplot({ canvas, width: innerWidth, height: innerHeight, pointSize: 2,
  opacity: 0.6, colorBy: "category", pointColor: COLOURS });
plot.draw({ x, y, z: Float32Array.from(groups) }).then(() => { window.first = true; });
window.drawn = () => window.first;
