const bytes = Uint8Array.fromBase64(document.getElementById("data").textContent);
const n = bytes.length / 9, places = new Float32Array(bytes.buffer, 0, 2 * n);
const groups = new Uint8Array(bytes.buffer, 8 * n, n);
const canvas = document.querySelector("canvas"), gl = canvas.getContext("webgl2");
canvas.width = innerWidth; canvas.height = innerHeight;
const program = gl.createProgram();
for (const [kind, text] of [[gl.VERTEX_SHADER, `#version 300 es
in vec2 place; in float group; uniform vec3 view; uniform vec2 shape; uniform vec3 palette[12];
out vec3 ink;
void main() { gl_Position = vec4((place - view.xy) * view.z * shape, 0, 1); gl_PointSize = 2.0;
  ink = palette[int(group)]; }`], [gl.FRAGMENT_SHADER, `#version 300 es
precision mediump float; in vec3 ink; out vec4 colour; void main() { colour = vec4(ink, 1) * 0.6; }`]]) {
  const shader = gl.createShader(kind); gl.shaderSource(shader, text); gl.compileShader(shader);
  gl.attachShader(program, shader);
}
gl.bindAttribLocation(program, 0, "place"); gl.bindAttribLocation(program, 1, "group");
gl.linkProgram(program); gl.useProgram(program);
[[places, 2, gl.FLOAT], [groups, 1, gl.UNSIGNED_BYTE]].forEach(([values, size, type], k) => {
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer()); gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
  gl.enableVertexAttribArray(k); gl.vertexAttribPointer(k, size, type, false, 0, 0);
});
gl.uniform3fv(gl.getUniformLocation(program, "palette"), PALETTE);
gl.uniform2f(gl.getUniformLocation(program, "shape"), innerHeight / innerWidth, 1);
gl.enable(gl.BLEND); gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
const view = [0, 0, 0.9]; let held = null;
const draw = () => { gl.viewport(0, 0, canvas.width, canvas.height);
  gl.clear(gl.COLOR_BUFFER_BIT); gl.uniform3fv(gl.getUniformLocation(program, "view"), view);
  gl.drawArrays(gl.POINTS, 0, n); window.first = true; };
let waiting = 0; const ask = () => waiting ||= requestAnimationFrame(() => { waiting = 0; draw(); });
canvas.onwheel = (event) => { view[2] *= Math.exp(-event.deltaY * 0.0016); ask(); };
canvas.onpointerdown = (event) => held = event; onpointerup = () => held = null;
canvas.onpointermove = (event) => { if (!held) return; const scale = 2 / innerHeight / view[2];
  view[0] -= (event.clientX - held.clientX) * scale; view[1] += (event.clientY - held.clientY) * scale;
  held = event; ask(); };
window.drawn = () => window.first; ask();
