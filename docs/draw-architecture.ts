import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Draws docs/architecture.svg: the folders of the code as boxes, what they import as arrows. `npm run docs` writes it;
 * test/unit/architecture.test.ts fails if the committed picture is not what this draws.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
export const architectureFile = fileURLToPath(new URL('architecture.svg', import.meta.url));

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Placed {
  title: string;
  text: string;
  box: Box;
}

const WIDTH = 1000;
const ROW = 116;
const HEIGHT = 62;
const top = (row: number) => 84 + row * ROW;
const DELIVERY = 'shared/delivery';
/** The files that are directly in `shared`. */
const LOOSE = '*.ts';

/** Where each part of the code is in the picture. A folder that is missing here stops the script. */
const places: Readonly<Record<string, Placed>> = {
  'start.ts': {
    title: 'start.ts',
    text: 'npm start',
    box: { x: 400, y: top(0), width: 200, height: HEIGHT },
  },
  infra: {
    title: 'infra',
    text: 'the CDK app',
    box: { x: 20, y: top(1), width: 270, height: HEIGHT },
  },
  web: {
    title: 'web',
    text: 'the page, the element',
    box: { x: 20, y: top(2), width: 210, height: HEIGHT },
  },
  local: {
    title: 'local',
    text: 'runs the synthesized app',
    box: { x: 740, y: top(1), width: 220, height: HEIGHT },
  },
  client: {
    title: 'client',
    text: 'the client package',
    box: { x: 20, y: top(3), width: 210, height: HEIGHT },
  },
  functions: {
    title: 'functions',
    text: 'Lambda entry points, the two wires',
    box: { x: 340, y: top(3), width: 320, height: HEIGHT },
  },
  'shared/chat': {
    title: 'shared/chat',
    text: 'one operation in each file',
    box: { x: 340, y: top(4), width: 320, height: HEIGHT },
  },
  [DELIVERY]: {
    title: 'shared/delivery',
    text: 'from the log to every member',
    box: { x: 290, y: top(5), width: 420, height: 118 },
  },
  'shared/auth': {
    title: 'shared/auth',
    text: 'verifies tokens',
    box: { x: 750, y: top(5), width: 210, height: HEIGHT },
  },
  'shared/store': {
    title: 'shared/store',
    text: 'the DynamoDB table',
    box: { x: 340, y: top(6.5), width: 320, height: HEIGHT },
  },
  'shared/protocol': {
    title: 'shared/protocol',
    text: 'what clients and server exchange',
    box: { x: 340, y: top(7.5), width: 320, height: HEIGHT },
  },
  [`shared/${LOOSE}`]: {
    title: 'shared/*.ts',
    text: 'settings, ids, timing …',
    box: { x: 800, y: top(7.5), width: 160, height: HEIGHT },
  },
};

/** `infra` bundles the entry points by their path, without importing them. */
const bundles = { from: 'infra', to: 'functions' };

const isCode = (file: string) => /(?<!\.d)\.m?tsx?$|\.mjs$/.test(file);

function codeFiles(): string[] {
  const folders = ['infra', 'functions', 'shared', 'local', 'client', 'web'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  return ['start.ts', ...folders].filter((file) => isCode(file) && !file.includes('node_modules')).sort();
}

/** The part of the code that a file belongs to. */
function partOf(file: string): string {
  const [first = '', second = ''] = file.split('/');
  if (first !== 'shared') return first;
  return isCode(second) ? `shared/${LOOSE}` : `shared/${second}`;
}

const importsOf = (file: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import\(|import) ?'(\.[^']+)'/g)].map(
    ([, path = '']) => relative(root, join(root, dirname(file), path)),
  );

/** Which part imports which others. */
type Graph = Map<string, Set<string>>;

function graphOf(files: readonly string[]): Graph {
  const graph: Graph = new Map();
  for (const file of files) {
    const from = partOf(file);
    const to = graph.get(from) ?? new Set();
    graph.set(from, to);
    for (const imported of importsOf(file).map(partOf)) if (imported !== from) to.add(imported);
  }
  return graph;
}

/** Whether `to` can be reached from `from` other than directly: such an arrow would say nothing new. */
function isImplied(graph: Graph, from: string, to: string): boolean {
  const seen = new Set<string>([from]);
  const waiting = [...(graph.get(from) ?? [])].filter((next) => next !== to);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === to) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    waiting.push(...(graph.get(next) ?? []));
  }
  return false;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function boxSvg({ title, text, box: { x, y, width, height } }: Placed, kind: 'box' | 'group'): string {
  const middle = x + width / 2;
  return [
    `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>`,
    `<text class="title" x="${middle}" y="${y + 27}">${escaped(title)}</text>`,
    `<text class="text" x="${middle}" y="${y + 47}">${escaped(text)}</text>`,
  ].join('\n');
}

/** From one box to another beside it, or down; a long way down beside the boxes in between, and into the side of the other one. */
function arrowPath(from: Box, to: Box): string {
  const [fromX, toX] = [from.x + from.width / 2, to.x + to.width / 2];
  const [bottom, head] = [from.y + from.height, to.y - 3];
  if (from.y === to.y) {
    const [start, end] = fromX < toX ? [from.x + from.width, to.x - 3] : [from.x, to.x + to.width + 3];
    return `M${start} ${from.y + from.height / 2}H${end}`;
  }
  if (Math.abs(fromX - toX) < from.width / 2) return `M${toX} ${bottom}V${head}`;
  if (head - bottom > ROW) {
    const isToTheRight = fromX < toX;
    const x = isToTheRight ? from.x + from.width - 20 : from.x + 20;
    const side = isToTheRight ? to.x - 3 : to.x + to.width + 3;
    const middle = to.y + to.height / 2;
    return `M${x} ${bottom}V${middle - 12}Q${x} ${middle} ${x + (isToTheRight ? 12 : -12)} ${middle}H${side}`;
  }
  const bend = (bottom + head) / 2;
  return `M${fromX} ${bottom}C${fromX} ${bend} ${toX} ${bend} ${toX} ${head}`;
}

const arrowSvg = (path: string, kind = 'arrow') =>
  `<path class="${kind}" d="${path}" marker-end="url(#head)"/>`;

/** The folders within delivery, beside each other. They import each other, so arrows would say nothing. */
function deliverySvg(files: readonly string[]): string[] {
  const { box } = places[DELIVERY] as Placed;
  const prefix = `${DELIVERY}/`;
  const inside = files.filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length));
  const folders = [
    ...new Set(inside.filter((file) => file.includes('/')).map((file) => file.split('/')[0] ?? '')),
  ];
  const gap = 20;
  const width = (box.width - gap * (folders.length + 1)) / folders.length;
  return folders.sort().flatMap((folder, index) => {
    const x = box.x + gap + index * (width + gap);
    return [
      `<rect class="box" x="${x}" y="${box.y + 64}" width="${width}" height="36" rx="6"/>`,
      `<text class="title small" x="${x + width / 2}" y="${box.y + 87}">${escaped(folder)}</text>`,
    ];
  });
}

export function drawArchitecture(): string {
  const files = codeFiles();
  const graph = graphOf(files);
  const unplaced = [...graph.keys()].filter((part) => !Object.hasOwn(places, part));
  if (unplaced.length > 0) {
    throw new Error(`docs/draw-architecture.ts does not say where ${unplaced.join(', ')} belongs`);
  }
  const boxOf = (part: string) => (places[part] as Placed).box;
  const arrows = [...graph].flatMap(([from, imports]) =>
    [...imports]
      .filter((to) => !isImplied(graph, from, to))
      .sort()
      .map((to) => arrowSvg(arrowPath(boxOf(from), boxOf(to)))),
  );
  const height = top(7.5) + HEIGHT + 36;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="The folders of the code and what they import">
<style>
text { font-family: Helvetica, Arial, sans-serif; fill: #1b1f24; text-anchor: middle; }
.caption { font-size: 14px; fill: #57606a; }
.title { font-size: 16px; font-weight: bold; }
.small { font-size: 14px; }
.text { font-size: 13px; fill: #57606a; }
.page { fill: #ffffff; }
.box { fill: #f6f8fa; stroke: #57606a; stroke-width: 1.2; }
.group { fill: #ddebf9; stroke: #1f5fa8; stroke-width: 1.2; }
.arrow { fill: none; stroke: #1f5fa8; stroke-width: 1.8; }
.dashed { fill: none; stroke: #1f5fa8; stroke-width: 1.8; stroke-dasharray: 6 5; }
.head { fill: #1f5fa8; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.caption, .text { fill: #a4aeb8; }
.page { fill: #0d1117; }
.box { fill: #1c2129; stroke: #8b949e; }
.group { fill: #12263c; stroke: #6cb0f5; }
.arrow, .dashed { stroke: #6cb0f5; }
.head { fill: #6cb0f5; }
}
</style>
<defs><marker id="head" class="head" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z"/></marker></defs>
<rect class="page" width="${WIDTH}" height="${height}" rx="8"/>
<text class="caption" x="${WIDTH / 2}" y="34">An arrow means “imports”. Imports that follow from other arrows are left out.</text>
<text class="caption" x="${WIDTH / 2}" y="56">The dashed arrow means “bundles”: infra names the entry points, and esbuild bundles them.</text>
${[
  ...arrows,
  arrowSvg(arrowPath(boxOf(bundles.from), boxOf(bundles.to)), 'dashed'),
  ...Object.entries(places).map(([part, place]) => boxSvg(place, part === DELIVERY ? 'group' : 'box')),
  ...deliverySvg(files),
].join('\n')}
</svg>
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(architectureFile, drawArchitecture());
  console.log(`wrote ${relative(process.cwd(), architectureFile)}`);
}
