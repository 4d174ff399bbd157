/** A guest's secret, by which the chat knows them again. */
export interface Identity {
  /** Undefined: whoever asks is to get one by a join, and to call `settle`; others who ask wait until then. */
  claim(): Promise<string | undefined>;
  /** The token of the ack; undefined: there was none, somebody else may try. */
  settle(token: string | undefined): void;
  /** The server does not take this token. */
  reject(token: string | undefined): void;
}

/** Kept in `storage`, or in memory where that throws: private windows, full disks, sandboxed frames. */
export function createIdentity(
  key: string,
  given: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined,
): Identity {
  let token: string | undefined;
  /** Two rooms that join at once would otherwise become two people. */
  let claims: (() => void)[] | undefined;

  const storage = <T>(
    use: (storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) => T,
  ): T | undefined => {
    try {
      // To read the global one may throw, too.
      const found = given ?? globalThis.localStorage;
      return found && use(found);
    } catch {
      return undefined;
    }
  };
  const settle = (next: string | undefined) => {
    if (next !== undefined && next !== token) {
      token = next;
      storage((there) => there.setItem(key, next));
    }
    const waiting = claims ?? [];
    claims = undefined;
    for (const resume of waiting) resume();
  };

  return {
    async claim() {
      for (;;) {
        token ??= storage((there) => there.getItem(key)) ?? undefined;
        if (token !== undefined) return token;
        if (!claims) {
          claims = [];
          return undefined;
        }
        const waiting = claims;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    settle,
    reject(refused) {
      if (token === refused) {
        token = undefined;
        storage((there) => there.removeItem(key));
      }
    },
  };
}
