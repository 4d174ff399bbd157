import { forEachConcurrently } from '../../../shared/concurrency.ts';
import { POST_CONCURRENCY } from '../../../shared/delivery/posting/management-api.ts';
import { encodeEvent } from '../../../shared/protocol/json.ts';
import { newConnectionId } from './connection-id.ts';
import { doTask } from './do-task.ts';
import { type Post, postBySdk, postRaw } from './other-posters.ts';
import { posterTo } from './own-poster.ts';
import { typicalMessage } from './typical-message.ts';

const CONNECTIONS = 1_000;
/** In a turn so many times to every connection. The SDK takes several times as long for each. */
const TIMES = 4;
const SDK_TIMES = 2;
const WARM_UP_TIMES = 8;

const frame = encodeEvent({ event: 'newMessage', data: typicalMessage('Zl9cEwA7hQXo3fJv', 4_711) });

/** Posts for each second of CPU, of every round. */
export interface Rates {
  own: number[];
  sdk: number[];
  raw: number[];
}

/** Posts a frame once to every connection. */
type PostAll = (connectionIds: readonly string[]) => Promise<unknown>;

async function postsPerCpuSecond(postAll: PostAll, times: number): Promise<number> {
  const connectionIds = Array.from({ length: CONNECTIONS }, newConnectionId);
  const before = process.cpuUsage();
  for (let time = 0; time < times; time += 1) await postAll(connectionIds);
  const { user, system } = process.cpuUsage(before);
  return (times * CONNECTIONS * 1_000_000) / (user + system);
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
    { name: 'own', postAll: ownPostAll(endpoint), times: TIMES },
    { name: 'sdk', postAll: postAllWith(postBySdk(endpoint)), times: SDK_TIMES },
    { name: 'raw', postAll: postAllWith(postRaw(endpoint, POST_CONCURRENCY)), times: TIMES },
  ] as const;
  for (const { postAll } of contenders) await postsPerCpuSecond(postAll, WARM_UP_TIMES);
  const rates: Rates = { own: [], sdk: [], raw: [] };
  for (let round = 1; round <= rounds; round += 1) {
    // What a turn leaves behind is a load on the next.
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const { name, postAll, times } of order) rates[name].push(await postsPerCpuSecond(postAll, times));
    const [own, sdk, raw] = [rates.own, rates.sdk, rates.raw].map((all) => Math.round(all.at(-1) ?? 0));
    say(`round ${round}: ${own} posts per CPU second, the SDK ${sdk}, raw ${raw}`);
  }
  return rates;
});
