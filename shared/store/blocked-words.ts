import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { wordsKey } from './keys.ts';
import { getItem, type Table } from './table.ts';

/** The blocked words of an event, in an item of their own: they are too many for the head, which every sender reads. */
export async function putBlockedWords(table: Table, eventId: string, words: string[]): Promise<void> {
  await table.client.send(new PutCommand({ TableName: table.name, Item: blockedWordsItem(eventId, words) }));
}

export const blockedWordsItem = (eventId: string, words: string[]) => ({ ...wordsKey(eventId), words });

export async function getBlockedWords(table: Table, eventId: string): Promise<string[]> {
  return (await getItem<{ words: string[] }>(table, wordsKey(eventId)))?.words ?? [];
}

export async function deleteBlockedWords(table: Table, eventId: string): Promise<void> {
  await table.client.send(new DeleteCommand({ TableName: table.name, Key: wordsKey(eventId) }));
}
