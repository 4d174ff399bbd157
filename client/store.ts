export interface Store<State extends object> {
  /** What the listeners have been told of. */
  readonly snapshot: State;
  /** With what the current batch has set. */
  readonly state: State;
  subscribe(listener: () => void): () => void;
  set(changes: Partial<State>): void;
  /** Tells the listeners once of everything that is set meanwhile. */
  batch(change: () => void): void;
}

/** A value that is replaced, never changed, and those who want to know. */
export function createStore<State extends object>(initial: State): Store<State> {
  let state = initial;
  let shown = initial;
  let depth = 0;
  const listeners = new Set<() => void>();
  const batch = (change: () => void) => {
    depth += 1;
    try {
      change();
    } finally {
      depth -= 1;
      if (depth === 0 && shown !== state) {
        shown = state;
        for (const listener of [...listeners]) listener();
      }
    }
  };
  return {
    get snapshot() {
      return shown;
    },
    get state() {
      return state;
    },
    subscribe(listener) {
      // The same function may subscribe twice.
      const own = () => listener();
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
    set(changes) {
      batch(() => {
        state = { ...state, ...changes };
      });
    },
    batch,
  };
}
