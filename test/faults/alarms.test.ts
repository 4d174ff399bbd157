import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { alarmIdOf, untilAlarm } from '../support/alarms.ts';
import { connect, createEvent, enter, http } from '../support/chat.ts';
import { endFaults, type RunningChat, runChat } from '../support/run-chat.ts';

/**
 * Each alarm rings: the fault makes the datapoints, by what functions log and what the services of the local stack measure, and the
 * alarm is in ALARM after as many minutes by the clock as it wants to see; and in OK when the fault is over.
 */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let stack: RunningChat;
beforeAll(async () => {
  stack = await runChat(
    {
      // Everything is delivered by the stream.
      directAudienceMax: 0,
      spendPerHourMax: 0.001,
      'events.busArn': 'arn:aws:events:us-east-1:000000000000:event-bus/chat',
    },
    { functionLogs: 'none', dynamodbKind: 'memory' },
  );
});
afterEach(() => endFaults(stack));
afterAll(() => stack.stop());

const url = () => `${stack.outputs.WebSocketUrl}`;
const eventsUrl = () => `${stack.outputs.EventsUrl}`;
const newEvent = () => createEvent('Watched', eventsUrl());
const ana = async () => enter(await newEvent(), 'ana', { url: url() });
const times = async (count: number, act: () => Promise<unknown>) => {
  await Promise.all(Array.from({ length: count }, act));
};

/** What makes an alarm ring; resolves to what happens in each minute until it does. */
const faults: Record<string, () => Promise<() => Promise<unknown>>> = {
  Errors: async () => {
    const client = await ana();
    const kills = killDelivery();
    await client.say('nobody hears this');
    return kills;
  },

  Throttles: async () => {
    stack.faults.lambdaConcurrency = 0;
    return async () => {};
  },

  SlowFunctions: async () => {
    const client = await ana();
    await client.request('ping');
    stack.faults.managementLatencyMs = 13_000;
    return async () => passing(client.request('ping'));
  },

  StreamBehind: async () => {
    const client = await ana();
    const kills = killDelivery();
    await client.say('nobody hears this');
    return kills;
  },

  FoundBySweep: lostByTheStream,
  DeliveryLag: lostByTheStream,

  WebSocketErrors: async () => {
    const client = await ana();
    return async () => {
      stack.faults.killAfterWrites = { function: 'SendMessage', writes: 1, times: 3 };
      client.frames.length = 0;
      for (let i = 0; i < 3; i += 1) client.emit('sendMessage', { text: 'x' });
      const errors = () => client.frames.filter((frame) => frame.includes('Internal server error'));
      await expect.poll(() => errors().length).toBe(3);
    };
  },

  HttpErrors: async () => {
    stack.faults.lambdaConcurrency = 0;
    return async () => times(5, () => http('', { url: eventsUrl() }));
  },

  TableThrottled: async () => {
    stack.faults.dynamodbThrottleRate = 1;
    return async () => times(4, () => http('', { url: eventsUrl() }));
  },

  ConnectionsRefused: async () => async () =>
    times(20, () => expect(connect(`${url()}?EIO=3&transport=websocket`)).rejects.toThrow('400')),

  Spending: async () => {
    const client = await ana();
    return async () => times(10, () => client.request('ping'));
  },

  DeadLetters: async () => {
    const client = await ana();
    const kills = killDelivery();
    await client.say('nobody hears this for an hour');
    await kills();
    stack.clock.advance(HOUR);
    return async () => expect.poll(() => stack.discardedBatches().length).toBeGreaterThan(0);
  },

  PublicationDeadLetters: async () => {
    stack.faults.putEventsErrorRate = 1;
    const refused = () => stack.functionLogs.filter(({ text }) => text.includes('the bus has refused'));
    const before = refused().length;
    await newEvent();
    await expect.poll(() => refused().length).toBeGreaterThan(before);
    const given = stack.discardedBatches().length;
    stack.clock.advance(12 * HOUR);
    return async () => expect.poll(() => stack.discardedBatches().length).toBeGreaterThan(given);
  },
};

/** What an operator does beyond ending the fault. */
const repairs: Record<string, () => void> = {
  DeadLetters: () => stack.purgeQueue('DeliveryDeadLetters'),
  PublicationDeadLetters: () => stack.purgeQueue('PublicationDeadLetters'),
};

test('every alarm of the template is here', () => {
  expect(Object.keys(faults).sort()).toEqual(
    stack
      .alarms()
      .map(({ logicalId }) => alarmIdOf(logicalId))
      .sort(),
  );
});

test.for(Object.keys(faults))('%s rings, and stops when it is over', async (id) => {
  repairs[id]?.();
  await untilAlarm(stack, id, 'OK');
  const inEachMinute = await faults[id]?.();
  await untilAlarm(stack, id, 'ALARM', inEachMinute);
  endFaults(stack);
  repairs[id]?.();
  await untilAlarm(stack, id, 'OK');
});

/** The stream's function and the sweep die as soon as they hold the lease of an event; resolves when one more has. */
function killDelivery(): () => Promise<unknown> {
  const kills = { function: 'Delivery', of: 'CURSOR', writes: 1, times: 1_000 };
  stack.faults.killAfterWrites = kills;
  return async () => {
    const { times: left } = kills;
    await expect.poll(() => kills.times).toBeLessThan(left);
  };
}

async function lostByTheStream(): Promise<() => Promise<unknown>> {
  const client = await ana();
  stack.faults.streamDropRate = 1;
  return async () => {
    await client.say('late');
    await stack.idle();
    stack.clock.advance(MINUTE);
    await client.next('newMessage');
  };
}

/** Lets seconds pass by the clock until something is done. */
async function passing(work: Promise<unknown>): Promise<void> {
  const timer = setInterval(() => stack.clock.advance(1_000), 50);
  await work.finally(() => clearInterval(timer));
}
