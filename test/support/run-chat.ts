import { strictPosts } from '../../local/apigateway/settings.ts';
import { ManualClock } from '../../local/clock.ts';
import type { Write } from '../../local/dynamodb/write.ts';
import { noFaults } from '../../local/faults.ts';
import { type LocalStack, type LocalStackOptions, startLocalStack } from '../../local/local-stack.ts';
import { chatSettings } from '../../shared/settings.ts';
import { chatAssembly } from './assemblies.ts';
import { environmentsHere } from './environments-here.ts';

/** Lets all faults end. */
export function endFaults({ faults }: LocalStack): void {
  delete faults.killAfterWrites;
  delete faults.killAfterPosts;
  delete faults.killAfterPutEvents;
  delete faults.lambdaConcurrency;
  Object.assign(faults, noFaults());
}

export type RunningChat = LocalStack & {
  /** Also tells the functions the time. */
  readonly clock: ManualClock;
  /** What functions have written, oldest first. */
  readonly writes: readonly Write[];
};

/** Tests have few people, and to start an environment takes as long as several invocations. */
const fleet = { perFunction: 3, total: 40, patienceMs: 200 };

interface Options extends Partial<LocalStackOptions> {
  /** Settings that templates have nowhere but in the variables of functions, over the others: they need no synthesis of their own. */
  forFunctions?: Record<string, unknown>;
}

/** The chat on a local stack of its own, with these settings. `CHAT_LOG=1` shows what the stack and the functions say. */
export async function runChat(
  settings: Record<string, unknown> = {},
  { forFunctions, ...options }: Options = {},
): Promise<RunningChat> {
  const assembly = await chatAssembly(settings);
  const clock = options.clock instanceof ManualClock ? options.clock : new ManualClock();
  const writes: Write[] = [];
  const variables = { SETTINGS: JSON.stringify(chatSettings.parse({ ...settings, ...forFunctions })) };
  const stack = await startLocalStack({
    assembly,
    faults: noFaults(),
    fleet,
    onWrite: (write) => writes.push(write),
    log: process.env.CHAT_LOG ? console.error : () => {},
    ...options,
    ...(forFunctions && { environment: () => variables }),
    apiGateway: { ...strictPosts, ...options.apiGateway },
    clock,
  });
  return Object.assign(stack, { clock, writes });
}

/** Environments in this process are ready at once. */
const fleetHere = { perFunction: 8, total: 400, starting: 20, patienceMs: 20 };

/** The same with functions that run in this process: for the breadth of cases, where it does not matter how Lambda runs them. */
export const runChatHere: typeof runChat = async (settings, options) =>
  runChat(settings, { fleet: fleetHere, ...options, environments: await environmentsHere() });
