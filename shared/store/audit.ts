import { createHash } from 'node:crypto';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { ulid } from 'ulid';
import type { AuditRecord } from '../protocol/entities.ts';
import { auditKey, auditPartition } from './keys.ts';
import { epochSeconds, type Table } from './table.ts';

const MINUTE_MS = 60_000;

/** Of the same refusals of one caller within a minute, one is kept: a flood leaves no more than that. */
function idOfRefusal(record: object): string {
  const bytes = createHash('sha256').update(JSON.stringify(record)).digest();
  let next = 0;
  const minute = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  return ulid(minute, () => (bytes[next++ % bytes.length] ?? 0) / 256);
}

/** Writes down who is about to do what, or was refused to; `expiresAt` in milliseconds. */
export async function putAudit(
  table: Table,
  eventId: string | undefined,
  record: Omit<AuditRecord, 'id' | 'at'>,
  expiresAt: number,
): Promise<void> {
  const id = record.refused === undefined ? ulid() : idOfRefusal(record);
  const item: AuditRecord = { id, at: new Date().toISOString(), ...record };
  const Item = { ...auditKey(eventId, id), record: item, ttl: epochSeconds(expiresAt) };
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
}

/** The records of an event, or of what was refused on any, newest first. `from`: the id of the last one of the page before. */
export async function listAudit(
  table: Table,
  eventId: string | undefined,
  { limit, from }: { limit: number; from?: string | undefined },
): Promise<{ records: AuditRecord[]; next?: string }> {
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': auditPartition(eventId) },
      ConsistentRead: true,
      ScanIndexForward: false,
      // One more than asked for tells whether there is more.
      Limit: limit + 1,
      ...(from !== undefined && { ExclusiveStartKey: auditKey(eventId, from) }),
    }),
  );
  const page = Items.slice(0, limit);
  const now = epochSeconds(Date.now());
  const records = page.filter(({ ttl }) => Number(ttl) > now).map(({ record }) => record as AuditRecord);
  const last = page.at(-1)?.record as AuditRecord | undefined;
  return Items.length > limit && last ? { records, next: last.id } : { records };
}
