import { startDynamoDB } from '../../local/dynamodb/dynamodb-local.ts';
import { newTableAt } from '../support/table.ts';
import { HOUR, measure } from './coalescing.ts';
import type { Part } from './measurement.ts';
import { tableSettings } from './virtual-chat.ts';

/** Nine of ten only watch, and are served every five seconds. */
const PLAN = { ...HOUR, watching: 0.9 * HOUR.viewers, viewerPaceSeconds: 5 };

/** What the hour of `coalescing` costs in frames where windows pass viewers by. */
export const viewers: Part = async (say) => {
  const database = await startDynamoDB();
  try {
    const { total, mostInASecond } = await measure(
      await newTableAt(database.endpoint, tableSettings),
      PLAN,
      say,
    );
    return [
      { name: 'viewers.framesM', value: total / 1e6, unit: 'million frames' },
      { name: 'viewers.maxFramesPerSecond', value: mostInASecond, unit: 'frames' },
    ];
  } finally {
    await database.stop();
  }
};
