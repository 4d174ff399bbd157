import { readAssembly } from './cloudformation/assembly.ts';
import { checkParameters, type GivenParameters } from './cloudformation/parameters.ts';
import { checkDynamoDB, type DynamoDBOptions, startDynamoDB, startingOf } from './dynamodb/dynamodb-local.ts';
import type { Faults } from './faults.ts';
import { startLocalStack } from './local-stack.ts';
import type { LocalStack } from './local-stack-interface.ts';
import type { Log } from './log.ts';
import { checkPort } from './loopback.ts';
import { Stopping } from './stopping.ts';

/** Another app than the chat, as the command line and the environment ask for it. */
export interface AssemblyToRun {
  /** The folder of its cloud assembly. */
  readonly assembly: string;
  readonly parameters: GivenParameters;
  readonly port: number;
  readonly database: DynamoDBOptions;
  readonly faults: Faults | undefined;
}

/** Runs it until Ctrl-C. Throws, before anything has started, what is wrong with what was asked for. */
export async function runAssembly(options: AssemblyToRun, log: Log): Promise<void> {
  const { assembly, parameters, port, database } = options;
  checkParameters(readAssembly(assembly), parameters);
  const [kind] = await Promise.all([checkDynamoDB(database), checkPort(port)]);
  const stopping = new Stopping();
  try {
    log(`${startingOf(database, kind)} and ${assembly}`);
    const dynamodb = startDynamoDB({ ...database, kind });
    stopping.add(() => dynamodb.then((one) => one.stop()).catch(() => {}));
    const starting = startLocalStack({ ...options, dataDir: database.dataDir, dynamodb, log });
    stopping.add(() => starting.then((stack) => stack.stop()).catch(() => {}));
    const stack = await starting;
    log('ready');
    console.log(`\n${describe(stack)}\n Press Ctrl-C to stop.\n`);
  } catch (error) {
    if (!stopping.hasBegun) console.error(`\n${error instanceof Error ? error.message : error}`);
    await stopping.end(1);
  }
}

/** The addresses of its APIs, and its outputs. */
function describe({ apis, outputs }: LocalStack): string {
  const urls = apis.flatMap(({ name, protocol, urls }) =>
    urls.map((url) => [`${protocol === 'HTTP' ? 'HTTP' : 'WebSocket'} API "${name}"`, url] as const),
  );
  // Each output is there with its stack's name, too.
  const named = Object.entries(outputs).filter(([name]) => name.includes('.'));
  const width = Math.max(0, ...[...urls, ...named].map(([name]) => name.length));
  const table = (rows: readonly (readonly [string, string])[]) =>
    rows.map(([name, value]) => `  ${name.padEnd(width)}   ${value}\n`).join('');
  return `${table(urls)}${named.length > 0 ? `\n Outputs\n\n${table(named)}` : ''}`;
}
