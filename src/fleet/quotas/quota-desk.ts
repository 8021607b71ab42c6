import { recordError } from "../../contracts/index.ts";
import type { QuotaDesk, SharingRouter } from "../../contracts/ports/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import type { Shared } from "../fleet-options.ts";
import { storeKey } from "../records/store-key.ts";
import { type StoreBack, StoreLink } from "../records/store-link.ts";
import { late, within } from "../records/waiting.ts";
import { HoldKeeper, holdTtlMs } from "./hold-keeper.ts";
import { LeasedDesk } from "./leased-desk.ts";
import { readStates } from "./left-learner.ts";
import { StrictDesk } from "./strict-desk.ts";

export interface QuotaDeskOptions extends Pick<SharingRouter, "clock" | "emit"> {
  readonly shared: Shared;
}

/** A desk with an end. */
export interface OwnedQuotaDesk extends QuotaDesk {
  /** Gives back what the process holds, and waits for the store for at most a second. */
  close(): Promise<void>;
}

/** Longest wait of `tellSpent()` and `close()` in milliseconds. */
const tellingMs = 1_000;
/** Time for which the store knows a call that has ended, in milliseconds. */
const endedCallMs = 60_000;

function usedOf(answer: unknown): number | undefined {
  return readStates(answer, 1)?.[0]?.used;
}

/** Creates the desk of a router over its shared store. */
export function createQuotaDesk({ shared, clock, emit }: QuotaDeskOptions): OwnedQuotaDesk {
  const { store, namespace, mode, leaseShare, timeoutMs, down } = shared;
  const process = nodeCrypto().randomUUID();
  let count = 0;
  const newId = (): string => {
    count += 1;
    return `${namespace}/${process}/${count.toString(36)}`;
  };
  const storeName = store.name.slice(0, 100);
  const link = new StoreLink({
    store,
    clock,
    onFailed: (error) => emit({ type: "store-failed", store: storeName, error: recordError(error), down }),
    onBack: (back) => void recover(back),
  });
  // In strict mode each call leaves an ended reservation in the store for so long.
  const keeper = new HoldKeeper(link, newId, mode === "strict" ? endedCallMs : holdTtlMs);
  const parts = { link, keeper, monotonic: clock.monotonic, namespace, leaseShare, timeoutMs, down, newId };
  const desk = mode === "strict" ? new StrictDesk(parts) : new LeasedDesk(parts);

  let reported = { againCount: 0, againAmount: 0, forgotten: 0 };
  const recover = async ({ downMs, isOtherEpoch }: StoreBack): Promise<void> => {
    await keeper.tellAll(desk.holds());
    if (!link.isUp) return;
    const { againCount, againAmount, forgotten } = keeper;
    const since = reported;
    reported = { againCount, againAmount, forgotten };
    emit({
      type: "store-recovered",
      store: storeName,
      downMs,
      restarted: isOtherEpoch,
      reservedAgain: againCount - since.againCount,
      amountAgain: againAmount - since.againAmount,
      forgotten: forgotten - since.forgotten,
    });
  };

  // So that the first request finds a connection, time and epoch.
  link.check();
  return {
    store: storeName,
    now: (wall) => desk.now(wall),
    left: (limit) => desk.left(limit),
    learn: (limits, mostMs) => desk.learn(limits, mostMs),
    reserve: (of) => desk.reserve(of),
    settle: (id, spent, keep) => desk.settle(id, spent, keep),
    async used({ key }) {
      if (!link.isUp) return undefined;
      const telling = desk.tell(key);
      if (telling !== undefined) await within(telling, tellingMs);
      const asking = link.ask((store) => store.quotas.read([storeKey(namespace, key)]), usedOf);
      const used = await within(asking, tellingMs);
      return used === late ? undefined : used;
    },
    async tellSpent() {
      // In strict mode each call is told of as it ends.
      if (!link.isUp || mode === "strict") return;
      const due = [...desk.holds()].filter(({ isDue }) => isDue);
      await within(Promise.all([keeper.tellAll(due), keeper.idle()]), tellingMs);
    },
    async close() {
      desk.close();
      if (link.isUp) await within(keeper.idle(), tellingMs);
      link.close();
    },
  };
}
