import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killAtExit } from '../kill-at-exit.ts';
import { callDynamoDB } from './call.ts';
import { markAsUsed, openDataDir } from './data-dir.ts';
import { checkJava, java, noJava } from './java.ts';

/** A DynamoDB that answers. */
export interface DynamoDB {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** Ends it if it was started here. May be called twice. */
  stop(): Promise<void>;
}

export interface DynamoDBOptions {
  /** Keeps the data in this directory; without it everything is in memory. */
  readonly dataDir?: string | undefined;
  /** Uses the DynamoDB that runs here instead. Default: the environment's `DYNAMODB_ENDPOINT`. */
  readonly endpoint?: string | undefined;
}

/** Throws in one sentence if `startDynamoDB` with the same options cannot succeed. Takes a tenth of a second. */
export async function checkDynamoDB(options: DynamoDBOptions = {}): Promise<void> {
  const running = options.endpoint ?? process.env.DYNAMODB_ENDPOINT;
  if (running) return checkEndpoint(running);
  if (options.dataDir) await openDataDir(options.dataDir);
  emulatorFolder();
  await checkJava();
}

async function checkEndpoint(endpoint: string): Promise<void> {
  const timeout = sleep(5_000, undefined, { ref: false }).then(() => Promise.reject(new Error('timeout')));
  await Promise.race([callDynamoDB(endpoint, 'ListTables', {}), timeout]).catch((cause: unknown) => {
    throw new Error(`No DynamoDB answers at ${endpoint} (DYNAMODB_ENDPOINT).`, { cause });
  });
}

/**
 * Starts DynamoDB Local, AWS's own. Does not need the templates, so it can be called before they are synthesized.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.UsageNotes.html
 */
export async function startDynamoDB(options: DynamoDBOptions = {}): Promise<DynamoDB> {
  const running = options.endpoint ?? process.env.DYNAMODB_ENDPOINT;
  if (running) {
    await checkEndpoint(running);
    return { endpoint: running, stop: async () => {} };
  }
  if (options.dataDir) await openDataDir(options.dataDir);
  for (let attempt = 1; ; attempt++) {
    const started = await start(await freePort(), options.dataDir);
    if ('endpoint' in started) return started;
    if (/UnsupportedClassVersionError|Unable to locate a Java|not found|ENOENT/.test(started.failure)) {
      throw new Error(noJava);
    }
    // Another process may have taken the port between our look and Java's.
    if (attempt === 3)
      throw new Error(`DynamoDB Local did not start: ${started.failure.trim().slice(-1000)}`);
  }
}

/** The package of DynamoDB Local; those who run an app of their own with ours have to install it. */
function emulatorFolder(): string {
  try {
    const require = createRequire(import.meta.url);
    return join(dirname(require.resolve('amplify-dynamodb-simulator/package.json')), 'emulator');
  } catch (cause) {
    const what =
      'DynamoDB Local is not installed. Run "npm install --save-dev amplify-dynamodb-simulator", or set';
    throw new Error(`${what} DYNAMODB_ENDPOINT to a DynamoDB that already runs.`, { cause });
  }
}

async function start(port: number, dataDir: string | undefined): Promise<DynamoDB | { failure: string }> {
  const emulator = emulatorFolder();
  const storage = dataDir ? ['-dbPath', resolve(dataDir)] : ['-inMemory'];
  // It writes a file with an installation id into its working directory.
  const child = spawnBound(java(), dataDir ?? tmpdir(), [
    // A short-lived server: with these it is up in half the time, and as fast.
    ...['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
    ...[
      `-Djava.library.path=${join(emulator, 'DynamoDBLocal_lib')}`,
      '-jar',
      join(emulator, 'DynamoDBLocal.jar'),
    ],
    ...['-port', String(port), '-sharedDb', '-disableTelemetry', ...storage],
  ]);
  let said = '';
  let ended = false;
  const exit = new Promise<void>((resolve) => {
    const end = () => {
      ended = true;
      resolve();
    };
    child.on('exit', end);
    child.on('error', (error) => {
      said += error.message;
      end();
    });
  });
  child.stderr?.on('data', (text) => {
    said = (said + text).slice(-10_000);
  });
  const endpoint = `http://127.0.0.1:${port}`;
  while (!ended) {
    try {
      await callDynamoDB(endpoint, 'ListTables', {});
      // Nothing reads what it says from here on.
      child.stderr?.destroy();
      const unmark = dataDir ? markAsUsed(dataDir, endpoint) : () => {};
      return {
        endpoint,
        stop: async () => {
          child.stdin?.end();
          await exit;
          unmark();
        },
      };
    } catch {
      await Promise.race([sleep(50), exit]);
    }
  }
  return { failure: said };
}

/**
 * Runs a command that ends with this process however that ends, `kill -9` included: a shell holds a pipe from
 * here and ends the command when the pipe closes. In a process group of its own, so that Ctrl-C reaches us first and
 * requests that are under way can finish.
 */
function spawnBound(command: string, cwd: string, args: readonly string[]): ChildProcess {
  const env = { ...process.env, DDB_LOCAL_TELEMETRY: '0' };
  if (process.platform === 'win32') {
    const child = spawn(command, args, { cwd, env, stdio: ['pipe', 'ignore', 'pipe'] });
    child.stdin.on('finish', () => child.kill());
    killAtExit(child);
    return child;
  }
  const script = [
    'exec 3<&0',
    '"$@" </dev/null 3<&- & child=$!',
    '(cat <&3 >/dev/null; kill $child; sleep 3; kill -9 $child) 2>/dev/null & watch=$!',
    'exec 3<&-',
    'wait $child; code=$?',
    'kill $watch 2>/dev/null',
    'exit $code',
  ].join('\n');
  const child = spawn('/bin/sh', ['-c', script, 'sh', command, ...args], {
    cwd,
    env,
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
  });
  killAtExit(child);
  return child;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject()));
    });
  });
}
