import { isIn } from "./read-log.ts";

/** Lines of a decision log that are to be removed. */
export interface Selection {
  /** The tenant as lines may have it: plain or hashed. Absent: the session selects. */
  readonly tenants?: readonly string[] | undefined;
  /** The session, likewise. Absent: the tenant selects. */
  readonly sessions?: readonly string[] | undefined;
  /** Decisions whose lines of calls go too. */
  readonly ids: ReadonlySet<string>;
  /** True for these lines of calls alone. */
  readonly callsOnly?: boolean | undefined;
}

/**
 * True if a line is of the selection. One that a crash has cut short, so that its fields cannot be read, is if it contains
 * one of the values: better one line too many.
 */
export function doomed(bytes: Uint8Array, selection: Selection): boolean {
  const text = Buffer.from(bytes).toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const { tenants = [], sessions = [], callsOnly } = selection;
    if (callsOnly) return false;
    return [...tenants, ...sessions].some((one) => text.includes(JSON.stringify(one)));
  }
  return typeof value === "object" && value !== null && isDoomed(value as Fields, selection);
}

type Fields = Readonly<Record<string, unknown>>;

/** True if the parsed line is of the selection. */
export function isDoomed(line: Fields, { tenants, sessions, ids, callsOnly }: Selection): boolean {
  const { id, decisionId } = line;
  if (typeof decisionId === "string" && ids.has(decisionId)) return true;
  if (callsOnly) return false;
  if (typeof id === "string" && ids.has(id)) return true;
  const request = (typeof line["request"] === "object" ? line["request"] : undefined) as Fields | undefined;
  return isIn(tenants, request?.["tenant"] ?? line["tenant"]) && isIn(sessions, request?.["session"]);
}
