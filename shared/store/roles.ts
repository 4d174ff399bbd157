import { connectionKey, memberKey, staffKey } from './keys.ts';
import type { ListedMember } from './members.ts';
import { putStaff } from './staff.ts';
import type { Table } from './table.ts';
import { transact } from './transaction.ts';

/** Makes one connection that is in an event its host's, or not any more. False: it has left, or has another role. */
export async function setHost(
  table: Table,
  eventId: string,
  { connectionId, participant, expiresAt }: ListedMember,
  isHost: boolean,
): Promise<boolean> {
  // A role that comes with a token is worth more, and stays.
  const change = (of: string) => ({
    UpdateExpression: isHost ? `SET ${of}.#role = :host` : `REMOVE ${of}.#role`,
    ConditionExpression: [
      `${of}.#id = :id`,
      isHost ? `(attribute_not_exists(${of}.#role) OR ${of}.#role = :host)` : `${of}.#role = :host`,
    ].join(' AND '),
    ExpressionAttributeNames: { '#role': 'role', '#id': 'id' },
    ExpressionAttributeValues: { ':host': 'host', ':id': participant.id },
  });
  const connection = change('membership.participant');
  const failed = await transact(table, [
    {
      Update: {
        Key: connectionKey(connectionId),
        ...connection,
        ConditionExpression: `${connection.ConditionExpression} AND membership.eventId = :event`,
        ExpressionAttributeValues: { ...connection.ExpressionAttributeValues, ':event': eventId },
      },
    },
    { Update: { Key: memberKey(eventId, connectionId), ...change('participant') } },
    isHost
      ? putStaff(eventId, participant, { connectionId, expiresAt })
      : { Delete: { Key: staffKey(eventId, connectionId) } },
  ]);
  return failed.length === 0;
}
