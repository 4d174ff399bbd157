import { cpus } from 'node:os';
import { median, type Part } from './measurement.ts';
import { newCertificate } from './posting/certificate.ts';
import type { Rates } from './posting/compare-posters.ts';
import { runBundled } from './posting/run-bundled.ts';
import { startStubApi } from './posting/stub-api.ts';

const ROUNDS = 10;

/**
 * Posts for each second of CPU: the chat's own poster beside the AWS SDK's client, and beside bytes that are only signed and
 * written to sockets. Turn by turn in one process, over TLS to one server in another, 50 at a time.
 */
export const poster: Part = async (say) => {
  const [{ model = '' } = {}] = cpus();
  say(`on ${cpus().length} cores (${model.trim()}), Node ${process.version}`);
  const certificate = newCertificate();
  const api = await startStubApi(certificate);
  try {
    const task = { endpoint: api.endpoint, rounds: ROUNDS };
    const trust = { NODE_EXTRA_CA_CERTS: certificate.certFile };
    const { own, sdk, raw }: Rates = await runBundled('compare-posters', task, say, trust);
    return [
      ...ratios('poster.vsSdk', own, sdk),
      ...ratios('poster.vsRaw', own, raw),
      { name: 'poster.postsPerCpuSecond', value: median(own), unit: '1/s' },
      { name: 'poster.sdkPostsPerCpuSecond', value: median(sdk), unit: '1/s' },
      { name: 'poster.rawPostsPerCpuSecond', value: median(raw), unit: '1/s' },
    ];
  } finally {
    api.stop();
    certificate.remove();
  }
};

/** Round by round: what is between, and the two that are farthest apart. */
function ratios(name: string, own: readonly number[], others: readonly number[]) {
  const all = own.map((rate, round) => rate / (others[round] ?? 0));
  return [
    { name, value: median(all), unit: 'ratio' },
    { name: `${name}Min`, value: Math.min(...all), unit: 'ratio' },
    { name: `${name}Max`, value: Math.max(...all), unit: 'ratio' },
  ];
}
