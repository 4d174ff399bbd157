import { change, type EventHead, isThere } from './event-head.ts';
import type { Table } from './table.ts';

/** How people may write in an event; what is not given stays. Those that are false, zero, empty or `allow` are none. */
export interface Rules {
  paused?: boolean | undefined;
  /** 0: as fast as anywhere. */
  slowModeSeconds?: number | undefined;
  links?: 'allow' | 'deny' | undefined;
  repeats?: 'allow' | 'deny' | undefined;
  /** The version of the list of blocked words. */
  words?: string | undefined;
}

const isRule = (value: Rules[keyof Rules]) => Boolean(value) && value !== 'allow';

/** The rules of a new event, as its head has them. */
export const rulesIn = (rules: Rules): Partial<EventHead> =>
  Object.fromEntries(Object.entries(rules).filter(([, value]) => isRule(value)));

/** Changes the rules of an event that has not ended. False: it has, or never was. */
export async function setRules(table: Table, eventId: string, rules: Rules): Promise<boolean> {
  const set: string[] = [];
  const remove: string[] = [];
  for (const [rule, value] of Object.entries(rules)) {
    if (value !== undefined) (isRule(value) ? set : remove).push(rule);
  }
  const values = Object.fromEntries(set.map((rule) => [`:${rule}`, rules[rule as keyof Rules]]));
  const changed = await change(table, eventId, {
    UpdateExpression: [
      ...(set.length > 0 ? [`SET ${set.map((rule) => `#${rule} = :${rule}`).join(', ')}`] : []),
      ...(remove.length > 0 ? [`REMOVE ${remove.map((rule) => `#${rule}`).join(', ')}`] : []),
      'ADD ruleChanges :one',
    ].join(' '),
    ConditionExpression: '#status = :active',
    ExpressionAttributeNames: {
      '#status': 'status',
      ...Object.fromEntries([...set, ...remove].map((rule) => [`#${rule}`, rule])),
    },
    ExpressionAttributeValues: { ':active': 'active', ':one': 1, ...values },
  });
  return changed !== undefined;
}

/**
 * Makes every sender look for mutes until `until`, milliseconds since the epoch, from the next message on. Once the mute is
 * there: who looks then finds it.
 */
export async function announceMute(table: Table, eventId: string, until: number): Promise<void> {
  const later = await change(table, eventId, {
    UpdateExpression: 'SET mutedUntil = :until ADD ruleChanges :one',
    ConditionExpression: `${isThere} AND (attribute_not_exists(mutedUntil) OR mutedUntil < :until)`,
    ExpressionAttributeValues: { ':until': until, ':one': 1 },
  });
  if (later) return;
  await change(table, eventId, {
    UpdateExpression: 'ADD ruleChanges :one',
    ConditionExpression: isThere,
    ExpressionAttributeValues: { ':one': 1 },
  });
}
