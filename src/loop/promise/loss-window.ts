/** An audited record that counts. */
export interface LossRow {
  readonly loss: number;
  /** Inverse of the probability with which it was drawn; less, down to 0, for a tenant above its share. */
  readonly weight: number;
  /** Name of its category; `""` for the rest of them together. Absent: it has none. */
  readonly category?: string | undefined;
  /** Key of the tenant; 0 if it is not known. */
  readonly tenant: number;
  /** Milliseconds since the epoch; 0 if it is not known. */
  readonly at: number;
}

/** The last audited records. */
export interface LossWindow {
  /** Adds a record, the oldest leaves. */
  add(row: LossRow): void;
  count(): number;
  countOf(category: string): number;
  /** Returns the weighted mean loss; undefined without records. */
  mean(): number | undefined;
  /** Returns the largest weight; 0 without records. */
  mostWeight(): number;
  /** Returns the sum of all weights, or of a tenant's. */
  weight(tenant?: number): number;
  /** Returns the key of the tenant with most weight, and its share of it. Undefined if no tenant is known. */
  largestTenant(): { readonly tenant: number; readonly share: number } | undefined;
  /** Returns all records, the oldest first. */
  rows(): readonly LossRow[];
}

/** Creates a window of `size` records, filled with those given. */
export function lossWindow(size: number, given: readonly LossRow[] = []): LossWindow {
  const rows: LossRow[] = [];
  const categories = new Map<string, number>();
  const tenants = new Map<number, { records: number; weight: number }>();
  let next = 0;
  let losses = 0;
  let weights = 0;
  /** Undefined if it has to be looked for: the record that had it has left. */
  let most: number | undefined = 0;

  const count = ({ loss, weight, category, tenant }: LossRow, sign: 1 | -1) => {
    losses += sign * loss * weight;
    weights += sign * weight;
    if (category !== undefined) addTo(categories, category, sign);
    if (tenant === 0) return;
    const { records, weight: before } = tenants.get(tenant) ?? { records: 0, weight: 0 };
    if (records + sign === 0) tenants.delete(tenant);
    else tenants.set(tenant, { records: records + sign, weight: Math.max(0, before + sign * weight) });
  };
  /** Counts all again, so that roundings do not add up. */
  const recount = () => {
    losses = 0;
    weights = 0;
    categories.clear();
    tenants.clear();
    for (const row of rows) count(row, 1);
  };
  const add = (row: LossRow) => {
    const leaving = rows[next];
    if (leaving !== undefined) count(leaving, -1);
    if (most !== undefined && row.weight >= most) most = row.weight;
    else if (leaving?.weight === most) most = undefined;
    rows[next] = row;
    count(row, 1);
    next = (next + 1) % size;
    if (next === 0) recount();
  };
  for (const row of given.slice(-size)) add(row);

  return {
    add,
    count: () => rows.length,
    countOf: (category) => categories.get(category) ?? 0,
    mean: () => (weights > 0 ? Math.min(1, Math.max(-1, losses / weights)) : undefined),
    mostWeight() {
      most ??= rows.reduce((largest, { weight }) => Math.max(largest, weight), 0);
      return most;
    },
    weight: (tenant) => (tenant === undefined ? weights : (tenants.get(tenant)?.weight ?? 0)),
    largestTenant() {
      let largest: { readonly tenant: number; readonly weight: number } | undefined;
      for (const [tenant, { weight }] of tenants)
        if (weight > (largest?.weight ?? 0)) largest = { tenant, weight };
      return largest && { tenant: largest.tenant, share: Math.min(1, largest.weight / weights) };
    },
    rows: () => (rows.length < size ? [...rows] : [...rows.slice(next), ...rows.slice(0, next)]),
  };
}

function addTo(counts: Map<string, number>, key: string, sign: 1 | -1): void {
  const sum = (counts.get(key) ?? 0) + sign;
  if (sum === 0) counts.delete(key);
  else counts.set(key, sum);
}
