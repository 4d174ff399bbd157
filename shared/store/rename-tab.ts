import { connectionKey, memberKey } from './keys.ts';
import type { Member } from './members.ts';
import { putStaff } from './staff.ts';
import type { Table } from './table.ts';
import { transact } from './transaction.ts';

/** Gives a member the name that its participant took in another tab. False: it has changed meanwhile. */
export async function renameTab(
  table: Table,
  eventId: string,
  { connectionId, participant, expiresAt }: Pick<Member, 'connectionId' | 'participant' | 'expiresAt'>,
  username: string,
): Promise<boolean> {
  const names = { '#id': 'id' };
  const values = { ':id': participant.id, ':old': participant.username, ':new': username };
  const failed = await transact(table, [
    {
      Update: {
        Key: connectionKey(connectionId),
        UpdateExpression: 'SET membership.participant.username = :new',
        // Still this participant, here, under the old name.
        ConditionExpression:
          'membership.eventId = :event AND membership.participant.#id = :id AND membership.participant.username = :old',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ...values, ':event': eventId },
      },
    },
    {
      Update: {
        Key: memberKey(eventId, connectionId),
        UpdateExpression: 'SET participant.username = :new',
        ConditionExpression: 'participant.#id = :id AND participant.username = :old',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
      },
    },
    ...(participant.role
      ? [putStaff(eventId, { ...participant, username }, { connectionId, expiresAt })]
      : []),
  ]);
  return failed.length === 0;
}
