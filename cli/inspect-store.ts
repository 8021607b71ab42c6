import { isRouterError, type SharedState, type Store } from "../src/contracts/index.ts";

/** State of a router's shared store. */
export interface StoreReport {
  readonly name: string;
  readonly namespace: string;
  readonly mode: string;
  readonly reachable: boolean;
  readonly formatVersion?: number | undefined;
  /** Differs after the store has lost data. */
  readonly epoch?: string | undefined;
  /** Time of one call, in milliseconds. */
  readonly roundTripMs?: number | undefined;
  /** The store's time less that of this machine, in milliseconds, to within half a round trip. */
  readonly clockSkewMs?: number | undefined;
  readonly problem?: string | undefined;
  readonly notices: readonly string[];
}

/** Difference of clocks from which it is told: periods end on the store's clock, logs have this machine's. */
const tellSkewMs = 1_000;

const late = "no answer in time";

/** Asks a store for its state. Never rejects. */
export async function inspectStore(
  { store, namespace, mode, timeoutMs }: SharedState,
  limitMs: number,
  clock: { readonly wall: () => number; readonly monotonic: () => number },
): Promise<StoreReport> {
  const known = { name: store.name, namespace, mode };
  try {
    // The first call may open a connection: the second one is measured.
    await within(store.status(), limitMs);
    const [began, wall] = [clock.monotonic(), clock.wall()];
    const { epoch, nowMs, formatVersion } = await within(store.status(), limitMs);
    const roundTripMs = clock.monotonic() - began;
    const clockSkewMs = nowMs - (wall + roundTripMs / 2);
    const notices = [...(await within(remarksOf(store), limitMs))];
    if (Math.abs(clockSkewMs) - roundTripMs / 2 >= tellSkewMs)
      notices.push(
        `store: its clock is ${(Math.abs(clockSkewMs) / 1_000).toFixed(1)} s ${clockSkewMs > 0 ? "ahead of" : "behind"} this machine's: periods of budgets end by the store's; synchronise both (NTP)`,
      );
    if (roundTripMs > timeoutMs)
      notices.push(
        `store: one call took ${roundTripMs.toFixed(0)} ms, longer than shared.timeoutMs of ${timeoutMs} ms: requests would go on without it`,
      );
    return { ...known, reachable: true, epoch, formatVersion, roundTripMs, clockSkewMs, notices };
  } catch (error) {
    const isLate = error instanceof TypeError && error.message === late;
    const said = isRouterError(error)
      ? error.message
      : isLate
        ? `gave no answer within ${limitMs / 1_000} s`
        : "cannot be used";
    return { ...known, reachable: false, problem: `store: ${said}`, notices: [] };
  }
}

async function remarksOf(store: Store): Promise<readonly string[]> {
  return ((await store.remarks?.()) ?? []).map((remark) => `store: ${remark}`);
}

function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const ending = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, ms, new TypeError(late));
  });
  return Promise.race([promise, ending]).finally(() => clearTimeout(timer));
}
