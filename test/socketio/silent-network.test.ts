import { afterEach, expect, inject, test, vi } from 'vitest';
import { PING_INTERVAL_MS, PING_TIMEOUT_MS } from '../../shared/protocol/socketio.ts';
import { createEvent, enter } from '../support/chat.ts';
import { silentNetwork } from '../support/silent-network.ts';
import { enterSocket, sayMany, textsOf } from '../support/sockets.ts';

/** A network that swallows everything: the client notices by itself, as it was told to, and recovers its session. */

/** Holds what clients want to do in a minute or later until it is told that so much time has passed. */
function holdLongTimers() {
  const held = new Map<object, { callback: () => void; delayMs: number }>();
  const { setTimeout, clearTimeout } = globalThis;
  vi.stubGlobal('setTimeout', (callback: () => void, delayMs = 0) => {
    if (delayMs < 60_000) return setTimeout(callback, delayMs);
    const timer = { unref: () => timer };
    held.set(timer, { callback, delayMs });
    return timer;
  });
  vi.stubGlobal('clearTimeout', (timer: Parameters<typeof clearTimeout>[0]) => {
    if (!held.delete(Object(timer))) clearTimeout(timer);
  });
  return {
    get delays(): number[] {
      return [...held.values()].map(({ delayMs }) => delayMs);
    },
    pass(ms: number): void {
      for (const [timer, { callback, delayMs }] of held) {
        if (delayMs <= ms && held.delete(timer)) callback();
      }
    },
  };
}

afterEach(() => vi.unstubAllGlobals());

test('the client gives up after interval and timeout, comes back and gets what it missed', async () => {
  const noticedAfterMs = PING_INTERVAL_MS + PING_TIMEOUT_MS;
  const network = await silentNetwork(inject('chatUrl'));
  try {
    const eventId = await createEvent();
    const bob = await enter(eventId, 'bob');
    const timers = holdLongTimers();
    const ana = await enterSocket(eventId, 'ana', { url: network.url });
    const before = await sayMany(bob, 1, 'before');
    await ana.hears('newMessage', { text: 'before 0' });
    const { id } = ana.socket;

    network.swallow();
    const missed = await sayMany(bob, 3, 'missed');
    expect(timers.delays).toEqual([noticedAfterMs]);
    timers.pass(noticedAfterMs - 1);
    expect(ana.socket.connected).toBe(true);
    timers.pass(noticedAfterMs);
    await ana.hears('disconnect', { reason: 'ping timeout' });

    await ana.hears('newMessage', { text: 'missed 2' });
    expect(ana.socket).toMatchObject({ recovered: true, id });
    expect(textsOf(ana)).toEqual([...before, ...missed]);
    await bob.settle();
    expect(bob.all('userLeft')).toEqual([]);
  } finally {
    await network.stop();
  }
});
