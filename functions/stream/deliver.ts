import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { catchUp } from '../../shared/delivery/deliver.ts';
import { idOf } from '../../shared/store/keys.ts';
import { chat } from '../context/chat.ts';
import { untilShortlyBefore } from '../context/deadline.ts';
import { log, observed } from '../context/observe.ts';
import { postElsewhere } from '../context/post-elsewhere.ts';

const delivery = { ...chat, postElsewhere };

/** An event of several in a batch may take so long, milliseconds: the others wait for it. Then it is retried. */
const TOGETHER_MS = 60_000;

/**
 * Delivers the events whose heads have changed. A batch may contain several events; they run concurrently and fail
 * separately. If a record is delivered twice, the second invocation finds nothing to do.
 */
async function deliver({ Records }: DynamoDBStreamEvent, context: Context): Promise<DynamoDBBatchResponse> {
  const firstRecordOf = new Map<string, string>();
  for (const { dynamodb } of Records) {
    const eventId = idOf(dynamodb?.Keys?.pk?.S ?? '');
    if (!firstRecordOf.has(eventId)) firstRecordOf.set(eventId, dynamodb?.SequenceNumber ?? '');
  }
  const batchItemFailures: DynamoDBBatchResponse['batchItemFailures'] = [];
  return untilShortlyBefore(context, async (end) => {
    const deadline = firstRecordOf.size > 1 ? Math.min(end, Date.now() + TOGETHER_MS) : end;
    await Promise.all(
      [...firstRecordOf].map(async ([eventId, itemIdentifier]) => {
        try {
          await catchUp(delivery, eventId, deadline);
        } catch (error) {
          log.error('delivery failed and will be retried', { eventId, error });
          batchItemFailures.push({ itemIdentifier });
        }
      }),
    );
    return { batchItemFailures };
  });
}

// Of several events: each line says which.
export const handler = observed(() => ({}), deliver);
