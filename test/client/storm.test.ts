import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { createChat } from '../../client/index.ts';
import { type LoadWire, Member } from '../load/member.ts';
import { Tally } from '../load/tally.ts';
import { createEvent } from '../support/chat.ts';
import { endFaults, runChatHere } from '../support/run-chat.ts';

/** What a new account may have; `STORM_CLIENTS=20` tries 60 clients instead of 24. */
const CONCURRENCY = 10;
const OF_EACH = Number(process.env.STORM_CLIENTS ?? 8);
const MESSAGES = 2;

/** Several times what it takes on a slow machine. */
const PATIENCE_MS = 400_000;
/** The shortest time between two attempts, milliseconds: socket.io-client waits at least half of its `reconnectionDelay`. */
const SOCKETIO_PAUSE_MS = 500;

test(
  'with 10 executions for all nothing acknowledged is lost, and nobody storms',
  async () => {
    const stack = await runChatHere(
      { sendsPerSecond: 1_000, sendBurst: 1_000, joinsPerSecond: 1_000, joinBurst: 1_000 },
      {
        lambdaConcurrency: CONCURRENCY,
        functionLogs: 'none',
        fleet: { perFunction: 6, total: 60, patienceMs: 50 },
      },
    );
    onTestFinished(() => stack.stop());
    const url = `${stack.outputs.WebSocketUrl}`;
    const eventId = await createEvent('Storm', `${stack.outputs.EventsUrl}`);
    const startedAt = performance.now();

    // Everybody comes at once: the client package, and clients on both wires.
    let attempts = 0;
    class CountedSocket extends WebSocket {
      constructor(...args: ConstructorParameters<typeof WebSocket>) {
        super(...args);
        attempts += 1;
      }
    }
    const rooms = Array.from({ length: OF_EACH }, (_, i) => {
      const chat = createChat({ url, WebSocket: CountedSocket as unknown as typeof globalThis.WebSocket });
      onTestFinished(() => chat.close());
      return chat.join(eventId, { username: `package ${i}` });
    });
    const tally = new Tally(startedAt);
    const membersOn = (wire: LoadWire) =>
      Array.from({ length: OF_EACH }, (_, i) => {
        const refused = (why: string) => expect.unreachable(why);
        const member = new Member({
          ...{ url, wire, eventId, username: `${wire} ${i}`, tally },
          ...{ onLive: () => {}, onRefused: refused },
        });
        onTestFinished(() => member.close());
        return member;
      });
    const [json, socketio] = [membersOn('json'), membersOn('socketio')];
    const members = [...json, ...socketio];
    const patient = { timeout: PATIENCE_MS, interval: 100 };
    await expect
      .poll(() => rooms.filter(({ snapshot }) => snapshot.status === 'live').length, patient)
      .toBe(OF_EACH);
    await expect.poll(() => members.filter(({ isLive }) => isLive).length, patient).toBe(2 * OF_EACH);

    // And everybody sends at once; then all connections are lost.
    const sent = Promise.all(
      rooms.flatMap((room, i) =>
        Array.from({ length: MESSAGES }, (_, n) => room.send(`package ${i} says ${n}`)),
      ),
    );
    for (const [i, member] of members.entries()) {
      for (let n = 0; n < MESSAGES; n += 1) member.send(`${i}-${n}`, `member ${i} says ${n}`);
    }
    for (const member of members) member.cut();
    await sent;
    await expect.poll(() => members.reduce((sum, { unanswered }) => sum + unanswered, 0), patient).toBe(0);
    const elapsedMs = performance.now() - startedAt;
    const socketioAttempts = socketio.map((member) => member.attempts);

    // Later there is enough for all; what was acknowledged before has not been lost.
    stack.faults.lambdaConcurrency = 1_000;
    const all = 3 * OF_EACH * MESSAGES;
    await expect
      .poll(() => rooms.map(({ snapshot }) => snapshot.messages.length), patient)
      .toEqual(rooms.map(() => all));
    await expect
      .poll(() => tally.delivery(members), patient)
      .toEqual({
        expected: members.length * members.length * MESSAGES,
        delivered: members.length * members.length * MESSAGES,
      });
    expect(tally.inversions).toBe(0);
    endFaults(stack);

    const perMinute = (count: number, clients: number) => ((count / clients) * 60_000) / elapsedMs;
    const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
    console.log(
      `connections for each client and minute: package ${perMinute(attempts, OF_EACH).toFixed(1)}, ` +
        `JSON ${perMinute(sum(json.map((member) => member.attempts)), OF_EACH).toFixed(1)}, ` +
        `socket.io-client ${perMinute(sum(socketioAttempts), OF_EACH).toFixed(1)}; ${(elapsedMs / 1000).toFixed(0)} s, ` +
        `errors ${JSON.stringify(Object.fromEntries(tally.errors))}`,
    );
    // Its back-off begins anew with every connection that is opened, so it is only this that keeps it from storming.
    for (const count of socketioAttempts)
      expect(count).toBeLessThanOrEqual(1 + elapsedMs / SOCKETIO_PAUSE_MS);
  },
  4 * PATIENCE_MS,
);
