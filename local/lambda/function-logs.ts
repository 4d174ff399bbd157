import type { Log } from '../log.ts';

/** One thing a function printed. */
export interface FunctionLogEntry {
  readonly functionLogicalId: string;
  /** `TRACE` … `FATAL`: the field `level` of a JSON line, else the `console` method it came from. */
  readonly level: string;
  readonly text: string;
  readonly requestId: string | undefined;
}

/** What of it is shown. Everything is kept for tests, whatever is shown. */
export type FunctionLogsShown = 'all' | 'warnings' | 'errors' | 'none';

const shownLevels: Record<FunctionLogsShown, RegExp> = {
  all: /^/,
  warnings: /^(WARN|WARNING|ERROR|FATAL|CRITICAL)$/,
  errors: /^(ERROR|FATAL|CRITICAL)$/,
  none: /$^/,
};

const kept = 10_000;

/** What CloudWatch Logs would have. */
export class FunctionLogs {
  /** The newest ones, oldest first. */
  readonly entries: FunctionLogEntry[] = [];
  readonly #shown: FunctionLogsShown;
  readonly #log: Log;
  readonly #onText: (text: string) => void;

  /** @param onText told of everything that is printed */
  constructor(shown: FunctionLogsShown, log: Log, onText: (text: string) => void = () => {}) {
    this.#shown = shown;
    this.#log = log;
    this.#onText = onText;
  }

  add(functionLogicalId: string, printedAs: string, text: string, requestId: string | undefined): void {
    this.#onText(text);
    const level = levelOf(text) ?? printedAs;
    this.entries.push({ functionLogicalId, level, text, requestId });
    if (this.entries.length > kept * 1.1) this.entries.splice(0, this.entries.length - kept);
    if (shownLevels[this.#shown].test(level)) this.#log(text.replace(/^/gm, `${functionLogicalId} | `));
  }
}

function levelOf(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const { level } = JSON.parse(text) as { level?: unknown };
    return typeof level === 'string' ? level.toUpperCase() : undefined;
  } catch {
    return undefined;
  }
}
