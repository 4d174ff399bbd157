#!/usr/bin/env node
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LOCAL } from './infra/context-settings.ts';
import { synthesizeApp } from './local/cloudformation/synthesize-app.ts';
import { pairsOf } from './local/pairs.ts';
import { runAssembly } from './local/run-assembly.ts';
import { readRunOptions } from './local/run-options.ts';
import { Stopping } from './local/stopping.ts';

const help = `Runs a CDK app that has a LiveEventChat in it on this machine, without an AWS account and without Docker.

  npx live-event-chat --app "node app.mjs"   the command that synthesizes the app; without --app, that of cdk.json
  npx live-event-chat --app cdk.out          what was synthesized before
  npx live-event-chat -c key=value           with CDK context
  npx live-event-chat --parameters Size=5    with a value for a parameter of its templates
  PORT=5001 npx live-event-chat              on another port than 5000
  DATA_DIR=./data npx live-event-chat        keep the table between runs
  DYNAMODB_ENDPOINT=http://… npx live-event-chat   use a DynamoDB that is already running`;

const options = {
  app: { type: 'string', short: 'a' },
  context: { type: 'string', short: 'c', multiple: true },
  parameters: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const;

const startedAt = Date.now();
const say = (line: string) =>
  console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${line}`);

/** The command line, and cdk.json where there is one. Throws an `Error` whose message is for the user. */
function readCommand() {
  const { values } = parseArgs({ options });
  const { app: usual, context = {} } = existsSync('cdk.json')
    ? (JSON.parse(readFileSync('cdk.json', 'utf8')) as { app?: string; context?: Record<string, unknown> })
    : {};
  return {
    help: values.help === true,
    app: values.app ?? usual,
    context: { ...context, ...pairsOf('-c', values.context), [LOCAL]: true },
    parameters: pairsOf('--parameters', values.parameters),
  };
}

async function main(): Promise<void> {
  const { app, context, parameters, ...command } = readCommand();
  if (command.help) return console.log(help);
  if (app === undefined) throw new Error('Which app? --app "node app.mjs", or "app" in cdk.json.');
  const run = readRunOptions(process.env);
  const stopping = new Stopping();
  let assembly = app;
  if (!existsSync(join(app, 'manifest.json'))) {
    assembly = mkdtempSync(join(tmpdir(), 'live-event-chat-'));
    stopping.add(() => rmSync(assembly, { recursive: true, force: true }));
    say(`synthesizing: ${app}`);
    await synthesizeApp(app, assembly, context, stopping);
  }
  await runAssembly({ ...run, assembly, parameters }, say, stopping);
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
