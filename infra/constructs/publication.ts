import { Duration } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { AUDIT, EVENT, LOG, META } from '../../shared/store/keys.ts';
import type { Settings } from '../context-settings.ts';
import { ChatFunction } from './chat-function.ts';
import { deadLetterQueue } from './dead-letters.ts';
import { eventsOnly } from './grants.ts';

const ofEvents = { S: FilterRule.beginsWith(EVENT) };
const isNew = { eventName: FilterRule.isEqual('INSERT') };
const filters = {
  event: { dynamodb: { Keys: { pk: ofEvents, sk: { S: FilterRule.isEqual(META) } } } },
  audit: { ...isNew, dynamodb: { Keys: { pk: { S: [{ suffix: AUDIT }] } } } },
  // The sort keys of other items may be what a client chose.
  log: { ...isNew, dynamodb: { Keys: { pk: ofEvents, sk: { S: FilterRule.beginsWith(LOG) } } } },
};

/**
 * Puts what happens on an EventBridge bus of the operator's. The second consumer of the table's stream: two are as many as
 * DynamoDB serves without throttling them.
 */
export class Publication extends Construct {
  readonly deadLetters: Queue;

  constructor(
    scope: Construct,
    id: string,
    { settings, table, busArn }: { settings: Settings; table: ITable; busArn: string },
  ) {
    super(scope, id);
    const publish = new ChatFunction(this, 'Publish', {
      entry: 'stream/publish',
      settings,
      table,
      itemActions: ['BatchGetItem'],
      partitions: eventsOnly,
      timeout: Duration.minutes(1),
    });
    publish.lambda.addToRolePolicy(
      new PolicyStatement({ actions: ['events:PutEvents'], resources: [busArn] }),
    );
    this.deadLetters = deadLetterQueue(this);
    const { event, audit, log } = filters;
    publish.lambda.addEventSource(
      new DynamoEventSource(table, {
        // From the latest on, it could miss something whenever the mapping changes.
        startingPosition: StartingPosition.TRIM_HORIZON,
        filters: [event, audit, ...(settings['events.messages'] ? [log] : [])].map(FilterCriteria.filter),
        batchSize: 100,
        reportBatchItemFailures: true,
        // The age is reached first: a bus that is back within it misses nothing.
        retryAttempts: 10_000,
        maxRecordAge: Duration.hours(12),
        onFailure: new SqsDlq(this.deadLetters),
      }),
    );
  }
}
