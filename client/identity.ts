export type KeptItems = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export interface Claim {
  /** A guest's secret, by which the chat knows them again. Undefined: the join will give one. */
  token: string | undefined;
  /** To be called when the join was answered, or never will be, with the token that came; others may be waiting for it. */
  settle(token?: string): void;
  /** The server does not take this token. */
  reject(): void;
}

export interface Identity {
  claim(): Promise<Claim>;
}

/** Who we are for a chat. Kept in `storage`, or in memory where that throws: private windows, full disks, sandboxed frames. */
export function createIdentity(key: string, given: KeptItems | undefined): Identity {
  let token: string | undefined;
  /** Two rooms that join at once would otherwise become two people. */
  let first: Promise<void> | undefined;

  const store = <T>(use: (storage: KeptItems) => T): T | undefined => {
    try {
      return use(given ?? globalThis.localStorage);
    } catch {
      return undefined;
    }
  };

  return {
    async claim() {
      token ??= store((storage) => storage.getItem(key)) ?? undefined;
      while (!token && first) await first;
      const claimed = token;
      let release = () => {};
      if (!claimed) {
        first = new Promise((resolve) => {
          release = () => {
            first = undefined;
            resolve();
          };
        });
      }
      return {
        token: claimed,
        settle(next = token) {
          if (next && next !== token) {
            token = next;
            store((storage) => storage.setItem(key, next));
          }
          release();
        },
        reject() {
          token = undefined;
          store((storage) => storage.removeItem(key));
        },
      };
    },
  };
}
