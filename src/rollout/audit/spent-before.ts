/** Money of a day that a record states. */
export interface DaySpent {
  /** Start of the day in milliseconds since the epoch. */
  readonly day: number;
  readonly spentUsd: number;
}

/** Returns what the last line of a file says of the day's money; undefined if it says nothing that can be read. */
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
