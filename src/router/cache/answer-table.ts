/** Kept values by key, within a number and a size, the least recently used one going first. */
export interface AnswerTable<Value> {
  get(key: string): Value | undefined;
  /** `bytes` is the size of key and value. A value that is too large is not kept, and replaces none. */
  set(key: string, owner: string | undefined, value: Value, bytes: number): void;
  delete(key: string): void;
  clear(): void;
  /** Size of all values together. */
  readonly bytes: number;
  readonly size: number;
}

interface Row<Value> {
  readonly owner: Owner;
  readonly value: Value;
  readonly bytes: number;
}

/** The rows of one tenant, oldest first. */
interface Owner {
  readonly name: string | undefined;
  readonly keys: Set<string>;
  bytes: number;
}

/** Part of all bytes that one value may have. */
const largestPart = 1 / 16;

/**
 * Creates a table. Beyond a limit the oldest row goes, but a tenant that holds more than half loses its own: so one
 * that floods the table takes at most half of it from the others.
 */
export function createAnswerTable<Value>(maxBytes: number, maxRows: number): AnswerTable<Value> {
  // Maps iterate in order of insertion, so that the first row is the oldest.
  const rows = new Map<string, Row<Value>>();
  const owners = new Map<string | undefined, Owner>();
  let bytes = 0;

  const remove = (key: string): void => {
    const row = rows.get(key);
    if (row === undefined) return;
    const { owner } = row;
    rows.delete(key);
    owner.keys.delete(key);
    owner.bytes -= row.bytes;
    bytes -= row.bytes;
    if (owner.keys.size === 0) owners.delete(owner.name);
  };

  const makeRoom = (owner: Owner): void => {
    while (bytes > maxBytes || rows.size > maxRows) {
      const holdsMost = owner.bytes > maxBytes / 2 || owner.keys.size > maxRows / 2;
      const oldest = firstOf(holdsMost && owner.keys.size > 1 ? owner.keys : rows.keys());
      if (oldest === undefined) return;
      remove(oldest);
    }
  };

  return {
    get bytes() {
      return bytes;
    },
    get size() {
      return rows.size;
    },
    get(key) {
      const row = rows.get(key);
      if (row === undefined) return undefined;
      // The latest row from now on.
      rows.delete(key);
      rows.set(key, row);
      row.owner.keys.delete(key);
      row.owner.keys.add(key);
      return row.value;
    },
    set(key, name, value, size) {
      if (size > maxBytes * largestPart) return;
      remove(key);
      const owner = owners.get(name) ?? { name, keys: new Set(), bytes: 0 };
      owners.set(name, owner);
      rows.set(key, { owner, value, bytes: size });
      owner.keys.add(key);
      owner.bytes += size;
      bytes += size;
      makeRoom(owner);
    },
    delete: remove,
    clear() {
      rows.clear();
      owners.clear();
      bytes = 0;
    },
  };
}

function firstOf<T>(values: Iterable<T>): T | undefined {
  for (const value of values) return value;
  return undefined;
}
