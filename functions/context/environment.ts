import type { ChatSettings } from '../../shared/settings.ts';

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`The environment variable ${name} is not set`);
  return value;
}

/** Parsed once: every invocation asks for them. */
let parsed: { text: string; settings: ChatSettings } | undefined;

/**
 * The only place that reads the environment. A variable is read when it is used, because not every function has all of
 * them. The stacks set them: infra/constructs/chat-function.ts.
 */
export const environment = {
  get tableName() {
    return variable('TABLE_NAME');
  },
  /** The dimension of all metrics. */
  get stackName() {
    return variable('STACK_NAME');
  },
  /** `https://{api}.execute-api.{region}.amazonaws.com/{stage}`; functions that post to nobody do not have it. */
  get managementEndpoint() {
    return process.env.MANAGEMENT_ENDPOINT ?? 'https://nobody.invalid';
  },
  /** Checked when the template was made: infra/context-settings.ts. */
  get settings(): ChatSettings {
    const text = variable('SETTINGS');
    if (parsed?.text !== text) parsed = { text, settings: JSON.parse(text) as ChatSettings };
    return parsed.settings;
  },
  /** Name of the function that opens Socket.IO connections; only `$connect` invokes it. */
  get openFunction() {
    return variable('OPEN_FUNCTION');
  },
  /** Name of the function that posts chunks of large audiences; those that run large windows invoke it. */
  get postFunction() {
    return variable('POST_FUNCTION');
  },
};
