/**
 * Small things that outlive the page, in IndexedDB: one store, one key for each. A browser that keeps nothing (a
 * private window) gives nothing back and loses what is put; the page works on.
 */
export interface KeyValueStore {
  /** `undefined`: nothing is kept under `key`. */
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  /** In the order of the keys. */
  keys(prefix: string): Promise<readonly string[]>;
}

const STORE = 'values';
/** A browser that is busy with the same data in another tab may never answer. */
const PATIENCE_MS = 3000;

export function openKeyValueStore(name: string): KeyValueStore {
  const opened = Promise.race([openDatabase(name).catch(() => undefined), giveUp()]);
  const run = async <T>(
    mode: IDBTransactionMode,
    act: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T | undefined> => {
    const database = await opened;
    if (database === undefined) return undefined;
    return resultOf(act(database.transaction(STORE, mode).objectStore(STORE)));
  };
  return {
    get: (key) => run('readonly', (store) => store.get(key) as IDBRequest<unknown>),
    put: async (key, value) => {
      await run('readwrite', (store) => store.put(value, key)).catch(() => undefined);
    },
    delete: async (key) => {
      await run('readwrite', (store) => store.delete(key)).catch(() => undefined);
    },
    keys: async (prefix) => {
      const all = (await run('readonly', (store) => store.getAllKeys())) ?? [];
      return all.map(String).filter((key) => key.startsWith(prefix));
    },
  };
}

function giveUp(): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
}

function openDatabase(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(STORE));
  return resultOf(request);
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB failed')));
  });
}
