// @ts-check
/** Draw points by WebGL 2: one call per frame, nothing while nothing changes. */

/** @typedef {import("./camera.js").Camera} Camera */

/** How a point is drawn, beside its shade. */
export const PLAIN = 0;
export const FADED = 1;
export const CHOSEN = 2;
export const HIDDEN = 3;

const FADED_OPACITY = 0.3;

const VERTEX = `#version 300 es
layout(location = 0) in vec2 place;
layout(location = 1) in float height;
layout(location = 2) in uvec2 look;
uniform mat4 view;
uniform float size;
uniform float opacity;
uniform sampler2D palette;
out vec4 ink;
void main() {
  vec4 shade = texelFetch(palette, ivec2(look.x, 0), 0);
  gl_Position = look.y == ${HIDDEN}u ? vec4(2.0) : view * vec4(place, height, 1.0);
  float near = 1.0 / gl_Position.w;
  bool chosen = look.y == ${CHOSEN}u;
  gl_PointSize = max(1.0, size * near * (chosen ? 1.35 : 1.0));
  float cover = chosen ? max(opacity, 0.85) : look.y == ${FADED}u ? opacity * ${FADED_OPACITY.toFixed(1)} : opacity;
  ink = vec4(shade.rgb, 1.0) * clamp(cover * mix(1.0, near, 0.5), 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
uniform float round;
in vec4 ink;
out vec4 colour;
void main() {
  colour = ink;
  if (round > 0.0) colour *= clamp(round - length(gl_PointCoord - 0.5) * 2.0 * round + 0.5, 0.0, 1.0);
}`;

/** The points of a map on a canvas. */
export class Points {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Uint16Array} x
   * @param {Uint16Array} y
   * @throws {Error} where there is no WebGL 2
   */
  constructor(canvas, x, y) {
    this.canvas = canvas;
    this.x = x;
    this.y = y;
    this.n = x.length;
    this.step = stride(this.n);
    /** @type {Uint16Array | null} height of the relief */
    this.z = null;
    /** Shade and mark of every point, in drawing order. */
    this.looks = new Uint8Array(2 * this.n);
    /** @type {Uint8Array<ArrayBuffer>} */
    this.palette = new Uint8Array(4 * 256);
    this.crowd = crowding(x, y);
    const gl = canvas.getContext("webgl2", { alpha: true, antialias: false, preserveDrawingBuffer: false, powerPreference: "high-performance" });
    if (!gl) throw new Error("WebGL 2 is not available.");
    this.gl = gl;
    this.build();
  }

  /** Make everything that lives on the graphics card; also after it was lost. */
  build() {
    const { gl } = this;
    const program = linked(gl);
    this.program = program;
    gl.useProgram(program);
    const place = (/** @type {string} */ name) => gl.getUniformLocation(program, name);
    this.uniforms = { view: place("view"), size: place("size"), opacity: place("opacity"), round: place("round") };
    this.buffers = { places: gl.createBuffer(), heights: gl.createBuffer(), looks: gl.createBuffer() };
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers.places);
    gl.bufferData(gl.ARRAY_BUFFER, this.#ordered(), gl.STATIC_DRAW);
    gl.vertexAttribPointer(0, 2, gl.UNSIGNED_SHORT, true, 0, 0);
    gl.enableVertexAttribArray(0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers.looks);
    gl.bufferData(gl.ARRAY_BUFFER, this.looks, gl.DYNAMIC_DRAW);
    gl.vertexAttribIPointer(2, 2, gl.UNSIGNED_BYTE, 0, 0);
    gl.enableVertexAttribArray(2);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.raise(this.z);
    this.paint(this.palette);
  }

  /**
   * Positions in drawing order: a stride through the block, so that the first points drawn are an
   * even sample of all and no group of songs hides another.
   */
  #ordered() {
    const both = new Uint16Array(2 * this.n);
    for (let k = 0, point = 0; k < this.n; k++, point = (point + this.step) % this.n) {
      both[2 * k] = this.x[point] ?? 0;
      both[2 * k + 1] = this.y[point] ?? 0;
    }
    return both;
  }

  /** Set the height of every point, or none. @param {Uint16Array | null} z */
  raise(z) {
    const { gl } = this;
    this.z = z;
    if (!z) {
      gl.disableVertexAttribArray(1);
      gl.vertexAttrib1f(1, 0.5);
      return;
    }
    const heights = new Uint16Array(this.n);
    for (let k = 0, point = 0; k < this.n; k++, point = (point + this.step) % this.n) heights[k] = z[point] ?? 0;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers?.heights ?? null);
    gl.bufferData(gl.ARRAY_BUFFER, heights, gl.STATIC_DRAW);
    gl.vertexAttribPointer(1, 1, gl.UNSIGNED_SHORT, true, 0, 0);
    gl.enableVertexAttribArray(1);
  }

  /**
   * Set shade and mark of every point.
   * @param {Uint8Array} shades index into the palette, by point
   * @param {Uint8Array} marks PLAIN, FADED, CHOSEN or HIDDEN
   */
  dress(shades, marks) {
    const { gl, looks } = this;
    for (let k = 0, point = 0; k < this.n; k++, point = (point + this.step) % this.n) {
      looks[2 * k] = shades[point] ?? 0;
      looks[2 * k + 1] = marks[point] ?? 0;
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers?.looks ?? null);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, looks);
  }

  /** Set the colours of the shades, RGBA. @param {Uint8Array<ArrayBuffer>} palette of length 1024 */
  paint(palette) {
    const { gl } = this;
    this.palette = palette;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, palette);
  }

  /**
   * Draw at most `most` points; fewer are drawn more strongly, so that the picture stays the same.
   * @param {Camera} camera
   * @param {number} ratio device pixels per pixel
   * @param {number} most
   */
  draw(camera, ratio, most) {
    const { gl, canvas, uniforms } = this;
    if (gl.isContextLost()) return;
    const count = Math.min(this.n, most);
    const size = ratio * this.diameter(camera);
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniformMatrix4fv(uniforms?.view ?? null, false, camera.matrix);
    gl.uniform1f(uniforms?.size ?? null, size);
    gl.uniform1f(uniforms?.round ?? null, size < 2.5 ? 0 : size / 2);
    gl.uniform1f(uniforms?.opacity ?? null, this.opacity(camera, count));
    gl.drawArrays(gl.POINTS, 0, count);
  }

  /** Call back when all that was drawn is finished, with the milliseconds it took. @param {(took: number) => void} then */
  finished(then) {
    const { gl } = this;
    const start = performance.now();
    const sync = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    const look = () => {
      const waits = sync && !gl.isContextLost() && gl.getSyncParameter(sync, gl.SYNC_STATUS) !== gl.SIGNALED;
      if (waits) return void setTimeout(look, 2);
      gl.deleteSync(sync);
      then(performance.now() - start);
    };
    setTimeout(look);
  }

  /** Width of a point in pixels: small where there are many, larger as one comes near. @param {Camera} camera */
  diameter(camera) {
    const room = Math.sqrt((camera.width * camera.height) / Math.max(this.n, 1));
    return Math.min(Math.max(0.62 * room, 1.6), 9) * Math.min(camera.zoom ** 0.28, 2.6);
  }

  /**
   * Opacity at which the typical crowd of points on the screen is neither faint nor solid.
   * @param {Camera} camera
   * @param {number} count points drawn
   */
  opacity(camera, count) {
    const share = count / Math.max(this.n, 1);
    const piled = (this.crowd * share * this.diameter(camera) ** 2) / camera.scale ** 2;
    return Math.min(Math.max(1 - 0.3 ** (1 / Math.max(piled, 1e-6)), 0.07), 0.88);
  }

  /** Give the graphics card back. */
  destroy() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

/** Points per unit square where a typical point lies. @param {Uint16Array} x @param {Uint16Array} y */
function crowding(x, y) {
  // Cells of a few points each: finer ones would call every lone point a crowd.
  const bits = Math.min(Math.max(Math.round(Math.log2(Math.sqrt(x.length / 4) + 1)), 3), 7);
  const [side, shift] = [2 ** bits, 16 - bits];
  const counts = new Uint32Array(side * side);
  for (let i = 0; i < x.length; i++) {
    const cell = ((y[i] ?? 0) >> shift) * side + ((x[i] ?? 0) >> shift);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  const sorted = counts.filter((count) => count > 0).sort();
  let below = 0;
  for (const count of sorted) {
    below += count;
    if (below >= 0.6 * x.length) return count * side * side;
  }
  return side * side;
}

/** A step that visits all of `n` points once, near n over the golden ratio. @param {number} n */
function stride(n) {
  let step = Math.max(1, Math.round(n * 0.618034));
  while (n > 1 && divisor(step, n) > 1) step++;
  return step;
}

/** @param {number} a @param {number} b @returns {number} */
function divisor(a, b) {
  return b === 0 ? a : divisor(b, a % b);
}

/** @param {WebGL2RenderingContext} gl */
function linked(gl) {
  const program = gl.createProgram();
  for (const [kind, text] of /** @type {[number, string][]} */ ([[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]])) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error("The graphics context is lost.");
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`The map's shader does not link: ${gl.getProgramInfoLog(program)}`);
  }
  return program;
}
