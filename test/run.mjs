// `npm test`: all tests, or what vitest's own arguments select. `deployed` is what runs against a deployed stack: the
// suites of both wires, for `CHAT_URL=wss://… EVENTS_URL=https://… npm test -- deployed`. Where an issuer is set, by OPERATOR_TOKEN or
// TOKEN_URL, it is the smoke test: the suites are guests. docs/operations.md has the variables.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const hasIssuer = Boolean(process.env.OPERATOR_TOKEN || process.env.TOKEN_URL);
const projects = hasIssuer ? ['smoke'] : ['smoke', 'behaviour', 'socketio'];
const args = process.argv
  .slice(2)
  .flatMap((arg) => (arg === 'deployed' ? projects.flatMap((name) => ['--project', name]) : [arg]));
if (process.argv.includes('deployed') && !process.env.CHAT_URL) {
  console.error('CHAT_URL is missing: the WebSocketUrl of the stack, such as wss://….amazonaws.com/prod');
  process.exit(1);
}
process.exitCode = spawnSync(process.execPath, [vitest, 'run', ...args], { stdio: 'inherit' }).status ?? 1;
