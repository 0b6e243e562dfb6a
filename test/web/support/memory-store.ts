/** A store of small things in memory. */
import type { KeyValueStore } from '../../../web/shared/store/key-value.ts';

export interface MemoryStore extends KeyValueStore {
  readonly values: ReadonlyMap<string, unknown>;
}

export function memoryStore(): MemoryStore {
  const values = new Map<string, unknown>();
  return {
    values,
    get: async (key) => values.get(key),
    put: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
    keys: async (prefix) => [...values.keys()].filter((key) => key.startsWith(prefix)).toSorted(),
  };
}
