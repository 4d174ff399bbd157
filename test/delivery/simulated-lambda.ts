import { AsyncLocalStorage } from 'node:async_hooks';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { sleep } from '../../shared/concurrency.ts';

export type Lambda = ReturnType<typeof newLambda>;

/** One Lambda invocation. Once it has no steps left it does nothing any more. */
const invocation = new AsyncLocalStorage<{ steps: number; die: () => void }>();

/** Invocations in which every read, write and post takes a while, by chance, and may be the last. */
export function newLambda(random: () => number) {
  /** How likely an invocation is to die half-way. */
  const dangers = { deathRate: 0 };

  async function pause(): Promise<void> {
    const current = invocation.getStore();
    if (current && --current.steps <= 0) {
      current.die();
      await new Promise(() => {});
    }
    if (random() < 0.5) await sleep(random() < 0.9 ? random() * 10 : random() * 60);
  }

  /** Resolves to undefined if the invocation dies, about which `whenDead` hears, or throws. */
  const invoke = <T>(work: () => Promise<T>, whenDead: () => void = () => {}) =>
    new Promise<T | undefined>((resolve) => {
      const dies = random() < dangers.deathRate;
      const steps = dies ? 1 + random() * 60 : Number.POSITIVE_INFINITY;
      const die = () => {
        whenDead();
        resolve(undefined);
      };
      invocation.run({ steps, die }, work).then(resolve, () => resolve(undefined));
    });

  /** What a client does does not end with the invocation that it hears of. */
  const outside = <T>(work: () => T): T => invocation.exit(work);

  /** The client, only slower; `sent` hears of every command that was carried out. */
  function slowed(client: DynamoDBDocumentClient, sent: (command: unknown) => void): DynamoDBDocumentClient {
    const send = client.send.bind(client) as (command: unknown) => Promise<unknown>;
    return Object.assign(Object.create(client), {
      async send(command: unknown) {
        await pause();
        const result = await send(command).finally(() => sent(command));
        await pause();
        return result;
      },
    });
  }
  return { dangers, pause, invoke, outside, slowed };
}
