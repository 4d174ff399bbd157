import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { Publication } from '../../shared/chat/publications.ts';
import { environment } from './environment.ts';
import { log } from './observe.ts';

const SOURCE = 'live-event-chat';

/** Of one request. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
const MAX_ENTRIES = 10;
const MAX_BYTES = 250_000;
/** What an entry has besides its detail counts as less than this. */
const ENTRY_BYTES = 100;

const { 'events.busArn': busArn = '' } = environment.settings;

const eventBridge = new EventBridgeClient({
  region: busArn.split(':')[3] ?? '',
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
});

const entryOf = ({ type, at, detail }: Publication): PutEventsRequestEntry => ({
  EventBusName: busArn,
  Source: SOURCE,
  DetailType: type,
  Time: new Date(at),
  Detail: JSON.stringify(detail),
});

/** Puts publications on the bus; resolves to those that it has not taken. */
export async function putOnBus(publications: readonly Publication[]): Promise<ReadonlySet<Publication>> {
  const refused = await Promise.all(requestsOf(publications).map(put));
  return new Set(refused.flat());
}

type Prepared = { publication: Publication; entry: PutEventsRequestEntry };

function requestsOf(publications: readonly Publication[]): Prepared[][] {
  const requests: Prepared[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const publication of publications) {
    const entry = entryOf(publication);
    const size = Buffer.byteLength(entry.Detail ?? '') + ENTRY_BYTES;
    const last = requests.at(-1);
    if (last && last.length < MAX_ENTRIES && bytes + size <= MAX_BYTES) {
      last.push({ publication, entry });
      bytes += size;
    } else {
      requests.push([{ publication, entry }]);
      bytes = size;
    }
  }
  return requests;
}

async function put(request: readonly Prepared[]): Promise<Publication[]> {
  try {
    const { Entries = [] } = await eventBridge.send(
      new PutEventsCommand({ Entries: request.map(({ entry }) => entry) }),
    );
    const refused = request.filter((_, index) => Entries[index]?.EventId === undefined);
    const codes = new Set(Entries.flatMap(({ ErrorCode }) => ErrorCode ?? []));
    if (refused.length > 0)
      log.warn('the bus has refused events', { count: refused.length, codes: [...codes] });
    return refused.map(({ publication }) => publication);
  } catch (error) {
    log.error('the bus could not be reached', { error });
    return request.map(({ publication }) => publication);
  }
}
