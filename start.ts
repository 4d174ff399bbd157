import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readSettings } from './infra/context-settings.ts';
import { withEnvironment } from './infra/environment.ts';
import { localAssembly } from './infra/local-assembly.ts';
import { strictPosts } from './local/apigateway/settings.ts';
import { checkDynamoDB, startDynamoDB, startingOf } from './local/dynamodb/dynamodb-local.ts';
import { AUDIENCE, type Issuer } from './local/issuer.ts';
import { startKeptIssuer } from './local/kept-issuer.ts';
import { arnOfModule, checkModule } from './local/lambda/module-function.ts';
import { checkPort } from './local/loopback.ts';
import { pairsOf } from './local/pairs.ts';
import { readArguments } from './local/read-arguments.ts';
import { readRunOptions } from './local/run-options.ts';
import { runToEnd } from './local/run-to-end.ts';
import { Stopping } from './local/stopping.ts';

const help = `Runs the whole chat on this machine, without an AWS account and without Docker.

  npm start                          on http://localhost:5000
  PORT=5001 npm start                on another port
  npm start -- -c key=value          with a setting, as for npm run deploy (docs/settings.md)
  npm start -- --issuer              with tokens instead of guests, and a local issuer that hands out any token
  npm start -- -c auth.issuer=http://… -c auth.audience=…   with tokens of your own issuer (docs/security.md)
  npm start -- --review ./my-review.mjs   ask the handler of this module about each message (docs/review.md)
  DATA_DIR=./data npm start          keep events and messages between runs
  npm start -- --dynamodb memory     not on AWS's DynamoDB Local, but in memory, as without Java (docs/local-stack.md)
  DYNAMODB_ENDPOINT=http://… npm start   use a DynamoDB that is already running
  npm start -- --assembly ../other/cdk.out   run another CDK app than the chat (docs/local-stack.md)
  npm start -- --assembly … --parameters Size=5   with a value for a parameter of its templates
  FAULTS='{"dropDisconnect":0.5}' npm start   force faults (docs/local-stack.md)`;

const startedAt = Date.now();
const say = (line: string) =>
  console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${line}`);

/** The command line and the environment. Throws an `Error` whose message is for the user. */
function readCommand() {
  const values = readOptions();
  const run = readRunOptions(process.env, values.dynamodb);
  const context: Record<string, unknown> = { ...cdkContext(), ...pairsOf('-c', values.context) };
  const parameters = pairsOf('--parameters', values.parameters);
  if (values.assembly && (values.context || values.issuer || values.review)) {
    throw new Error('--assembly runs what is synthesized: -c, --issuer and --review are for the chat.');
  }
  if (!values.assembly && values.parameters) {
    throw new Error('--parameters is for --assembly; the chat has settings: -c key=value.');
  }
  // The issuer's port is known once it runs; what it will be at is good enough to look at the other settings.
  const issuer = values.issuer === true;
  if (values.review) context['review.function'] = arnOfModule('review');
  const planned = issuer ? issuerSettings('http://localhost') : {};
  readSettings({ ...withEnvironment(context), ...planned }, { isLocal: true });
  return {
    help: values.help === true,
    ...{ ...run, issuer, context, parameters, review: values.review, assembly: values.assembly },
  };
}

const cdkContext = (): object =>
  JSON.parse(readFileSync(fileURLToPath(new URL('cdk.json', import.meta.url)), 'utf8')).context;

function readOptions() {
  const options = {
    context: { type: 'string', short: 'c', multiple: true },
    issuer: { type: 'boolean' },
    review: { type: 'string' },
    assembly: { type: 'string' },
    parameters: { type: 'string', multiple: true },
    dynamodb: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  return readArguments('npm start --', () => parseArgs({ options })).values;
}

const issuerSettings = (url: string) => ({ 'auth.issuer': url, 'auth.audience': AUDIENCE });

/** The folder with the templates. They are synthesized in a process of its own, so that Ctrl-C is heard meanwhile. */
function synthesize(context: Record<string, unknown>, stopping: Stopping): Promise<string> {
  const script = fileURLToPath(new URL('infra/synthesize.ts', import.meta.url));
  return localAssembly(context, (synthesis) => {
    const child = spawn(process.execPath, [...process.execArgv, script, JSON.stringify(synthesis)], {
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: process.platform !== 'win32',
    });
    return runToEnd(child, stopping, 'The stacks could not be synthesized.');
  });
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
  const linesFor = (name: string) => {
    const address = issuer
      ? `"${webSocketUrl}?token=$(curl -s '${issuer.url}/token?sub=${name}')"`
      : webSocketUrl;
    const join = { eventId: event.id, ...(!issuer && { username: name }) };
    return `    npx wscat -c ${address}
${JSON.stringify({ action: 'joinEvent', id: 1, data: join })}
${JSON.stringify({ action: 'sendMessage', id: 2, data: { text: `hello from ${name}` } })}`;
  };
  return `  To chat, run each of these in a terminal of its own, and paste the two lines after it.

${linesFor('ana')}

${linesFor('ben')}

  The event is called “${event.name}”.`;
}

async function main(): Promise<void> {
  const command = readCommand();
  if (command.help) return console.log(help);
  const { assembly: other, review, parameters, database, port, faults } = command;
  if (other) {
    const { runAssembly } = await import('./local/run-assembly.ts');
    return runAssembly({ assembly: other, parameters, database, port, faults }, say);
  }
  if (review) checkModule('--review', review);
  const [kind] = await Promise.all([checkDynamoDB(database), checkPort(port)]);

  say(`${startingOf(database, kind)}, and synthesizing the stacks`);
  const stopping = new Stopping();
  const dynamodb = startDynamoDB({ ...database, kind });
  // Loaded while that starts.
  const loading = import('./local/local-stack.ts');
  stopping.add(() => dynamodb.then((one) => one.stop()).catch(() => {}));

  try {
    const issuer = command.issuer ? await startKeptIssuer(port, say) : undefined;
    stopping.add(() => issuer?.stop());
    const context = { ...command.context, ...(issuer && issuerSettings(issuer.url)) };
    // What fails first is told.
    const [assembly, { startLocalStack }] = await Promise.race([
      Promise.all([synthesize(context, stopping), loading]),
      dynamodb.then(() => new Promise<never>(() => {})),
    ]);
    say('stacks synthesized; creating the table and loading the functions');
    const functions = review ? [{ name: 'review', file: review }] : [];
    const stack = await startLocalStack({
      ...{ assembly, dynamodb, faults, port, functions, log: say, apiGateway: strictPosts },
      dataDir: database.dataDir,
      // Whoever tries a reviewer wants to know when an answer of theirs does not count.
      functionLogs: review ? 'warnings' : 'errors',
    });
    stopping.add(() => stack.stop());
    const { PageUrl, WebSocketUrl, EventsUrl, ManagementUrl } = stack.outputs;
    const event = await exampleEvent(`${EventsUrl}`, issuer);
    say('ready');
    console.log(`
${PageUrl ? `  page             ${PageUrl}\n` : ''}  WebSocket API    ${WebSocketUrl}
${PageUrl ? `  Socket.IO        ${stack.origin}   (transports: ["websocket"])\n` : ''}  HTTP API         ${EventsUrl}
  management API   ${ManagementUrl}/@connections/{connectionId}
${issuer ? `  tokens           ${issuer.url}/token?sub=ana   (also name, scope=chat:moderate or chat:operate, seconds)\n` : ''}
${event ? invitation(`${WebSocketUrl}`, event, issuer) : '  There is no event yet. To create one, send POST /api/events with a token that has the scope chat:operate.'} Press Ctrl-C to stop.
`);
  } catch (error) {
    // Ctrl-C makes fail what is under way.
    if (!stopping.hasBegun) console.error(`\n${error instanceof Error ? error.message : error}`);
    await stopping.end(1);
  }
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
