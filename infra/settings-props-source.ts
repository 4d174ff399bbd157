import { settingsInDocs } from './config-schema.ts';
import { readSettings, settings } from './context-settings.ts';

/** Those that the construct has from its stack. */
const ofStack = ['account', 'region', 'tags'];

/**
 * The code of infra/settings-props.ts: what docs/settings.md says of each setting, with its default, where editors show it. The types
 * alone, which come from schemas, lose all comments in the package.
 */
export function settingsPropsSource(): string {
  const meanings = settingsInDocs();
  const defaults = readSettings({}) as Record<string, unknown>;
  const props = Object.keys(settings.shape)
    .filter((key) => !ofStack.includes(key))
    .map((key) => {
      const value = key === 'name' ? 'the path of the construct' : shown(defaults[key]);
      const name = key.includes('.') ? `'${key}'` : key;
      return `  /** ${sentence(meanings.get(key))} Default: ${value}. */\n  readonly ${name}?: Settings['${key}'];`;
    });
  return `import type { Settings } from './context-settings.ts';

/** The settings as props of the construct. \`npm run docs\` writes this file, from docs/settings.md. */
export interface SettingsProps {
${props.join('\n')}
}
`;
}

const shown = (value: unknown): string => (value === undefined ? 'none' : `\`${JSON.stringify(value)}\``);

/** As a sentence, with links as their text: they lead elsewhere from where it is read. */
function sentence(meaning = ''): string {
  const plain = meaning.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('*/', '');
  return `${plain.charAt(0).toUpperCase()}${plain.slice(1)}${/[.!?]$/.test(plain) ? '' : '.'}`;
}
