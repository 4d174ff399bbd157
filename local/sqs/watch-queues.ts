import type { Clock } from '../clock.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { CloudWatch } from '../cloudwatch/cloudwatch.ts';
import type { EventSourceMapping } from '../dynamodb/event-source-mapping.ts';
import type { DiscardedBatch } from '../dynamodb/stream-delivery.ts';
import { readQueues } from './queues.ts';

/** The queues, as destinations of what event source mappings give up, measured every minute. */
export function watchQueues(resources: readonly Resource[], clock: Clock, cloudWatch: CloudWatch) {
  const queues = readQueues(resources, clock);
  for (const { name: QueueName, messages } of queues) {
    let wasUsed = false;
    cloudWatch.addGauge('AWS/SQS', 'ApproximateNumberOfMessagesVisible', { QueueName }, () => {
      wasUsed ||= messages().length > 0;
      // CloudWatch hears nothing of a queue that nobody uses.
      return wasUsed ? messages().length : undefined;
    });
  }
  return {
    receive({ DestinationConfig }: EventSourceMapping, batch: DiscardedBatch): void {
      queues.find(({ arn }) => arn === DestinationConfig?.OnFailure?.Destination)?.send(batch);
    },
    purge(logicalIdPart: string): void {
      for (const queue of queues) if (queue.logicalId.includes(logicalIdPart)) queue.purge();
    },
  };
}
