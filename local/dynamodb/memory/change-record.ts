import type { Item } from './attribute-value.ts';
import { itemBytes } from './compare.ts';
import type { StreamViewType, Table, Written } from './table.ts';

/** One record of a table's stream, as GetRecords gives it. */
export interface ChangeRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: '1.1';
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly dynamodb: {
    /** Seconds since the epoch. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Item;
    readonly NewImage?: Item;
    readonly OldImage?: Item;
    /** Sorts as a text, too. */
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: StreamViewType;
  };
}

const DIGITS = 21;

/** What the stream says of a write that changed something. */
export function changeRecord(
  { schema }: Table,
  viewType: StreamViewType,
  { before, after }: Written,
  { sequence, now }: { sequence: number; now: number },
): ChangeRecord {
  const Keys = schema.keyOf((after ?? before) as Item);
  const shown = (...types: StreamViewType[]) => types.includes(viewType);
  const images = {
    ...(after && shown('NEW_IMAGE', 'NEW_AND_OLD_IMAGES') && { NewImage: after }),
    ...(before && shown('OLD_IMAGE', 'NEW_AND_OLD_IMAGES') && { OldImage: before }),
  };
  const SequenceNumber = String(sequence).padStart(DIGITS, '0');
  return {
    eventID: SequenceNumber.padStart(32, '0'),
    eventName: before ? (after ? 'MODIFY' : 'REMOVE') : 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'ddblocal',
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(now / 1000),
      Keys,
      ...images,
      SequenceNumber,
      SizeBytes: [Keys, ...Object.values(images)].reduce((sum, item) => sum + itemBytes(item), 0),
      StreamViewType: viewType,
    },
  };
}
