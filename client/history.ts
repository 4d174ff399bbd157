import type { Message } from '../shared/protocol/entities.ts';
import {
  beginningOf,
  emptyLog,
  type Log,
  type Page,
  restarted,
  withMessages,
  withOlder,
  withoutMessages,
} from './log.ts';
import type { SentMessage } from './types.ts';

/** Whoever has missed more than this many pages starts again with the newest one. */
const MOST_PAGES = 10;

export interface History {
  readonly messages: readonly SentMessage[];
  readonly hasOlder: boolean;
  /** Up to where nothing is missing: what a join comes back with. */
  readonly covered: number | undefined;
  /** Live messages, which come in order and without a hole. */
  heard(message: Message): void;
  /** What was acknowledged: others with lower numbers may still come. */
  stored(message: Message): void;
  deleted(seqs: readonly number[]): void;
  /** Another connection: what it tells live begins later. */
  restart(): void;
  /**
   * From the first page after a join on, if it is there. `end`: the page and all after it reach at least up to there, and what was said since
   * then comes live. False: another join has come in between.
   */
  catchUp(first: Page | undefined, after: number | undefined, end: number): Promise<boolean>;
  loadOlder(): Promise<void>;
}

interface HistoryOptions {
  getPage(query: { before?: number; after?: number | undefined; limit?: number }): Promise<Page>;
  /** Finds those of them that are ours. */
  take(messages: readonly Message[]): SentMessage[];
  changed(): void;
}

/** The messages of a room: the log as far as it is loaded, kept whole over reconnects. */
export function createHistory({ getPage, take, changed }: HistoryOptions): History {
  let log: Log = emptyLog;
  let hasOlder = false;
  let covered: number | undefined;
  let live = 0;
  /** The catch-up that counts. Undefined: there is nothing to catch up with. */
  let run: object | undefined = {};
  let older: Promise<void> | undefined;

  const put = (next: Log) => {
    if (next === log) return;
    log = next;
    changed();
  };
  const cover = (seq: number) => {
    covered = Math.max(covered ?? 0, seq);
  };
  const add = (messages: readonly Message[]) => put(withMessages(log, take(messages)));
  const startAt = (page: Page, end: number) => {
    const from = beginningOf(page);
    hasOlder = from > 0;
    put(restarted(log, take(page.messages), from, end));
  };

  const catchUp = async (first: Page | undefined, after: number | undefined, end: number) => {
    const mine = {};
    run = mine;
    let page = first ?? (await getPage({ after }));
    if (after === undefined) startAt(page, end);
    let next = after ?? end;
    for (let pages = 1; after !== undefined; pages += 1) {
      if (page.hasMore && pages > MOST_PAGES) {
        const newest = await getPage({});
        if (run !== mine) return false;
        startAt(newest, end);
        break;
      }
      put(withoutMessages(log, page.deletedSeqs ?? []));
      add(page.messages);
      const upTo = page.upTo ?? page.messages.at(-1)?.seq ?? 0;
      if (!page.hasMore || upTo <= next) break;
      next = upTo;
      cover(next);
      page = await getPage({ after: next, limit: 100 });
      if (run !== mine) return false;
    }
    run = undefined;
    cover(Math.max(end, live));
    return true;
  };

  const loadOlder = async () => {
    const { from } = log;
    if (!hasOlder) return;
    let page: Page;
    let before = from;
    do {
      page = await getPage({ before });
      before = beginningOf(page);
      // Where much was deleted a page may be empty, and not the last.
    } while (before > 0 && page.messages.length === 0);
    // Meanwhile the log has started again elsewhere.
    if (log.from !== from) return;
    hasOlder = before > 0;
    put(withOlder(log, take(page.messages), before));
  };

  return {
    get messages() {
      return log.messages;
    },
    get hasOlder() {
      return hasOlder;
    },
    get covered() {
      return covered;
    },
    heard(message) {
      add([message]);
      live = Math.max(live, message.seq);
      if (!run) cover(live);
    },
    stored(message) {
      // A repeat of one that was deleted meanwhile finds it without its text.
      if (message.text === '') put(withoutMessages(log, [message.seq]));
      add([message]);
    },
    deleted: (seqs) => put(withoutMessages(log, seqs)),
    restart() {
      live = 0;
      run = {};
    },
    catchUp,
    loadOlder() {
      older ??= loadOlder().finally(() => {
        older = undefined;
      });
      return older;
    },
  };
}
