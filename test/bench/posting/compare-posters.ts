import { forEachConcurrently } from '../../../shared/concurrency.ts';
import { POST_CONCURRENCY } from '../../../shared/delivery/posting/management-api.ts';
import { encodeEvent } from '../../../shared/protocol/json.ts';
import { newConnectionId } from './connection-id.ts';
import { doTask } from './do-task.ts';
import { type Post, postBySdk } from './other-posters.ts';
import { posterTo } from './own-poster.ts';
import { postRaw } from './raw-poster.ts';
import { typicalMessage } from './typical-message.ts';

const CONNECTIONS = 1_000;
/** Turns of a round: each posts once to every connection. */
const TURNS = 4;
const WARM_UP_TURNS = 8;

const frame = encodeEvent({ event: 'newMessage', data: typicalMessage('Zl9cEwA7hQXo3fJv', 4_711) });

/** Posts for each second of CPU, of every round. */
export interface Rates {
  own: number[];
  sdk: number[];
  raw: number[];
}

/** Posts a frame once to every connection. */
type PostAll = (connectionIds: readonly string[]) => Promise<unknown>;

/** Resolves to the CPU time it took, microseconds. */
async function cpuTime(postAll: PostAll): Promise<number> {
  const connectionIds = Array.from({ length: CONNECTIONS }, newConnectionId);
  const before = process.cpuUsage();
  await postAll(connectionIds);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function ownPostAll(endpoint: string): PostAll {
  const poster = posterTo(endpoint);
  return async (connectionIds) => {
    const served = await poster.postAll([{ frames: [frame], connectionIds }], () => Date.now() + 60_000);
    if (served.frames !== connectionIds.length) throw new Error('Not everybody was served');
  };
}

function postAllWith(post: Post): PostAll {
  const postFrame = (connectionId: string) => post(connectionId, frame);
  return (connectionIds) => forEachConcurrently(connectionIds, POST_CONCURRENCY, postFrame);
}

await doTask<{ endpoint: string; rounds: number }, Rates>(async ({ endpoint, rounds }, say) => {
  const contenders = [
    { name: 'own', postAll: ownPostAll(endpoint) },
    { name: 'sdk', postAll: postAllWith(postBySdk(endpoint)) },
    { name: 'raw', postAll: postAllWith(postRaw(endpoint)) },
  ] as const;
  /** Turn by turn, so that all have the same share of what else the machine does. */
  async function round(turns: number): Promise<Record<keyof Rates, number>> {
    const spent = { own: 0, sdk: 0, raw: 0 };
    for (let turn = 0; turn < turns; turn += 1) {
      // What a turn leaves behind is a load on the next.
      const order = turn % 2 === 0 ? contenders : contenders.toReversed();
      for (const { name, postAll } of order) spent[name] += await cpuTime(postAll);
    }
    const rate = (us: number) => (turns * CONNECTIONS * 1_000_000) / us;
    return { own: rate(spent.own), sdk: rate(spent.sdk), raw: rate(spent.raw) };
  }
  await round(WARM_UP_TURNS);
  const rates: Rates = { own: [], sdk: [], raw: [] };
  for (let count = 1; count <= rounds; count += 1) {
    const { own, sdk, raw } = await round(TURNS);
    rates.own.push(own);
    rates.sdk.push(sdk);
    rates.raw.push(raw);
    say(
      `round ${count}: ${own.toFixed()} posts per CPU second, the SDK ${sdk.toFixed()}, raw ${raw.toFixed()}`,
    );
  }
  return rates;
});
