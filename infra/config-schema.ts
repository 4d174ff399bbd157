import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { settings } from './context-settings.ts';

/** The JSON Schema of the files in `config`, by which editors complete, explain and check them (https://json-schema.org). */
export function configSchema(): object {
  const { properties = {}, ...rest } = z.toJSONSchema(settings, {
    io: 'input',
    unrepresentable: 'any',
    target: 'draft-7',
  });
  const meanings = settingsInDocs();
  const explained = Object.entries(properties).map(([key, schema]) => [
    key,
    { description: meanings.get(key), ...(schema as object) },
  ]);
  return {
    ...rest,
    properties: { $schema: { type: 'string' }, ...Object.fromEntries(explained) },
    additionalProperties: false,
  };
}

/** What docs/settings.md says of each setting: in its tables, the last column. A row may be of several. */
export function settingsInDocs(): Map<string, string> {
  const docs = readFileSync(new URL('../docs/settings.md', import.meta.url), 'utf8');
  const rows = [...docs.matchAll(/^\| (`.+?`) \|.*?\| (.+) \|$/gm)];
  return new Map(
    rows.flatMap(([, keys = '', meaning = '']) =>
      [...keys.matchAll(/`(.+?)`/g)].map(([, key = '']) => [key, meaning] as const),
    ),
  );
}
