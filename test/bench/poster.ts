import { median, type Part } from './measurement.ts';
import type { Rates } from './posting/compare-posters.ts';
import { runBundled } from './posting/run-bundled.ts';
import { startStubApi } from './posting/stub-api.ts';

const ROUNDS = 8;

/**
 * Posts for each second of CPU: the chat's own poster beside the AWS SDK's client, and beside requests that are only signed
 * and sent. Turn by turn in one process, against one server in another.
 */
export const poster: Part = async (say) => {
  const api = await startStubApi();
  try {
    const task = { endpoint: api.endpoint, rounds: ROUNDS };
    const { own, sdk, raw }: Rates = await runBundled('compare-posters', task, say);
    const ratioTo = (others: number[]) => median(own.map((rate, round) => rate / (others[round] ?? 0)));
    return [
      { name: 'poster.vsSdk', value: ratioTo(sdk), unit: 'ratio' },
      { name: 'poster.vsRaw', value: ratioTo(raw), unit: 'ratio' },
      { name: 'poster.postsPerCpuSecond', value: median(own), unit: '1/s' },
      { name: 'poster.sdkPostsPerCpuSecond', value: median(sdk), unit: '1/s' },
      { name: 'poster.rawPostsPerCpuSecond', value: median(raw), unit: '1/s' },
    ];
  } finally {
    api.stop();
  }
};
