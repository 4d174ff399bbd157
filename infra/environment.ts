import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SettingsError } from './context-settings.ts';

const folder = fileURLToPath(new URL('../config/', import.meta.url));

/** The names of the environments: what is in `config`. */
const names = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json') && file !== 'schema.json')
    .map((file) => file.replace(/\.json$/, ''));

/**
 * The settings of an environment, from `config/{name}.json`; nothing without a name. Throws `SettingsError` if there is no such
 * file, or if it is no JSON object.
 */
export function readEnvironment(name: string | undefined): Record<string, unknown> {
  if (name === undefined) return {};
  if (!names().includes(name)) {
    throw new SettingsError(
      `There is no config/${name}.json. The environments are ${names().join(', ') || 'none yet'}.`,
    );
  }
  try {
    const { $schema, ...settings } = JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8'));
    return settings;
  } catch (error) {
    throw new SettingsError(`config/${name}.json is no JSON object: ${(error as Error).message}`);
  }
}

/** The context of the CDK, with the settings of the environment that its key `config` names; `-c key=value` is stronger. */
export function withEnvironment({
  config,
  ...context
}: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { ...readEnvironment(config === undefined ? undefined : String(config)), ...context };
}
