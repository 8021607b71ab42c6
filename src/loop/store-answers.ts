import type { StoreEntry } from "../contracts/index.ts";

/** Reads entries that a store returned; undefined if they are none. */
export function readEntries(answer: unknown, count: number): readonly (StoreEntry | undefined)[] | undefined {
  if (!Array.isArray(answer) || answer.length !== count) return undefined;
  const isFit = answer.every((entry: Partial<StoreEntry> | null | undefined) => {
    if (entry === undefined) return true;
    return typeof entry?.value === "string" && typeof entry.version === "string";
  });
  return isFit ? (answer as readonly (StoreEntry | undefined)[]) : undefined;
}

/** Answer of a store to a write. */
export type PutAnswer = { readonly versions: readonly string[] } | { readonly conflict: string };

/** Reads the answer of a store to a write; undefined if it is none. */
export function readPut(answer: unknown): PutAnswer | undefined {
  const { versions, conflict } = (answer ?? {}) as {
    readonly versions?: unknown;
    readonly conflict?: unknown;
  };
  if (typeof conflict === "string") return { conflict };
  return Array.isArray(versions) && versions.every((one) => typeof one === "string")
    ? { versions }
    : undefined;
}
