import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root, snippetsOf } from '../support/doc-pages.ts';

/** The package as somebody has it who has nothing else of ours: packed, installed in an empty folder, and used. */

const theirs = mkdtempSync(join(tmpdir(), 'chat-package-'));
const modules = join(realpathSync(join(root, 'node_modules')));
let packed: { filename: string; size: number; files: { path: string }[] };
let running: ChildProcess | undefined;

/** What they have besides; links to what is installed here, so that nothing is downloaded. */
const besides = ['aws-cdk-lib', 'constructs', 'amplify-dynamodb-simulator', 'undici', 'ws', 'zod'];

const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: theirs, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

beforeAll(() => {
  const said = execFileSync('npm', ['pack', '--json', '--pack-destination', theirs], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  [packed] = JSON.parse(said.slice(said.indexOf('[\n')));
  writeFileSync(join(theirs, 'package.json'), '{"name": "theirs", "private": true, "type": "module"}');
  run(
    'npm',
    ...['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'],
    ...[`./${packed.filename}`, ...besides.map((name) => join(modules, name))],
  );
  const [app] = snippetsOf('README.md').filter(({ code }) => code.includes("from 'live-event-chat';"));
  writeFileSync(join(theirs, 'app.ts'), `${app?.code}`);
  writeFileSync(join(theirs, 'front.ts'), frontEnd);
}, 400_000);

afterAll(async () => {
  if (running && running.exitCode === null) {
    const ended = new Promise((resolve) => running?.on('exit', resolve));
    running.kill();
    await ended;
  }
  rmSync(theirs, { recursive: true, force: true });
});

/** Two people in an event; prints what the one hears of the other. */
const frontEnd = `
import { createChat } from 'live-event-chat/client';
import { limits, type Message } from 'live-event-chat/protocol';

const url = process.argv[2] ?? '';
const [ana, ben] = [createChat({ url }), createChat({ url })];
const { id } = await ana.events.create({ name: 'The show' });
const [hers, his] = [ana.join(id, { username: 'ana' }), ben.join(id, { username: 'ben' })];
const heard = new Promise<Pick<Message, 'text'>>((resolve) => {
  his.subscribe(() => {
    const [message] = his.snapshot.messages;
    if (message) resolve(message);
  });
});
await hers.send('hello from the package');
console.log((await heard).text, limits.textLength);
await Promise.all([ana.close(), ben.close()]);
`;

test('has what is run and its types, and no tests, sources or maps', () => {
  const paths = packed.files.map(({ path }) => path);
  expect(new Set(paths.map((path) => path.split('/')[0]))).toEqual(
    new Set(['LICENSE', 'README.md', 'dist', 'package.json']),
  );
  expect(paths.filter((path) => /\.(map|tsx)$|(?<!\.d)\.ts$|\btest\b/.test(path))).toEqual([]);
  expect(paths).toContain('dist/.build/functions/websocket/send-message/index.mjs');
  expect(packed.size).toBeLessThan(6_000_000);
});

test('is typed: an app and a front end compile, strictly, by what is installed alone', () => {
  const compilerOptions = {
    ...{ strict: true, target: 'es2023', module: 'nodenext' },
    ...{ lib: ['es2023', 'dom'], types: ['node'], typeRoots: [join(modules, '@types')] },
  };
  writeFileSync(
    join(theirs, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['app.ts', 'front.ts'] }),
  );
  run(process.execPath, join(modules, 'typescript/bin/tsc'), '-p', theirs);
  expect(readdirSync(theirs)).toEqual(expect.arrayContaining(['app.js', 'front.js']));
});

test('runs the app on the local stack: two people join, one hears what the other writes', async () => {
  const env = { ...process.env, PORT: '0' };
  running = spawn('npx', ['live-event-chat', '--app', 'node app.js'], {
    cwd: theirs,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    running?.on('exit', () => reject(new Error(`It ended: ${said.join('\n')}`)));
    createInterface({ input: running?.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      said.push(line);
      const [, found] = /Show\.WebSocketUrl\s+(ws:\S+)/.exec(line) ?? [];
      if (found) resolve(found);
    });
  });
  expect(run(process.execPath, '--experimental-websocket', 'front.js', url)).toMatch(
    /^hello from the package \d+\n$/,
  );
});

test('says what it can do, and what is missing', () => {
  expect(run('npx', 'live-event-chat', '--help')).toContain('npx live-event-chat --app "node app.mjs"');
  expect(() => execFileSync('npx', ['live-event-chat'], { cwd: theirs, stdio: 'pipe' })).toThrow(
    /Which app\? --app "node app\.mjs", or "app" in cdk\.json/,
  );
});
