// @ts-check
/** What lies over the points: names, a region's outline, the lasso, a path. Redrawn with the view only. */
import { outline, placed } from "./names.js";

/** @typedef {import("./colours.js").Theme} Theme */
/** @typedef {import("./names.js").Region} Region */
/** @typedef {(x: number, y: number, z: number) => [number, number, number]} Project */
/** @typedef {{lines: string[], left: number, top: number, width: number, height: number, shade: number, font: string}} Name */

/**
 * @typedef {object} Scene
 * @property {Project} project
 * @property {number} width
 * @property {number} height
 * @property {number} covered pixels at the right where no name is written
 * @property {Region[]} regions to be named, the largest first
 * @property {Region | null} outlined
 * @property {[number, number, number][]} path places of a way through songs
 * @property {[number, number][]} lasso corners in pixels
 * @property {{text: string, place: [number, number, number]}[]} songs whose titles may be written
 * @property {boolean} crosshair
 * @property {number} above pixels that names stand above their places, so that lone dots are seen
 */

const MOST_NAMES = 24;
/** Square pixels of the map for each name. */
const ROOM = 40_000;
const LINE = 17;
const ONE_LINE = 20;
const LONGEST = 34;

/**
 * Draw the overlay.
 * @param {CanvasRenderingContext2D} ink
 * @param {Scene} scene
 * @param {Theme} theme
 */
export function drawOverlay(ink, scene, theme) {
  ink.clearRect(0, 0, scene.width, scene.height);
  ink.lineJoin = "round";
  ink.lineCap = "round";
  if (scene.outlined) drawOutline(ink, scene.outlined, scene.project, theme);
  drawPath(ink, scene, theme);
  drawNames(ink, scene, theme);
  drawLasso(ink, scene.lasso, theme);
  if (scene.crosshair) drawCrosshair(ink, scene, theme);
}

/** @param {CanvasRenderingContext2D} ink @param {Region} region @param {Project} project @param {Theme} theme */
function drawOutline(ink, region, project, theme) {
  ink.beginPath();
  for (const [x1, y1, x2, y2] of outline(region)) {
    const [left1, top1] = project(x1, y1, region.z);
    const [left2, top2] = project(x2, y2, region.z);
    ink.moveTo(left1, top1);
    ink.lineTo(left2, top2);
  }
  stroke(ink, theme.paper, 4.5);
  stroke(ink, theme.ink, 1.5);
}

/** @param {CanvasRenderingContext2D} ink @param {Scene} scene @param {Theme} theme */
function drawPath(ink, { path, project }, theme) {
  if (path.length < 2) return;
  const corners = path.map(([x, y, z]) => project(x, y, z));
  ink.beginPath();
  for (const [left, top] of corners) ink.lineTo(left, top);
  stroke(ink, theme.paper, 5);
  stroke(ink, theme.ink, 2);
  corners.forEach(([left, top], k) => {
    const end = k === 0 || k === corners.length - 1;
    ink.beginPath();
    ink.arc(left, top, end ? 5.5 : 3.5, 0, 2 * Math.PI);
    ink.fillStyle = k === 0 ? theme.paper : theme.ink;
    ink.fill();
    stroke(ink, theme.ink, 2);
  });
}

/** @param {CanvasRenderingContext2D} ink @param {Scene} scene @param {Theme} theme */
function drawNames(ink, scene, theme) {
  const width = scene.width - scene.covered;
  const names = placed(
    scene.regions.slice(0, Math.min(Math.ceil((width * scene.height) / ROOM), MOST_NAMES)).map((region, rank) => raised(named(ink, region, rank, scene.project, theme), scene.above)),
    width, scene.height, 5,
  );
  const titles = scene.songs.map(({ text, place }) => titled(ink, text, scene.project(...place), theme));
  const all = [...names, ...placed([...names.map(atRest), ...titles], width, scene.height, 0).filter(({ shade }) => shade < 0)];
  ink.textAlign = "center";
  ink.textBaseline = "middle";
  for (const name of all) drawName(ink, name, theme);
}

/** @param {CanvasRenderingContext2D} ink @param {Name & {at: [number, number]}} name @param {Theme} theme */
function drawName(ink, { lines: parts, at: [x, y], shade, font, width, height }, theme) {
  ink.font = font;
  ink.lineWidth = shade < 0 ? 3 : 4.5;
  ink.strokeStyle = theme.paper;
  ink.fillStyle = shade < 0 ? theme.muted : theme.ink;
  const heights = parts.map((_, k) => y + (k - (parts.length - 1) / 2) * LINE);
  parts.forEach((part, k) => ink.strokeText(part, x, heights[k] ?? y));
  parts.forEach((part, k) => ink.fillText(part, x, heights[k] ?? y));
  if (shade >= 0) drawBar(ink, [x, y + height / 2 - 2], width, theme.group(shade));
}

/** A short bar in the region's colour under its name. @param {CanvasRenderingContext2D} ink @param {[number, number]} at @param {number} width @param {string} colour */
function drawBar(ink, [x, y], width, colour) {
  const half = Math.min(width / 2, 16);
  ink.fillStyle = colour;
  ink.fillRect(x - half, y - 1, 2 * half, 3);
}

/** @param {Name} name @param {number} above @returns {Name} */
function raised(name, above) {
  return { ...name, top: name.top - (above && above + name.height / 2) };
}

/** A placed name as an obstacle for what comes after. @template {Name & {at: [number, number]}} N @param {N} name @returns {Name} */
function atRest(name) {
  return { ...name, left: name.at[0], top: name.at[1] };
}

/** @param {CanvasRenderingContext2D} ink @param {Region} region @param {number} rank @param {Project} project @param {Theme} theme @returns {Name} */
function named(ink, region, rank, project, theme) {
  const [left, top] = project(region.x, region.y, region.z);
  const font = `600 ${rank < 4 ? 15 : 13.5}px ${theme.family}`;
  ink.font = font;
  const parts = wrapped(region.name).map(clipped);
  const width = Math.max(...parts.map((part) => ink.measureText(part).width));
  return { lines: parts, left, top, width, height: LINE * parts.length + 9, shade: region.shade, font };
}

/** @param {CanvasRenderingContext2D} ink @param {string} text @param {[number, number, number]} at @param {Theme} theme @returns {Name} */
function titled(ink, text, at, theme) {
  const font = `400 12px ${theme.family}`;
  ink.font = font;
  const short = clipped(text);
  return { lines: [short], left: at[0], top: at[1] + 13, width: ink.measureText(short).width, height: 15, shade: -1, font };
}

/** A long name on two lines, broken after a comma or space near its middle. @param {string} text @returns {string[]} */
function wrapped(text) {
  if (text.length <= ONE_LINE) return [text];
  const breaks = [...text.matchAll(/, | /g)].map((gap) => ({
    // A comma is the better place, so it may lie a little further off.
    cost: Math.abs(gap.index - text.length / 2) - (gap[0] === ", " ? 5 : 0),
    end: gap.index + gap[0].trimEnd().length,
    next: gap.index + gap[0].length,
  }));
  const best = breaks.sort((a, b) => a.cost - b.cost)[0];
  return best ? [text.slice(0, best.end), text.slice(best.next)] : [text];
}

/** @param {string} text */
function clipped(text) {
  const letters = [...text];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("").trimEnd()}…` : text;
}

/** @param {CanvasRenderingContext2D} ink @param {[number, number][]} lasso @param {Theme} theme */
function drawLasso(ink, lasso, theme) {
  if (!lasso.length) return;
  ink.beginPath();
  for (const corner of lasso) ink.lineTo(...corner);
  ink.closePath();
  ink.fillStyle = `${theme.accent}1f`;
  ink.fill();
  stroke(ink, theme.accent, 2);
  const [first] = lasso;
  if (first && lasso.length === 1) {
    ink.beginPath();
    ink.arc(...first, 3, 0, 2 * Math.PI);
    stroke(ink, theme.accent, 2);
  }
}

/** @param {CanvasRenderingContext2D} ink @param {Scene} scene @param {Theme} theme */
function drawCrosshair(ink, { width, height }, theme) {
  const [x, y] = [width / 2, height / 2];
  ink.beginPath();
  for (const [right, down] of /** @type {[number, number][]} */ ([[1, 0], [-1, 0], [0, 1], [0, -1]])) {
    ink.moveTo(x + 5 * right, y + 5 * down);
    ink.lineTo(x + 14 * right, y + 14 * down);
  }
  stroke(ink, theme.paper, 4);
  stroke(ink, theme.ink, 1.5);
}

/** @param {CanvasRenderingContext2D} ink @param {string} colour @param {number} width */
function stroke(ink, colour, width) {
  ink.strokeStyle = colour;
  ink.lineWidth = width;
  ink.stroke();
}
