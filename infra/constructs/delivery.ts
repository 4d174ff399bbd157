import { Duration } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { EVENT_HEAD } from '../../shared/store/keys.ts';
import { timing } from '../../shared/timing.ts';
import type { Settings } from '../context-settings.ts';
import { ChatFunction } from './chat-function.ts';
import { deadLetterQueue } from './dead-letters.ts';
import { posts, runsWindows } from './grants.ts';
import type { ManagementApi } from './management-api.ts';

/**
 * What no client request starts: `deliver` on the stream of event heads, with `post` for its large audiences; the sweep,
 * every minute, for what that has missed; and heartbeats.
 */
export class Delivery extends Construct {
  readonly deadLetters: Queue;

  constructor(
    scope: Construct,
    id: string,
    { settings, table, api }: { settings: Settings; table: ITable; api: ManagementApi },
  ) {
    super(scope, id);
    const common = {
      settings,
      table,
      itemActions: runsWindows,
      management: { api, methods: posts },
      // The window of an audience of 100,000 takes 20 seconds; the rest is for retries.
      timeout: Duration.millis(timing.windowTimeoutMs),
    };
    const post = new ChatFunction(this, 'Post', {
      settings,
      table,
      entry: 'delivery/post',
      // It may post for no longer than the rest of the lease that its window had.
      itemActions: [],
      management: { api, methods: ['POST', 'GET'] },
    });
    const deliver = new ChatFunction(this, 'Deliver', { ...common, entry: 'stream/deliver' });
    deliver.mayInvoke(post, 'POST_FUNCTION');
    this.deadLetters = deadLetterQueue(this);
    deliver.lambda.addEventSource(
      new DynamoEventSource(table, {
        startingPosition: StartingPosition.TRIM_HORIZON,
        // Only changes of event heads. The key of a head never changes, so the records of one event stay in order.
        filters: [
          FilterCriteria.filter({
            eventName: FilterRule.isEqual('MODIFY'),
            dynamodb: { Keys: { sk: { S: FilterRule.isEqual(EVENT_HEAD) } } },
          }),
        ],
        batchSize: 100,
        parallelizationFactor: 10,
        reportBatchItemFailures: true,
        // A failed attempt takes some seconds, so the age is reached first.
        retryAttempts: 1_000,
        maxRecordAge: Duration.hours(1),
        onFailure: new SqsDlq(this.deadLetters),
      }),
    );
    const scheduled = { ...common, queriesIndex: true };
    const sweep = new ChatFunction(this, 'Sweep', { ...scheduled, entry: 'schedule/sweep' });
    sweep.mayInvoke(post, 'POST_FUNCTION');
    const heartbeat = new ChatFunction(this, 'Heartbeat', { ...scheduled, entry: 'schedule/heartbeat' });
    for (const { lambda } of [sweep, heartbeat]) {
      // The next minute has its own run, so a late one would only come on top. The `retryAttempts` of a rule's target
      // are for the hand-over; what Lambda does when the function fails or is throttled is said here.
      lambda.configureAsyncInvoke({ maxEventAge: Duration.minutes(1), retryAttempts: 0 });
    }
    // A cron expression, unlike a rate, says exactly which minute it fires for.
    const schedule = Schedule.cron({ minute: '*' });
    new Rule(this, 'SweepEveryMinute', {
      description: `${settings.name}: every minute, repairs what was left undone`,
      schedule,
      targets: [new LambdaFunction(sweep.lambda, { retryAttempts: 0 })],
    });
    new Rule(this, 'HeartbeatEveryMinute', {
      description: `${settings.name}: every minute, keeps a part of the Socket.IO connections open`,
      schedule,
      targets: [new LambdaFunction(heartbeat.lambda, { retryAttempts: 0 })],
    });
  }
}
