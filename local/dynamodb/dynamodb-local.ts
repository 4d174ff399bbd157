import { setTimeout as sleep } from 'node:timers/promises';
import { callDynamoDB } from './call.ts';
import { openDataDir } from './data-dir.ts';
import { isInstalled, notInstalled, startDynamoDBLocal } from './dynamodb-local-process.ts';
import { hasJava, noJava } from './java.ts';

/** `local`: AWS's DynamoDB Local, which needs Java. `memory`: our own model of it, in this process. */
export const dynamodbKinds = ['local', 'memory'] as const;
export type DynamoDBKind = (typeof dynamodbKinds)[number];

/** A DynamoDB that answers. */
export interface DynamoDB {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** Undefined: it was running before. */
  readonly kind?: DynamoDBKind;
  /**
   * The same without HTTP, where it is in this process: `target` as in `x-amz-target`, `body` JSON or what it stands for, which is
   * kept. Nobody may change the output.
   */
  readonly answer?:
    | ((target: string, body: string | object) => { status: number; output: unknown })
    | undefined;
  /** Ends it if it was started here. May be called twice. */
  stop(): Promise<void>;
}

export interface DynamoDBOptions {
  /** Keeps the data in this directory; without it everything is in memory. */
  readonly dataDir?: string | undefined;
  /** Uses the DynamoDB that runs here instead. Default: the environment's `DYNAMODB_ENDPOINT`. */
  readonly endpoint?: string | undefined;
  /** Default: the environment's `DYNAMODB`; else `local` if there is a Java, else `memory`. */
  readonly kind?: string | undefined;
}

/**
 * Which DynamoDB `startDynamoDB` starts with the same options; undefined: none, one runs. Throws in one sentence if it
 * cannot succeed. Takes a tenth of a second.
 */
export async function checkDynamoDB(options: DynamoDBOptions = {}): Promise<DynamoDBKind | undefined> {
  const { running, kind, dataDir } = read(options);
  if (running) {
    await checkEndpoint(running);
    return undefined;
  }
  if (dataDir) await openDataDir(dataDir);
  if (kind === 'memory') return kind;
  if (isInstalled() && (await hasJava())) return 'local';
  if (kind === 'local' || dataDir) throw new Error(isInstalled() ? noJava : notInstalled);
  return 'memory';
}

/** What is to be said of the start of what `checkDynamoDB` has found. */
export function startingOf(options: DynamoDBOptions, kind: DynamoDBKind | undefined): string {
  if (kind === undefined) return 'using the DynamoDB that runs';
  if (kind === 'local') return 'starting DynamoDB Local';
  const why = isInstalled()
    ? 'without Java there is no DynamoDB Local: '
    : 'DynamoDB Local is not installed: ';
  return `${read(options).kind ? '' : why}starting DynamoDB in memory`;
}

function read({ endpoint, kind, dataDir }: DynamoDBOptions) {
  const running = endpoint ?? process.env.DYNAMODB_ENDPOINT;
  const wanted = kind ?? (process.env.DYNAMODB || undefined);
  const known = dynamodbKinds.find((one) => one === wanted);
  if (wanted && !known)
    throw new Error(`There is no DynamoDB "${wanted}": expected ${dynamodbKinds.join(' or ')}.`);
  if (running && wanted)
    throw new Error('DYNAMODB_ENDPOINT names a DynamoDB that runs already; choose none beside it.');
  if (dataDir && known === 'memory')
    throw new Error('The DynamoDB in memory keeps nothing: leave out DATA_DIR, or choose DynamoDB Local.');
  return { running, kind: known, dataDir };
}

async function startMemoryDynamoDB(): Promise<DynamoDB> {
  const server = await import('./memory/memory-server.ts');
  return server.startMemoryDynamoDB();
}

async function checkEndpoint(endpoint: string): Promise<void> {
  const timeout = sleep(5_000, undefined, { ref: false }).then(() => Promise.reject(new Error('timeout')));
  await Promise.race([callDynamoDB(endpoint, 'ListTables', {}), timeout]).catch((cause: unknown) => {
    throw new Error(`No DynamoDB answers at ${endpoint} (DYNAMODB_ENDPOINT).`, { cause });
  });
}

/** Starts a DynamoDB. Does not need the templates, so it can be called before they are synthesized. */
export async function startDynamoDB(options: DynamoDBOptions = {}): Promise<DynamoDB> {
  const { running, kind, dataDir } = read(options);
  if (running) {
    await checkEndpoint(running);
    return { endpoint: running, stop: async () => {} };
  }
  if (kind === 'memory') return startMemoryDynamoDB();
  if (dataDir) await openDataDir(dataDir);
  const local = isInstalled() ? await startDynamoDBLocal(dataDir) : undefined;
  if (local) return local;
  if (kind === 'local' || dataDir) throw new Error(noJava);
  return startMemoryDynamoDB();
}
