import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { publicationsOf } from '../../shared/chat/publications.ts';
import type { Change } from '../../shared/store/changes.ts';
import { openTable } from '../../shared/store/table.ts';
import { environment } from '../context/environment.ts';
import { putOnBus } from '../context/event-bus.ts';
import { metrics, observed } from '../context/observe.ts';

const table = openTable(environment.tableName);

/**
 * Publishes what has happened, at least once: a record counts as done when the bus has taken all that there is to say about
 * it. After one that is not done, those that follow come again with it.
 */
async function publish({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  const publications = await publicationsOf(table, Records.map(changeOf));
  const all = publications.flat();
  const refused = await putOnBus(all);
  metrics.count('Published', all.length - refused.size);
  return {
    batchItemFailures: Records.filter((_, index) =>
      publications[index]?.some((publication) => refused.has(publication)),
    ).map(({ dynamodb }) => ({ itemIdentifier: dynamodb?.SequenceNumber ?? '' })),
  };
}

export const handler = observed(() => ({}), publish);

const changeOf = ({ eventID = '', eventName = 'MODIFY', dynamodb = {} }: DynamoDBRecord): Change => ({
  key: { pk: dynamodb.Keys?.pk?.S ?? '', sk: dynamodb.Keys?.sk?.S ?? '' },
  how: eventName,
  id: eventID,
  at: new Date((dynamodb.ApproximateCreationDateTime ?? 0) * 1_000).toISOString(),
});
