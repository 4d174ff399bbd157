import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, onTestFinished, test } from 'vitest';
import { http } from '../support/chat.ts';

/** Several times what two slow cores need for the clients and the chat. */
const PATIENCE_MS = 600_000;

// `npm run load` as a user runs it.
const command = fileURLToPath(new URL('../load/run.ts', import.meta.url));

function load(...args: string[]): Promise<{ code: number; printed: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--import', 'tsx', command, ...args], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), printed: `${stdout}${stderr}` }),
    );
    onTestFinished(() => void child.kill());
  });
}

test.skipIf(inject('isDeployed'))(
  'a rehearsal: everybody who is cut comes back, and misses nothing',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'load-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const html = join(folder, 'report.html');
    const plan = ['--clients', '24', '--rate', '2', '--seconds', '6', '--drop', '8'];
    const { code, printed } = await load('--url', inject('chatUrl'), ...plan, '--html', html);
    expect(printed).toMatch(/Everybody got every acknowledged message, in order\.\n/);
    expect(code).toBe(0);
    expect(printed).toMatch(/^ {2}delivered +100 % +288 of 288/m);
    // With both wires, 18 or so of them are cut; nobody in 10^7 runs.
    expect(printed).toMatch(/came back +[1-9]\d* .*recovered by Socket\.IO/);
    expect(readFileSync(html, 'utf8')).toContain('Everybody got every acknowledged message, in order.');
    // The event was for the rehearsal.
    const eventId = /in the event (\S+)/.exec(printed)?.[1];
    expect((await http(`/${eventId}`)).body).toMatchObject({ status: 'ended', name: 'Load rehearsal' });
  },
  PATIENCE_MS,
);

test.skipIf(inject('isDeployed'))('an event that is not there is said, with another exit code', async () => {
  const { code, printed } = await load('--url', inject('chatUrl'), '--clients', '2', '--event', 'nowhere');
  expect(printed).toContain('was refused: EVENT_NOT_FOUND');
  expect(code).toBe(2);
});
