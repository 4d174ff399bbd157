import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { startDynamoDB } from '../../local/dynamodb/dynamodb-local.ts';
import { closeServer, listen } from '../../local/loopback.ts';
import { refusal } from '../support/chat.ts';
import { ChatClient } from '../support/chat-client.ts';
import { snippetsOf } from '../support/doc-pages.ts';
import { connect } from './gateway/socket.ts';
import { plainChat } from './support/plain-chat.ts';
import { synthesizeApp } from './support/start-app.ts';

// `npm start` as a user runs it.
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'start-'));
const file = join(folder, 'file');
writeFileSync(file, '');
const notCode = join(folder, 'reviewer.mjs');
writeFileSync(notCode, 'export const handler =');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
    cwd: root,
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (printed += data));
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, exited, printed: () => printed };
}

/** Everything that a process has started, its children's children too. */
function descendantsOf(pid: number | undefined): number[] {
  const pairs = execFileSync('ps', ['-A', '-o', 'pid=,ppid=']).toString().trim().split('\n');
  const children = pairs
    .map((pair) => pair.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .flatMap(([child = 0]) => [child, ...descendantsOf(child)]);
  return children;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0, '127.0.0.1');
  await closeServer(server);
  return port;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const noJava = { JAVA_HOME: '', PATH: folder, DYNAMODB: '' };
const hasJava = spawnSync('java', ['-version']).status === 0 && process.env.DYNAMODB !== 'memory';

const wrong: [what: string, args: string[], env: Record<string, string>, says: RegExp][] = [
  ['an unknown option', ['--isuer'], {}, /^Unknown option '--isuer'\. "npm start -- --help" shows/],
  ['a setting without a value', ['-c', 'sendBurst'], {}, /^-c sendBurst: expected key=value\.$/],
  ['an unknown setting', ['-c', 'sendBurts=1'], {}, /^Invalid settings:\n {2}sendBurts: no such setting/],
  ['a bad value', ['-c', 'sendBurst=many'], {}, /^Invalid settings:\n {2}sendBurst: must be a number$/],
  ['a port that is none', [], { PORT: '70000' }, /^PORT=70000 is not a port number\.$/],
  ['a port that is a word', [], { PORT: '0x50' }, /^PORT=0x50 is not a port number\.$/],
  ['faults that are no JSON', [], { FAULTS: '{' }, /^FAULTS is not JSON: .+$/],
  ['an unknown fault', [], { FAULTS: '{"drop":1}' }, /^FAULTS: Unrecognized key: "drop"$/],
  [
    'an assembly that is none',
    ['--assembly', folder],
    {},
    /^\/.+ is not a cloud assembly: it has no manifest/,
  ],
  [
    'settings of the chat for another app',
    ['--assembly', folder, '-c', 'a=b'],
    {},
    /^--assembly runs what is/,
  ],
  ['parameters for the chat', ['--parameters', 'a=b'], {}, /^--parameters is for --assembly; the chat has/],
  [
    'a parameter without a value',
    ['--assembly', folder, '--parameters', 'a'],
    {},
    /^--parameters a: expected/,
  ],
  ['a reviewer for another app', ['--assembly', folder, '--review', file], {}, /^--assembly runs what is/],
  ['a reviewer that is not there', ['--review', 'no.mjs'], {}, /^--review no\.mjs: there is no such file\.$/],
  [
    'a reviewer without a handler',
    ['--review', file],
    {},
    /^--review \/.+: must export a function called handler\.$/,
  ],
  ['a reviewer that is no module', ['--review', notCode], {}, /^--review \/.+: cannot be loaded: /],
  ['no Java for the data', [], { ...noJava, DATA_DIR: folder }, /^DynamoDB Local needs Java 11 or newer/],
  ['no Java for DynamoDB Local', ['--dynamodb', 'local'], noJava, /^DynamoDB Local needs Java 11 or newer/],
  [
    'data for a DynamoDB that keeps nothing',
    ['--dynamodb', 'memory'],
    { DATA_DIR: folder },
    /^The DynamoDB in memory keeps nothing: leave out DATA_DIR/,
  ],
  [
    'a DynamoDB of another kind',
    ['--dynamodb', 'mem'],
    {},
    /^There is no DynamoDB "mem": expected local or memory\.$/,
  ],
  [
    'a DATA_DIR that is a file',
    [],
    { DATA_DIR: file },
    /^DATA_DIR=.+ is not a folder that can be written to\.$/,
  ],
  [
    'a DynamoDB that is not there',
    [],
    { DYNAMODB_ENDPOINT: 'http://127.0.0.1:9' },
    /^No DynamoDB answers at/,
  ],
];

test.for(wrong)('%s is said before anything starts', async ([, args, env, says]) => {
  const { exited, printed } = run(['start.ts', ...args], env);
  expect(await exited).toBe(1);
  expect(printed().trim()).toMatch(says);
});

test('a port that is taken is said before anything starts', async () => {
  const server = createServer();
  const port = await listen(server, 0, '127.0.0.1');
  onTestFinished(() => void server.close());
  const { exited, printed } = run(['start.ts'], { PORT: String(port) });
  expect(await exited).toBe(1);
  expect(printed()).toMatch(new RegExp(`^Port ${port} is in use; .+\n$`));
});

test.runIf(hasJava)('a DATA_DIR that another DynamoDB uses is said before anything starts', async () => {
  const dataDir = join(folder, 'data');
  const dynamodb = await startDynamoDB({ dataDir, endpoint: '' });
  try {
    const { exited, printed } = run(['start.ts'], { DATA_DIR: dataDir });
    expect(await exited).toBe(1);
    expect(printed()).toBe(
      `DATA_DIR=${dataDir} is in use by the DynamoDB at ${dynamodb.endpoint}; stop that first.\n`,
    );
  } finally {
    await dynamodb.stop();
  }
  const again = await startDynamoDB({ dataDir, endpoint: '' });
  await again.stop();
});

test.for(['starting DynamoDB', 'Press Ctrl-C to stop'])(
  'Ctrl-C after "%s" ends everything within 5 seconds',
  async (line) => {
    const { child, exited, printed } = run(['start.ts']);
    await expect.poll(printed, { timeout: 120_000 }).toContain(line);
    // Time to be in the middle of what comes next.
    await expect.poll(() => descendantsOf(child.pid).length).toBeGreaterThan(2);
    const started = descendantsOf(child.pid);
    const begun = performance.now();
    child.kill('SIGINT');
    expect(await exited).toBe(0);
    const says = line.startsWith('Press') ? 1 : 0;
    expect(printed().match(/does not run here: AWS::/g) ?? []).toHaveLength(says);
    expect(performance.now() - begun).toBeLessThan(6_000);
    await expect.poll(() => started.filter(isAlive)).toEqual([]);
  },
);

test('without Java, DynamoDB runs in memory', async () => {
  const port = await freePort();
  const { child, exited, printed } = run(['start.ts'], { ...noJava, PORT: `${port}` });
  await expect.poll(printed, { timeout: 120_000 }).toContain('Press Ctrl-C to stop.');
  expect(printed()).toMatch(
    /^ +\d+\.\d s {2}without Java there is no DynamoDB Local: starting DynamoDB in memory, and/,
  );
  const [, eventId = ''] = /"eventId":"([^"]+)"/.exec(printed()) ?? [];
  const ana = await ChatClient.connect(`ws://localhost:${port}/prod`);
  onTestFinished(() => void ana.close());
  await ana.join(eventId, 'ana');
  expect(await ana.say('hello')).toMatchObject({ text: 'hello' });
  child.kill('SIGINT');
  expect(await exited).toBe(0);
});

test('another app runs, and its addresses are printed', async () => {
  const assembly = synthesizeApp(plainChat);
  const port = await freePort();
  const args = ['start.ts', '--assembly', relative(root, assembly)];
  const without = run(args);
  expect(await without.exited).toBe(1);
  expect(without.printed()).toMatch(/^The parameter Greeting of plain-chat has no default: .+\n$/);

  const { child, exited, printed } = run([...args, '--parameters', 'Greeting=hi'], { PORT: `${port}` });
  await expect.poll(printed, { timeout: 120_000 }).toContain('Press Ctrl-C to stop.');
  expect(printed()).toMatch(
    new RegExp(
      `\\n {2}WebSocket API "PlainChat" +ws://localhost:${port}/dev\n\n Outputs\n\n {2}plain-chat\\.endpoint +ws://localhost:${port}/dev\n`,
    ),
  );
  // Nothing of the chat.
  expect(printed()).not.toMatch(/npx wscat|api\/events|Socket\.IO|synthesi/);

  const ana = await connect(`ws://localhost:${port}/dev`);
  const ben = await connect(`ws://localhost:${port}/dev`);
  ana.send({ action: 'say', text: 'there' });
  expect([await ana.next(), await ben.next()]).toEqual(['hi there', 'hi there']);
  ana.webSocket.close();
  child.kill('SIGINT');
  expect(await exited).toBe(0);
});

test('a reviewer reviews, as docs/review.md says', async () => {
  const [example] = snippetsOf('docs/review.md').filter(({ language }) => language === 'js');
  const reviewer = join(folder, 'my-review.mjs');
  const code = example?.code.replace('export async function handler', 'async function reviewed');
  const wrong = `export const handler = async (event) =>
    event.message.text === 'hm' ? { action: 'maybe' } : reviewed(event);`;
  writeFileSync(reviewer, `${code}\n${wrong}`);
  const port = await freePort();
  const { child, exited, printed } = run(['start.ts', '--review', reviewer, '-c', 'review.timeoutMs=5000'], {
    PORT: `${port}`,
  });
  await expect.poll(printed, { timeout: 120_000 }).toContain('Press Ctrl-C to stop.');
  const [, eventId = ''] = /"eventId":"([^"]+)"/.exec(printed()) ?? [];
  const ana = await ChatClient.connect(`ws://localhost:${port}/prod`);
  onTestFinished(() => void ana.close());
  await ana.join(eventId, 'ana');
  expect(await ana.say('hello')).toMatchObject({ text: 'hello' });
  expect(await ana.say('call me: 0171 234 5678')).toMatchObject({ text: 'call me: •••' });
  // As if nobody reviewed it, which the terminal says.
  expect(await ana.say('hm')).toMatchObject({ text: 'hm' });
  await expect
    .poll(printed)
    .toMatch(/a message could not be reviewed.*action is none of allow, deny and modify/);
  const refused = { code: 'MESSAGE_REJECTED', reason: 'Please do not shout.' };
  expect(await refusal(ana.say('BUY THIS NOW!'))).toMatchObject(refused);
  child.kill('SIGINT');
  expect(await exited).toBe(0);
});

const stuck = `
  import { Stopping } from './local/stopping.ts';
  new Stopping().add(() => new Promise(() => {}));
  setInterval(() => {}, 1000);
  console.log('started');`;

test('what does not stop within 5 seconds is ended by force', async () => {
  const { child, exited, printed } = run(['--input-type=module', '-e', stuck]);
  await expect.poll(printed).toContain('started');
  // npm sends each signal a second time, at once.
  child.kill('SIGINT');
  child.kill('SIGINT');
  const begun = performance.now();
  expect(await exited).toBe(1);
  expect(performance.now() - begun).toBeGreaterThan(4_500);
  expect(printed()).toContain('Not everything stopped within 5 seconds');
});

test('a second Ctrl-C exits at once', async () => {
  const { child, exited, printed } = run(['--input-type=module', '-e', stuck]);
  await expect.poll(printed).toContain('started');
  child.kill('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 600));
  child.kill('SIGINT');
  expect(await exited).toBe(130);
});
