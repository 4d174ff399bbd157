import { z } from 'zod';

const rate = z.number().min(0).max(1).default(0);
const count = z.number().int().min(1);

const environmentToKill = {
  /** Part of the function's logical id. */
  function: z.string(),
  /** How often it still happens: counts down to 0. */
  times: z.number().int().min(0).default(1),
};

/** What can be made to go wrong. `FAULTS` (JSON) sets it at the start; tests change it while the stack runs. */
export const faultsSchema = z.strictObject({
  /** Share of `$disconnect` invocations that never happen. */
  dropDisconnect: rate,
  /** Share of management API calls answered with 500. */
  managementErrorRate: rate,
  /** Share of management API calls answered with 429 `LimitExceededException`. */
  managementThrottleRate: rate,
  /** Added before every management API answer, milliseconds. */
  managementLatencyMs: z.number().min(0).default(0),
  /** Ids of connections whose client seems to read nothing more: `PostToConnection` to them is answered with 429. */
  fullBuffers: z.array(z.string()).default(() => []),
  /** Share of DynamoDB requests answered with `ProvisionedThroughputExceededException`. */
  dynamodbThrottleRate: rate,
  /** Each WebSocket message waits a random time up to this before its Lambda is invoked, milliseconds. */
  reorderMessagesMs: z.number().min(0).default(0),
  /** How many invocations of functions may run at once, instead of the stack's own setting; 0 throttles all. */
  lambdaConcurrency: z.number().int().min(0).optional(),
  /** Share of stream batches that never reach their function. */
  streamDropRate: rate,
  /** Share of stream batches that are delivered a second time after they succeeded. */
  streamRedeliveryRate: rate,
  /**
   * Kills an execution environment as soon as its `writes`-th DynamoDB write of one invocation has been carried out,
   * before it hears the answer. With `of`, only writes count of an item whose key (`pk sk`) has this in it.
   */
  killAfterWrites: z
    .strictObject({ ...environmentToKill, of: z.string().min(1).optional(), writes: count })
    .optional(),
  /** The same after the `posts`-th `PostToConnection` that sent its frame. */
  killAfterPosts: z.strictObject({ ...environmentToKill, posts: count }).optional(),
  /** The same after the `puts`-th `PutEvents` that was carried out. */
  killAfterPutEvents: z.strictObject({ ...environmentToKill, puts: count }).optional(),
  /** Share of the entries of `PutEvents` that are answered with `InternalFailure`. */
  putEventsErrorRate: rate,
});

export type Faults = z.infer<typeof faultsSchema>;

export const noFaults = (): Faults => faultsSchema.parse({});

/** `FAULTS`. Throws an `Error` whose message is for the user. */
export function parseFaults(json: string): Faults {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new Error(`FAULTS is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const parsed = faultsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => [...path, message].join(' '));
  throw new Error(`FAULTS: ${issues.join('; ')}`);
}
