/** Money of a day that a record states. */
export interface DaySpent {
  /** Start of the day in milliseconds since the epoch. */
  readonly day: number;
  readonly spentUsd: number;
}

/** Reads the money of a day from the last line of a file; undefined if there is nothing that can be read. */
export function lastDay(line: string | undefined): DaySpent | undefined {
  if (line === undefined) return undefined;
  try {
    const record = JSON.parse(line) as {
      readonly metadata?: { readonly audit?: { readonly day?: unknown; readonly daySpentUsd?: unknown } };
    } | null;
    const { day, daySpentUsd: spentUsd } = record?.metadata?.audit ?? {};
    if (typeof day !== "number" || typeof spentUsd !== "number" || !(spentUsd >= 0)) return undefined;
    return { day, spentUsd };
  } catch {
    return undefined;
  }
}
