import { z } from 'zod';

const rate = z.number().min(0).max(1).default(0);

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
  /** Share of DynamoDB requests answered with `ProvisionedThroughputExceededException`. */
  dynamodbThrottleRate: rate,
  /** Each WebSocket message waits a random time up to this before its Lambda is invoked, milliseconds. */
  reorderMessagesMs: z.number().min(0).default(0),
  /** Share of stream batches that are delivered a second time after they succeeded. */
  streamRedeliveryRate: rate,
  /**
   * Kills the execution environment of a function whose name contains `function` as soon as its `writes`-th DynamoDB
   * write of one invocation has been carried out, before it hears the answer; `times` counts down to 0.
   */
  killAfterWrites: z
    .strictObject({
      function: z.string(),
      writes: z.number().int().min(1),
      times: z.number().int().min(0).default(1),
    })
    .optional(),
});

export type Faults = z.infer<typeof faultsSchema>;

export const noFaults = (): Faults => faultsSchema.parse({});
