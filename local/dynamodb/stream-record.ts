import { z } from 'zod';

const attributeMap = z.record(z.string(), z.unknown());

/** A record as `GetRecords` of DynamoDB Streams gives it; items are in wire form (`{"S": "…"}`). */
export const sourceRecordSchema = z.object({
  eventID: z.string(),
  eventVersion: z.string(),
  eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
  userIdentity: z.object({ PrincipalId: z.string(), Type: z.string() }).optional(),
  dynamodb: z.object({
    ApproximateCreationDateTime: z.number(),
    Keys: attributeMap,
    NewImage: attributeMap.optional(),
    OldImage: attributeMap.optional(),
    SequenceNumber: z.string(),
    SizeBytes: z.number(),
    StreamViewType: z.string(),
  }),
});

export type SourceRecord = z.infer<typeof sourceRecordSchema>;

/**
 * A record as a function gets it.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventVersion: string;
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly eventSourceARN: string;
  readonly dynamodb: SourceRecord['dynamodb'];
  /** On what the service itself did: removals by time to live. */
  readonly userIdentity?: { readonly type: string; readonly principalId: string };
}

export function toStreamRecord(source: SourceRecord, eventSourceARN: string): StreamRecord {
  const { eventID, eventName, eventVersion, dynamodb, userIdentity } = source;
  return {
    eventID: eventID.replaceAll('-', ''),
    eventName,
    eventVersion,
    eventSource: 'aws:dynamodb',
    awsRegion: eventSourceARN.split(':')[3] ?? '',
    dynamodb,
    ...(userIdentity && {
      userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId },
    }),
    eventSourceARN,
  };
}

/** Partition and sort key: what DynamoDB and Lambda keep the order of. */
export const itemKey = ({ dynamodb }: { readonly dynamodb: { readonly Keys: object } }) =>
  JSON.stringify(Object.entries(dynamodb.Keys).sort(([a], [b]) => (a < b ? -1 : 1)));
