// A plot as SVG, by hand: lines of medians over a logarithmic x, with a bar from the first to the third quarter.
import { median } from './measure.mjs';

const WIDTH = 720;
const HEIGHT = 360;
const LEFT = 60;
const RIGHT = 20;
const TOP = 50;
const BOTTOM = 60;
const COLOURS = ['#0969da', '#bc4c00', '#1a7f37'];

/** @param {{ title: string, x: string, y: string, lines: { name: string, points: [number, number[]][] }[] }} plot @returns the file's text */
export function curve({ title, x, y, lines }) {
  const xs = lines[0].points.map(([value]) => value);
  const top = niceTop(Math.max(...lines.flatMap(({ points }) => points.map(([, values]) => quarter(values, 0.75)))));
  const [low, high] = [Math.log10(xs[0]), Math.log10(xs.at(-1))];
  const atX = (value) => round(LEFT + ((Math.log10(value) - low) / (high - low)) * (WIDTH - LEFT - RIGHT - 20) + 10);
  const atY = (value) => round(HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM));
  const ticks = Array.from({ length: 6 }, (_, index) => (top * index) / 5);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#57606a" role="img" aria-label="${title}">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
<text x="${LEFT}" y="20" font-size="14" fill="#1f2328">${title}</text>
${ticks.map((value) => `<path d="M${LEFT} ${atY(value)}H${WIDTH - RIGHT}" stroke="#d0d7de"/>\n<text x="${LEFT - 8}" y="${atY(value) + 4}" text-anchor="end">${round(value)}</text>`).join('\n')}
${xs.map((value) => `<text x="${atX(value)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${value.toLocaleString('en')}</text>`).join('\n')}
<text x="${(WIDTH + LEFT) / 2}" y="${HEIGHT - 16}" text-anchor="middle">${x}</text>
<text transform="translate(16 ${(HEIGHT - BOTTOM + TOP) / 2}) rotate(-90)" text-anchor="middle">${y}</text>
${lines.map((line, index) => lineOf(line, COLOURS[index], index, atX, atY)).join('\n')}
</svg>
`;
}

function lineOf({ name, points }, colour, index, atX, atY) {
  const path = points.map(([x, values]) => `${atX(x)} ${atY(median(values))}`).join('L');
  const bars = points.map(([x, values]) => `M${atX(x)} ${atY(quarter(values, 0.25))}V${atY(quarter(values, 0.75))}`);
  const dots = points.map(
    ([x, values]) => `<circle cx="${atX(x)}" cy="${atY(median(values))}" r="4" fill="${colour}"/>`,
  );
  return `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2"/>
<path d="${bars.join('')}" stroke="${colour}" stroke-width="1"/>
${dots.join('\n')}
<circle cx="${LEFT + 10 + index * 180}" cy="36" r="4" fill="${colour}"/>
<text x="${LEFT + 20 + index * 180}" y="40">${name}</text>`;
}

function quarter(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * share)];
}

function niceTop(value) {
  const step = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 7.5, 10].map((times) => times * step).find((one) => one >= value);
}

const round = (value) => Math.round(value * 10) / 10;
