import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ZodError } from 'zod';
import { edgeRewrites } from './infra/edge-rewrites.ts';
import { startDynamoDB } from './local/dynamodb/dynamodb-local.ts';
import { faultsSchema } from './local/faults.ts';
import { AUDIENCE, type Issuer, startIssuer } from './local/issuer.ts';
import { startLocalStack } from './local/local-stack.ts';

const help = `Runs the whole chat on this machine, without an AWS account and without Docker.

  npm start                          on http://localhost:5000
  PORT=5001 npm start                on another port
  npm start -- -c key=value          with a setting, as for npm run deploy (docs/settings.md)
  npm start -- --issuer              with tokens instead of guests, and a local issuer that hands out any token
  npm start -- -c auth.issuer=http://… -c auth.audience=…   with tokens of your own issuer (docs/security.md)
  DATA_DIR=./data npm start          keep events and messages between runs
  DYNAMODB_ENDPOINT=http://… npm start   use a DynamoDB that is already running
  FAULTS='{"dropDisconnect":0.5}' npm start   force faults (docs/local-stack.md)`;

const root = fileURLToPath(new URL('.', import.meta.url));
const startedAt = Date.now();
const say = (line: string) =>
  console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${line}`);

/** The command line and the environment. Throws an `Error` whose message is for the user. */
function readCommand() {
  const { values } = parseArgs({
    options: {
      context: { type: 'string', short: 'c', multiple: true },
      issuer: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const { PORT = '5000', DATA_DIR, FAULTS } = process.env;
  const port = Number(PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`PORT=${PORT} is not a port number`);
  const settings = (values.context ?? []).map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new Error(`-c ${pair}: expected key=value`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  return {
    help: values.help === true,
    issuer: values.issuer === true,
    port,
    dataDir: DATA_DIR || undefined,
    faults: FAULTS ? readFaults(FAULTS) : undefined,
    settings: Object.fromEntries(settings) as Record<string, string>,
  };
}

function readFaults(json: string) {
  try {
    return faultsSchema.parse(JSON.parse(json));
  } catch (error) {
    const why =
      error instanceof ZodError
        ? error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
        : error;
    throw new Error(`FAULTS: ${why}`);
  }
}

/** The same templates as `npm run synth`, without its checks, which take seconds and do not change the templates. */
async function synthesize(settings: Record<string, string>, outdir: string): Promise<void> {
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as { context: object };
  const { chatApp } = await import('./infra/app.ts');
  chatApp({ context: { ...context, ...settings }, outdir, isLocal: true, checks: false }).synth();
}

interface ExampleEvent {
  id: string;
  name: string;
}

/** An event to join: the newest one, or a new one. Undefined if creating it needs a token that we do not have. */
async function exampleEvent(
  eventsUrl: string,
  issuer: Issuer | undefined,
): Promise<ExampleEvent | undefined> {
  const { events } = (await (await fetch(`${eventsUrl}?limit=1`)).json()) as { events: ExampleEvent[] };
  if (events[0]) return events[0];
  const token = await issuer?.tokenFor({ sub: 'operator', scope: 'chat:operate' });
  const response = await fetch(eventsUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ name: 'Opening keynote' }),
  });
  if (response.status === 401) return undefined;
  if (!response.ok) throw new Error(`The example event could not be created: ${await response.text()}`);
  return (await response.json()) as ExampleEvent;
}

/** The lines that tell the user how to chat in this event. */
function invitation(webSocketUrl: string, event: ExampleEvent, issuer: Issuer | undefined): string {
  const address = issuer ? `"${webSocketUrl}?token=$(curl -s '${issuer.url}/token?sub=ana')"` : webSocketUrl;
  const join = { eventId: event.id, ...(!issuer && { username: 'ana' }) };
  return `  To chat, run this in two terminals, and paste the two lines after it:

    npx wscat -c ${address}
    > ${JSON.stringify({ action: 'joinEvent', id: 1, data: join })}
    > ${JSON.stringify({ action: 'sendMessage', id: 2, data: { text: 'hello' } })}

  The event is called “${event.name}”.`;
}

async function main(): Promise<void> {
  const command = readCommand();
  if (command.help) return console.log(help);

  say('starting DynamoDB Local and synthesizing the stacks');
  const dynamodb = startDynamoDB({ dataDir: command.dataDir });
  dynamodb.catch(() => {});
  // A folder of its own, because several stacks may run at once.
  const assembly = mkdtempSync(join(tmpdir(), 'live-event-chat-'));
  let stop = async () => {
    rmSync(assembly, { recursive: true, force: true });
    await dynamodb.then((database) => database.stop()).catch(() => {});
  };
  let isStopping = false;
  const end = async (exitCode: number) => {
    if (isStopping) return;
    isStopping = true;
    await stop();
    process.exit(exitCode);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
  // npm's shell does not forward signals: stop when the shell is gone.
  const { ppid } = process;
  setInterval(() => process.ppid !== ppid && void end(0), 500).unref();

  try {
    const issuer = command.issuer ? await startIssuer() : undefined;
    await synthesize(
      { ...command.settings, ...(issuer && { 'auth.issuer': issuer.url, 'auth.audience': AUDIENCE }) },
      assembly,
    );
    say('stacks synthesized; creating the table and loading the functions');
    const stack = await startLocalStack({
      ...command,
      assembly,
      dynamodb,
      rewrites: edgeRewrites,
      log: say,
    });
    const stopDatabase = stop;
    stop = async () => {
      await issuer?.stop();
      await stack.stop();
      await stopDatabase();
    };
    const { WebSocketUrl, EventsUrl, ManagementUrl } = stack.outputs;
    const event = await exampleEvent(`${EventsUrl}`, issuer);
    say('ready');
    console.log(`
  WebSocket API    ${WebSocketUrl}
  Socket.IO        ${stack.origin}   (transports: ["websocket"])
  HTTP API         ${EventsUrl}
  management API   ${ManagementUrl}/@connections/{connectionId}
${issuer ? `  tokens           ${issuer.url}/token?sub=ana   (also name, scope=chat:moderate or chat:operate, seconds)\n` : ''}
${event ? invitation(`${WebSocketUrl}`, event, issuer) : '  There is no event yet. To create one, send POST /api/events with a token that has the scope chat:operate.'} Press Ctrl-C to stop.
`);
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : error}`);
    await end(1);
  }
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
