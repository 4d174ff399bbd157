type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** `?as=…` is another guest in the same browser: what the page keeps is kept apart. */
const prefix = new URLSearchParams(location.search).get('as') ?? '';

/** Storage that is there even where the browser allows none, for as long as the page lives. */
function guarded(storage: () => Store): Store {
  const memory = new Map<string, string>();
  const attempt = <T>(work: () => T, otherwise: T): T => {
    try {
      return work();
    } catch {
      return otherwise;
    }
  };
  return {
    getItem: (key) => attempt(() => storage().getItem(prefix + key), null) ?? memory.get(key) ?? null,
    setItem: (key, value) => {
      memory.set(key, value);
      attempt(() => storage().setItem(prefix + key, value), undefined);
    },
    removeItem: (key) => {
      memory.delete(key);
      attempt(() => storage().removeItem(prefix + key), undefined);
    },
  };
}

/** What all tabs share, until it is deleted: who one is, and how one likes the page. */
export const ofBrowser = guarded(() => localStorage);
/** What is this tab's, also after it was loaded again: which event one is in. */
export const ofTab = guarded(() => sessionStorage);

/** The address at which this browser is another guest. */
export function addressAsSomebodyElse(): string {
  const address = new URL(location.href);
  address.searchParams.set('as', `${Date.now().toString(36)}-`);
  return address.href;
}
