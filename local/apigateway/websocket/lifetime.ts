import type { Clock } from '../../clock.ts';

/** A connection may be idle for 10 minutes. */
export const idleTimeoutMs = 600_000;
/** A connection lives 2 hours at most. */
export const maximumDurationMs = 7_200_000;

/**
 * Ends a connection that is idle or old. Messages in either direction keep it alive, pings and pongs do not.
 *
 * The idle timer is not set anew by each message: when it fires it looks at the last activity and waits for the rest,
 * so that a message costs nothing.
 *
 * "Quotas for configuring and running a WebSocket API":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 *
 * @returns stops watching
 */
export function watchLifetime(
  clock: Clock,
  lastActiveAt: () => number,
  end: (why: 'idle' | 'maximum-duration') => void,
): () => void {
  let cancelIdle = () => {};
  const waitFor = (ms: number) => {
    cancelIdle = clock.after(ms, () => {
      const leftMs = lastActiveAt() + idleTimeoutMs - clock.now();
      if (leftMs > 0) waitFor(leftMs);
      else end('idle');
    });
  };
  waitFor(idleTimeoutMs);
  const cancelMaximum = clock.after(maximumDurationMs, () => end('maximum-duration'));
  return () => {
    cancelIdle();
    cancelMaximum();
  };
}
