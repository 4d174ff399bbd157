import type { IncomingMessage, ServerResponse } from 'node:http';
import { arnOf } from './cloudformation/attributes.ts';
import type { Account } from './cloudformation/physical-id.ts';
import { type BusEvent, EventBuses } from './eventbridge/event-buses.ts';
import type { Faults } from './faults.ts';
import type { Iam } from './iam.ts';
import type { AsynchronousInvocations } from './lambda/asynchronous-invocation.ts';
import { handleInvoke } from './lambda/invoke-api.ts';
import { killAfter } from './lambda/kill-after.ts';
import type { LambdaService } from './lambda/lambda-service.ts';
import type { Log } from './log.ts';

export interface ServiceApis {
  /** False if the request is for something else. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
  /** What functions have put on event buses. */
  readonly busEvents: readonly BusEvent[];
}

/** The APIs of services that functions call at the stack's own origin: Lambda's Invoke API, and EventBridge's PutEvents. */
export function serviceApis(options: {
  readonly account: Account;
  readonly iam: Iam;
  readonly lambda: LambdaService;
  readonly asynchronous: AsynchronousInvocations;
  readonly faults: Faults;
  readonly log: Log;
}): ServiceApis {
  const { account, iam, lambda, faults } = options;
  const buses = new EventBuses({
    ...options,
    onPut: (id) => killAfter(lambda.environment(id), 'puts', faults.killAfterPutEvents),
  });
  const invoking = { ...options, ...iam, arnPrefix: arnOf('AWS::Lambda::Function', '', account) };
  return {
    handle: async (req, res) => (await handleInvoke(req, res, invoking)) || (await buses.handle(req, res)),
    busEvents: buses.events,
  };
}
