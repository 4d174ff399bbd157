// `npm test`: all tests, or what vitest's own arguments select. `deployed` is what runs against a deployed stack: the
// suites of both wires, for `CHAT_URL=wss://… EVENTS_URL=https://… npm test -- deployed`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const args = process.argv
  .slice(2)
  .flatMap((arg) => (arg === 'deployed' ? ['--project', 'behaviour', '--project', 'socketio'] : [arg]));
if (process.argv.includes('deployed') && !process.env.CHAT_URL) {
  console.error('CHAT_URL is missing: the WebSocketUrl of the stack, such as wss://….amazonaws.com/prod');
  process.exit(1);
}
process.exitCode = spawnSync(process.execPath, [vitest, 'run', ...args], { stdio: 'inherit' }).status ?? 1;
