import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { type LocalStack, startLocalStack } from '../../../local/local-stack.ts';
import { tableKeys } from '../../../shared/store/keys.ts';
import { chatAssembly } from '../../support/assemblies.ts';
import { startPlainServer } from './plain-server.ts';
import type { Addresses, Questions, System } from './served.ts';

type Answers = { [Name in keyof Questions]: () => Questions[Name] | Promise<Questions[Name]> };

/** Everybody comes from one address, again and again. */
const settings = { joinsPerSecond: 1_000, joinBurst: 1_000, sendsPerSecond: 1_000, sendBurst: 1_000 };
/** As many environments as two processors can keep busy. */
const fleet = { perFunction: 4, total: 40, patienceMs: 50 };

async function startChat(): Promise<LocalStack> {
  const assembly = await chatAssembly(settings);
  return startLocalStack({ assembly, fleet, dynamodbKind: 'memory', log: console.error });
}

async function rowsOf({ dynamodbEndpoint, tables }: LocalStack): Promise<number> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint: dynamodbEndpoint, region: 'us-east-1', credentials });
  let rows = 0;
  let from: Record<string, never> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new ScanCommand({ TableName: Object.values(tables)[0], ExclusiveStartKey: from }),
    );
    rows += Items.filter((item) => !item[tableKeys.timeToLive]).length;
    from = LastEvaluatedKey as typeof from;
  } while (from);
  return rows;
}

function memoryMiB(): number {
  global.gc?.();
  return process.memoryUsage().rss / 2 ** 20;
}

async function serve(system: System): Promise<{ addresses: Addresses; answers: Answers }> {
  if (system !== 'chat') {
    const url = await startPlainServer(system === 'socketio-recovery');
    const none = () => 0;
    return { addresses: { url, eventsUrl: '' }, answers: { memoryMiB, rows: none, redeploy: none } };
  }
  const stack = await startChat();
  return {
    addresses: { url: `${stack.outputs.WebSocketUrl}`, eventsUrl: `${stack.outputs.EventsUrl}` },
    answers: {
      memoryMiB,
      rows: () => rowsOf(stack),
      redeploy: () => stack.replaceEnvironments(),
    },
  };
}

process.on('disconnect', () => process.exit());
const { addresses, answers } = await serve(process.argv[2] as System);
process.on('message', async (name: keyof Questions) => process.send?.(await answers[name]()));
process.send?.(addresses);
