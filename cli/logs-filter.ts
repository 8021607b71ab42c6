import { readFile } from "node:fs/promises";
import type { DecisionLine } from "../evals/data/decisions/decision-line.ts";
import type { DecisionFilter } from "../evals/data/decisions/read-log.ts";
import { InvalidOptionError } from "../src/contracts/index.ts";
import { hasFailed } from "../src/plugin/has-failed.ts";
import { hiddenValue, promptHash } from "../src/router/log/inner.ts";

export interface FilterOptions {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly tenant?: string | undefined;
  readonly session?: string | undefined;
  readonly model?: string | undefined;
  readonly reason?: string | undefined;
  readonly prompt?: string | undefined;
  readonly failed?: boolean | undefined;
  readonly id?: string | undefined;
  readonly hashKeys?: string | undefined;
}

export interface LogFilter {
  /** The part that readers of logs know. */
  readonly filter: DecisionFilter;
  /** The rest. */
  readonly fits: (decision: DecisionLine) => boolean;
}

/** Reads the options that select decisions. Throws `InvalidOptionError`. */
export async function readFilter(options: FilterOptions, now: number): Promise<LogFilter> {
  const { id, tenant, session, model, reason, prompt, failed } = options;
  const keys = await readHashKeys(options.hashKeys);
  if (prompt !== undefined && keys.length === 0)
    throw new InvalidOptionError(
      "--hash-keys",
      undefined,
      "given with --prompt: the keys of the log's hashes",
    );
  const filter: DecisionFilter = {
    ids: id === undefined ? undefined : [id],
    tenants: shownOrHidden("tenant", tenant, keys),
    sessions: shownOrHidden("session", session, keys),
    promptHashes: prompt === undefined ? undefined : keys.map((key) => promptHash(key, prompt)),
    since: timeOption("--since", options.since, now),
    until: timeOption("--until", options.until, now),
  };
  const wanted = reason?.toLowerCase();
  return {
    filter,
    fits: (decision) =>
      (model === undefined || decision.model === model) &&
      (wanted === undefined || String(decision.reason).toLowerCase().includes(wanted)) &&
      (failed !== true || hasFailed(decision.error)),
  };
}

/** Returns the value and its possible hashes in a log. */
export function shownOrHidden(
  field: "tenant" | "session",
  value: string | undefined,
  keys: readonly string[],
): readonly string[] | undefined {
  return value === undefined ? undefined : [value, ...keys.map((key) => hiddenValue(key, field, value))];
}

const mostKeys = 100;

/** Reads a file with a key a line: old ones, too. */
export async function readHashKeys(file: string | undefined): Promise<readonly string[]> {
  if (file === undefined) return [];
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    throw new InvalidOptionError("--hash-keys", file, "a file that can be read");
  }
  const keys = text.split(/\r?\n/).filter((line) => line !== "");
  if (keys.length === 0 || keys.length > mostKeys)
    throw new InvalidOptionError("--hash-keys", file, `a file of 1 to ${mostKeys} keys, one a line`);
  return keys;
}

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parses a time: ISO 8601, or as `24h` the time before now. */
function timeOption(option: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * (unitsMs[unit ?? ""] ?? 0);
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new InvalidOptionError(
      option,
      text,
      "a date in ISO 8601, or a time before now such as 30m, 24h, 7d",
    );
  return time;
}
