import type { LoggedRow } from "./read-rows.ts";

/** Independent observation. */
export type OffPolicyUnit = "session" | "tenant" | "decision";

/**
 * Numbers the independent unit of each row, from 0. Sessions belong to a tenant; a row without session, or
 * without tenant, is a unit of its own.
 */
export function unitsOfRows(rows: readonly LoggedRow[], unit: OffPolicyUnit): Uint32Array {
  const numbers = new Map<string, number>();
  let next = 0;
  return Uint32Array.from(rows, ({ decision }) => {
    const { session, tenant } = decision.request;
    const key = { session: session && JSON.stringify([tenant ?? "", session]), tenant, decision: undefined }[
      unit
    ];
    const known = key ? numbers.get(key) : undefined;
    if (known !== undefined) return known;
    if (key) numbers.set(key, next);
    next += 1;
    return next - 1;
  });
}
