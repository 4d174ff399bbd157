import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killAtExit } from '../kill-at-exit.ts';
import { callDynamoDB } from './call.ts';
import { markAsUsed } from './data-dir.ts';
import type { DynamoDB } from './dynamodb-local.ts';
import { java } from './java.ts';

/**
 * Starts DynamoDB Local, AWS's own. Undefined: there is no Java for it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.UsageNotes.html
 */
export async function startDynamoDBLocal(dataDir: string | undefined): Promise<DynamoDB | undefined> {
  for (let attempt = 1; ; attempt++) {
    const started = await start(await freePort(), dataDir);
    if ('endpoint' in started) return started;
    if (/UnsupportedClassVersionError|Unable to locate a Java|not found|ENOENT/.test(started.failure))
      return undefined;
    // Another process may have taken the port between our look and Java's.
    if (attempt === 3)
      throw new Error(`DynamoDB Local did not start: ${started.failure.trim().slice(-1000)}`);
  }
}

async function start(port: number, dataDir: string | undefined): Promise<DynamoDB | { failure: string }> {
  const emulator = join(
    dirname(createRequire(import.meta.url).resolve('amplify-dynamodb-simulator/package.json')),
    'emulator',
  );
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
        kind: 'local',
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
