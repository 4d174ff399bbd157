import { startDynamoDB } from '../../local/dynamodb/dynamodb-local.ts';
import { billFor, floor, total } from '../cost/bill.ts';
import { type Operations, operationsOf, windowsOf } from '../cost/operations.ts';
import { ABLY_HOUR } from '../cost/plan.ts';
import type { Part } from './measurement.ts';
import { play } from './reactions.ts';

/** A twelfth of the hour is played. */
const PART = 12;

/**
 * What the hour of https://ably.com/docs/guides/chat/build-livestream costs, with everything: the model of test/cost, but for what the windows
 * post, which is counted.
 */
export const cost: Part = async (say) => {
  const database = await startDynamoDB();
  try {
    const part = {
      messages: Math.round(ABLY_HOUR.messages / PART),
      reactions: Math.round(ABLY_HOUR.reactions / PART),
      seconds: 3_600 / PART,
    };
    say(`${part.seconds} seconds of the hour: ${part.messages} messages, ${part.reactions} reactions`);
    const told = await play(database.endpoint, part);
    const frames = PART * told.total;
    // Joins and leaves, of which there were none, come into the same windows.
    const { windows } = windowsOf(ABLY_HOUR);
    const modelled = windows * ABLY_HOUR.viewers;
    const model = operationsOf(ABLY_HOUR);
    const hour: Operations = { ...model, frame: model.frame - modelled + frames };
    for (const { what, usd } of billFor(hour)) say(`${what.padEnd(20)} $${usd.toFixed(4)}`);
    return [
      { name: 'cost.ablyHour', value: total(hour), unit: 'US$' },
      { name: 'cost.ratioToFloor', value: total(hour) / floor(hour), unit: 'ratio' },
      { name: 'cost.modelError', value: 100 * Math.abs(modelled / frames - 1), unit: '% of the frames' },
      {
        name: 'cost.ablyHourWithIds',
        value: total(operationsOf({ ...ABLY_HOUR, haveIds: true })),
        unit: 'US$',
      },
    ];
  } finally {
    await database.stop();
  }
};
