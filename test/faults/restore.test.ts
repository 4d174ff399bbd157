import { expect, test } from 'vitest';
import { callDynamoDB } from '../../local/dynamodb/call.ts';
import { startDynamoDB } from '../../local/dynamodb/dynamodb-local.ts';
import { hasJava } from '../../local/dynamodb/java.ts';
import { connect, createEvent, enter, hears, http, textsHeardBy } from '../support/chat.ts';
import { snippetsOf } from '../support/doc-pages.ts';
import { runChat } from '../support/run-chat.ts';
import { newTableAt } from '../support/table.ts';

/** The runbook of docs/operations.md, "Restoring the table", step by step. */

/** The commands of `aws dynamodb` in the runbook, as operations of the API. */
const commands = snippetsOf('docs/operations.md')
  .flatMap(({ code }) => code.split('\n'))
  .flatMap((line) => {
    const [, name, options = ''] = /^aws dynamodb ([\w-]+) (.*)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const given = [...options.matchAll(/--([\w-]+)(?: (?!--)(\S+))?/g)].filter(
      ([, option]) => option !== 'query' && option !== 'output',
    );
    return { name, input: Object.fromEntries(given.map(([, key = '', text]) => parameter(key, text))) };
  });

function parameter(option: string, text = 'true'): [name: string, value: unknown] {
  const name = option.replace(/(^|-)(\w)/g, (_, _dash, letter) => letter.toUpperCase());
  const plain = (value: string) => (value === 'true' ? true : value);
  if (!text.includes('=')) return [name, plain(text)];
  const fields = text.split(',').map((pair) => pair.split('=') as [string, string]);
  return [name, Object.fromEntries(fields.map(([key, value]) => [key, plain(value)]))];
}

/** What restores on AWS: a table with the keys and the items of another, and with nothing else of it. */
async function restore(endpoint: string, from: string): Promise<string> {
  const { name } = await newTableAt(endpoint);
  let ExclusiveStartKey: unknown;
  do {
    const page = (await callDynamoDB(endpoint, 'Scan', { TableName: from, ExclusiveStartKey })) as {
      Items: object[];
      LastEvaluatedKey?: unknown;
    };
    for (const Item of page.Items) await callDynamoDB(endpoint, 'PutItem', { TableName: name, Item });
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return name;
}

// The DynamoDB in memory changes no tables.
test.skipIf(!(await hasJava()))(
  'a restored table serves the chat: clients come back, know what was said, and go on',
  async () => {
    const dynamodb = await startDynamoDB({ kind: 'local' });
    const { endpoint } = dynamodb;
    const settings = { directAudienceMax: 0 };
    const before = await runChat(settings, { dynamodb });
    const eventsUrl = `${before.outputs.EventsUrl}`;
    const eventId = await createEvent('The show', eventsUrl);
    const url = `${before.outputs.WebSocketUrl}`;
    const ana = await connect(url);
    const joined = await ana.join(eventId, 'ana');
    const { participantToken } = joined;
    const ben = await enter(eventId, 'ben', { url });
    await ana.say('before the accident');
    await hears(ben, 'before the accident');
    const [oldTable = ''] = Object.values(before.tables);

    const restored = await restore(endpoint, oldTable);
    await before.stop();
    let tableStreamArn = '';
    for (const { name, input } of commands) {
      const TableName = 'chat-restored' === input.TableName ? restored : input.TableName;
      const operation = name.replace(/(^|-)(\w)/g, (_, _dash, letter) => letter.toUpperCase());
      // DynamoDB Local has no backups.
      if (/Restore|Backups|Wait/.test(operation)) continue;
      const answer = await callDynamoDB(endpoint, operation, { ...input, TableName });
      tableStreamArn = (answer as { Table?: { LatestStreamArn?: string } }).Table?.LatestStreamArn ?? '';
    }
    expect(commands.map(({ name }) => name)).toContain('restore-table-to-point-in-time');
    expect(tableStreamArn).toContain(restored);

    const after = await runChat({ ...settings, tableName: restored, tableStreamArn }, { dynamodb });
    expect(Object.values(after.tables)).toEqual([]);
    const now = { url: `${after.outputs.WebSocketUrl}` };
    const anaAgain = await connect(now.url);
    const rejoined = await anaAgain.join(eventId, 'ana', { participantToken });
    expect(rejoined.participant.id).toBe(joined.participant.id);
    const history = await anaAgain.next('eventHistory');
    expect(history.messages.map(({ text }) => text)).toEqual(['before the accident']);
    const cat = await enter(eventId, 'cat', now);
    await anaAgain.say('after it');
    await hears(cat, 'after it');
    expect(textsHeardBy(cat)).toEqual(['after it']);
    const { body } = await http<{ participantCount: number }>(`/${eventId}`, {
      url: `${after.outputs.EventsUrl}`,
    });
    expect(body.participantCount).toBeGreaterThanOrEqual(2);
    await after.stop();
    await dynamodb.stop();
  },
);
