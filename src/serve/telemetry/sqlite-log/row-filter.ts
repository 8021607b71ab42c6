/** Condition that rows must fit; each absent part fits all. Lists: one of these values. */
export interface RowFilter {
  readonly ids?: readonly string[] | undefined;
  readonly tenants?: readonly string[] | undefined;
  readonly sessions?: readonly string[] | undefined;
  readonly promptHashes?: readonly string[] | undefined;
  /** Milliseconds since the epoch, inclusive and exclusive. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** Returns the condition of a filter, which begins with AND if it is not empty. */
export function conditionOf(filter: RowFilter): {
  readonly where: string;
  readonly values: (string | number)[];
} {
  const { ids, tenants, sessions, promptHashes, since, until } = filter;
  const parts: string[] = [];
  const values: (string | number)[] = [];
  for (const [column, list] of Object.entries({
    id: ids,
    tenant: tenants,
    session: sessions,
    promptHash: promptHashes,
  })) {
    if (list === undefined) continue;
    parts.push(`AND ${column} IN (${list.map(() => "?").join(", ")})`);
    values.push(...list);
  }
  if (since !== undefined) {
    parts.push("AND at >= ?");
    values.push(since);
  }
  if (until !== undefined) {
    parts.push("AND at < ?");
    values.push(until);
  }
  return { where: parts.join(" "), values };
}
