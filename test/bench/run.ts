import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { attack } from './attack.ts';
import { coalescing } from './coalescing.ts';
import { cost } from './cost.ts';
import { growth } from './growth.ts';
import { handshakes } from './handshakes.ts';
import { lossless } from './lossless.ts';
import type { Measurement, Part } from './measurement.ts';
import { overload } from './overload.ts';
import { poster } from './poster.ts';
import { presence } from './presence.ts';
import { reactions } from './reactions.ts';
import { redeploy } from './redeploy.ts';
import { rules } from './rules.ts';
import { smallRoom } from './small-room.ts';
import { soak } from './soak.ts';
import { viewers } from './viewers.ts';
import { windows } from './windows.ts';

// Node 20 is the oldest that works; the SDK says at every start that it will not be for ever.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const parts: Record<string, Part> = {
  attack,
  coalescing,
  cost,
  growth,
  handshakes,
  lossless,
  overload,
  poster,
  presence,
  reactions,
  redeploy,
  rules,
  smallRoom,
  soak,
  viewers,
  windows,
};

const help = `Measures the chat on this machine, and writes test/bench/results.json.

  npm run bench                 everything but what takes longest: soak
  npm run bench -- handshakes   some parts: ${Object.keys(parts).join(', ')}`;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(parts, name));
if (asked.includes('--help')) console.log(help);
else if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}\n\n${help}`);
  process.exitCode = 1;
} else await measure(asked.length > 0 ? asked : Object.keys(parts).filter((name) => name !== 'soak'));

async function measure(names: readonly string[]): Promise<void> {
  const results: Measurement[] = [];
  for (const name of names) {
    const startedAt = performance.now();
    const say = (line: string) => console.log(`${name} ${seconds(startedAt).padStart(6)}  ${line}`);
    say('begins');
    results.push(...((await parts[name]?.(say)) ?? []));
    say('is done');
  }
  const rows = results.map(({ name, value, unit }) => [name, { value: Number(value.toPrecision(3)), unit }]);
  console.table(Object.fromEntries(rows));
  const file = fileURLToPath(new URL('results.json', import.meta.url));
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)}s`;
}
