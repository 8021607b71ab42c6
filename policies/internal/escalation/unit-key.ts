import type { RecordedFacts } from "../../../src/contracts/index.ts";

/** Requests that are watched together: those of a tenant, of a session, or with the same value of a label. */
export type WatchedBy = "tenant" | "session" | { readonly label: string };

/** Returns the name of a request's unit; undefined if it has none. All those of a tenant are then one unit. */
export function unitName(
  by: WatchedBy,
  { tenant, session, labels }: Pick<RecordedFacts, "tenant" | "session" | "labels">,
): string | undefined {
  if (by === "tenant") return tenant;
  if (by === "session") return session;
  return Object.hasOwn(labels, by.label) ? labels[by.label] : undefined;
}

/** Returns a key that no two units share: sessions and labels of different tenants are different units. */
export function unitKey(by: WatchedBy, name: string | undefined, tenant: string | undefined): string {
  const own = name === undefined ? "-" : `=${name}`;
  return by === "tenant" ? own : `${tenant === undefined ? "-" : `${tenant.length}:${tenant}`}${own}`;
}
