import type { Granted, NotGranted, QuotaState, Reservation, Settlement } from "../../../contracts/index.ts";
import type { Held, HeldLimit, Quota, QuotaTable } from "./quota-table.ts";

/**
 * Arithmetic of `Quotas`, the same for all stores: on a table, inside one transaction, at the store's time. The Redis
 * scripts say the same in Lua, and a test compares them on random calls.
 */

/** Reservations that lapse or are forgotten in one call at most: others wait, and count as open until then. */
const mostSwept = 32;
/** Largest count: what a server that lies has spent beyond it is not counted, since no sum would be exact. */
const mostCounted: number = Number.MAX_SAFE_INTEGER;
/** A total without a window is forgotten when nothing has been written for so long: 400 days. */
const idleMs = 400 * 86_400_000;

/** See `Quotas.reserve`. */
export function reserve(
  table: QuotaTable,
  { id, amount, atLeast = amount, limits: given, ttlMs, lapse }: Reservation,
  now: number,
): Granted | NotGranted {
  sweep(table, now);
  const known = table.held(id);
  if (known?.state === "open" || known?.state === "ended") return granted(table, known, known.open, now);
  const limits = given.map(
    ({ key, limit, refillPerMs = 0, windowEndsAt = Number.POSITIVE_INFINITY }): HeldLimit => ({
      key,
      limit,
      refillPerMs,
      windowEndsAt,
    }),
  );
  for (const { key, limit, windowEndsAt } of limits) {
    if (now >= windowEndsAt) return { granted: 0, key, why: "window-over", nowMs: now };
    if (atLeast > limit) return { granted: 0, key, why: "too-large", nowMs: now };
  }
  let open = amount;
  for (const one of limits) {
    const room = roomOf(table, one, now);
    // Where nothing at all is of use, too, for instance to tell what was spent, an overdrawn limit does not refuse.
    if (room < atLeast && (atLeast > 0 || amount === 0))
      return { granted: 0, key: one.key, why: "limit", freeAt: freeAt(one, atLeast - room, now), nowMs: now };
    open = Math.max(0, Math.min(open, room));
  }
  const held: Held = {
    spent: known?.spent ?? 0,
    counted: known?.counted ?? 0,
    open,
    state: "open",
    returns: lapse === "return",
    ttlMs,
    dueAt: now + ttlMs,
    limits,
  };
  count(table, held, 0, open, now);
  table.putHeld(id, held);
  return granted(table, held, open, now);
}

/** See `Quotas.settle`. */
export function settle(
  table: QuotaTable,
  { id, spent, keep, ttlMs }: Settlement,
  now: number,
): Granted | "lapsed" {
  sweep(table, now);
  const known = table.held(id);
  if (known === undefined) return "lapsed";
  // A message that comes late: a later one has told more.
  const isLate = spent < known.spent;
  if (known.state !== "open") {
    if (isLate) return known.state === "lapsed" ? "lapsed" : granted(table, known, 0, now);
    // What calls still hold stays counted until it is reserved again: what is freed here goes to others at once.
    const more = { ...known, spent, counted: Math.max(spent, Math.min(known.counted, spent + keep)) };
    count(table, known, more.counted - known.counted, 0, now);
    table.putHeld(id, more);
    return known.state === "lapsed" ? "lapsed" : granted(table, more, 0, now);
  }
  if (isLate) return granted(table, known, known.open, now);
  const delta = spent - known.counted;
  const rest = Math.max(0, known.open - Math.max(0, delta));
  // What was spent is recorded in any case; only what is to be kept beyond the rest must fit.
  count(table, known, delta, rest - known.open, now);
  const more = keep > rest ? roomForMore(table, known.limits, keep - rest, now) : keep - rest;
  count(table, known, 0, more, now);
  const open = rest + more;
  const held: Held = {
    ...known,
    spent,
    counted: spent,
    open,
    state: keep === 0 ? "ended" : "open",
    ttlMs,
    dueAt: now + ttlMs,
  };
  table.putHeld(id, held);
  return granted(table, held, open, now);
}

/** See `Quotas.read`. */
export function readQuota(table: QuotaTable, key: string, now: number): QuotaState {
  sweep(table, now);
  const quota = quotaAt(table, key, 0, now);
  return { used: Math.ceil(quota.used), open: quota.open };
}

/** See `Quotas.reset`. */
export function resetQuota(table: QuotaTable, key: string, used: number, now: number): void {
  const quota = quotaAt(table, key, 0, now);
  table.putQuota(key, { ...quota, used, at: now, expiresAt: Math.max(quota.expiresAt, now + idleMs) });
}

function granted(table: QuotaTable, { limits, dueAt }: Held, open: number, now: number): Granted {
  const left = limits.map((one) => Math.max(0, roomOf(table, one, now)));
  return { granted: open, left, lapsesAt: dueAt, nowMs: now };
}

/** Lets reservations lapse, and forgets old ones. */
function sweep(table: QuotaTable, now: number): void {
  for (const id of table.due(now, mostSwept)) {
    const held = table.held(id);
    if (held === undefined) continue;
    if (held.state !== "open") {
      table.deleteHeld(id);
      continue;
    }
    const spent = held.returns ? 0 : held.open;
    count(table, held, spent, -held.open, now);
    table.putHeld(id, {
      ...held,
      counted: limited(held.counted + spent),
      open: 0,
      state: "lapsed",
      dueAt: now + held.ttlMs,
    });
  }
}

/** Adds to what is used and open under all keys of a reservation. */
function count(table: QuotaTable, held: Held, used: number, open: number, now: number): void {
  for (const { key, refillPerMs, windowEndsAt } of held.limits) {
    const quota = quotaAt(table, key, refillPerMs, now);
    const isBucket = refillPerMs > 0;
    const level = limited(quota.used + used + (isBucket ? open : 0));
    // Known for as long as a reservation may still tell what it has spent.
    const least = now + 2 * held.ttlMs;
    const end = isBucket ? now + level / refillPerMs : windowEndsAt;
    table.putQuota(key, {
      used: level,
      open: isBucket ? 0 : limited(quota.open + open),
      at: now,
      refillPerMs,
      expiresAt: Math.max(quota.expiresAt, least, Number.isFinite(end) ? Math.ceil(end) : now + idleMs),
    });
  }
}

function limited(count: number): number {
  return Math.min(mostCounted, Math.max(0, count));
}

function quotaAt(table: QuotaTable, key: string, refillPerMs: number, now: number): Quota {
  const known = table.quota(key);
  if (known === undefined || known.expiresAt <= now)
    return { used: 0, open: 0, at: now, refillPerMs, expiresAt: 0 };
  if (known.refillPerMs === 0) return known;
  // A clock that was set back fills nothing.
  const used = Math.max(0, known.used - Math.max(0, now - known.at) * known.refillPerMs);
  return { ...known, used, at: now };
}

/** Whole units that are free; below 0 where more was spent than reserved. */
function roomOf(table: QuotaTable, { key, limit, refillPerMs }: HeldLimit, now: number): number {
  const { used, open } = quotaAt(table, key, refillPerMs, now);
  return Math.floor(limit - used - open);
}

/** Returns how much more a reservation gets of what it asks for. */
function roomForMore(table: QuotaTable, limits: readonly HeldLimit[], more: number, now: number): number {
  let room = more;
  for (const one of limits)
    room = Math.min(room, now >= one.windowEndsAt ? 0 : Math.max(0, roomOf(table, one, now)));
  return room;
}

function freeAt({ refillPerMs, windowEndsAt }: HeldLimit, missing: number, now: number): number | undefined {
  if (refillPerMs > 0) return now + Math.ceil(missing / refillPerMs);
  return Number.isFinite(windowEndsAt) ? windowEndsAt : undefined;
}
