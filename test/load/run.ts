import { readFileSync, writeFileSync } from 'node:fs';
import { createEvent, endEvent } from './event.ts';
import { count, figuresOf, isGood, verdict } from './figures.ts';
import { help, type LoadOptions, readOptions } from './options.ts';
import { reportOf } from './report.ts';
import { type LoadPlan, type Phase, runLoad } from './run-load.ts';
import type { Tally } from './tally.ts';

/** How often a line of progress is printed where it cannot be replaced, milliseconds. */
const EVERY_MS = 5_000;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') return console.log(help);
  const tokenOf = tokens(options);
  const credentials = {
    operatorToken: process.env.OPERATOR_TOKEN,
    isLocal: options.eventsUrl.startsWith('http:'),
  };
  const eventId = options.eventId ?? (await createEvent(options.eventsUrl, 'Load rehearsal', credentials));
  const startedAt = new Date();
  console.log(`${count(options.clients)} clients, ${options.wires.join(' and ')}, in the event ${eventId}`);
  try {
    const progress = new Progress();
    const result = await runLoad({ ...options, eventId, tokenOf }, (phase, tally) =>
      progress.show(phase, tally),
    );
    progress.end();
    console.log(`\n${verdict(result)}\n`);
    for (const [name, value, meaning] of figuresOf(result)) {
      console.log(`  ${name.padEnd(18)}${value.padEnd(16)}  ${meaning}`);
    }
    if (options.html) {
      writeFileSync(options.html, await reportOf(result, { ...options, eventId }, startedAt));
      console.log(`\n${options.html} has the charts.`);
    }
    process.exitCode = isGood(result) ? 0 : 1;
  } finally {
    if (!options.eventId) await endEvent(options.eventsUrl, eventId, credentials);
  }
}

/** Throws an `Error` whose message is for the user. */
function tokens({ tokens: from, clients }: LoadOptions): LoadPlan['tokenOf'] {
  if (from === undefined) return undefined;
  if (from.includes('://')) {
    return async (username) => {
      const response = await fetch(from.replaceAll('{name}', encodeURIComponent(username)));
      if (!response.ok) throw new Error(`--tokens ${from} was answered with ${response.status}.`);
      return (await response.text()).trim();
    };
  }
  const lines = readFileSync(from, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  if (lines.length < clients)
    throw new Error(`--tokens ${from} has ${lines.length} tokens for ${clients} clients.`);
  return async (_username, index) => lines[index] ?? '';
}

/** One line that is replaced in a terminal, else one from time to time. */
class Progress {
  readonly #startedAt = performance.now();
  #shownAt = Number.NEGATIVE_INFINITY;

  show(phase: Phase, tally: Tally): void {
    const now = performance.now();
    const { isTTY } = process.stdout;
    if (!isTTY && now < this.#shownAt + EVERY_MS) return;
    this.#shownAt = now;
    const elapsed = `${Math.round((now - this.#startedAt) / 1000)} s`.padStart(6);
    const line =
      `${elapsed}  ${phase.padEnd(8)}  ${count(tally.live)} in the event, ${count(tally.sent)} sent, ` +
      `${count(tally.acknowledged)} acknowledged, ${count(tally.heard)} heard, ${count(tally.reconnects)} came back`;
    process.stdout.write(isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  }

  end(): void {
    if (process.stdout.isTTY) process.stdout.write('\n');
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
