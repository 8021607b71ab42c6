import { InvalidOptionError, type Router, type Store, StoreError } from "../../contracts/index.ts";
import { StoreLink, storeKey } from "../../fleet/inner.ts";
import { systemClock } from "../../plugin/clock.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { createPoller } from "../poller.ts";
import { namespaceOption, storeOption } from "../record-store.ts";
import { readEntries, readPut } from "../store-answers.ts";
import type { LivePromise } from "./promise.ts";
import {
  memberName,
  mostMembers,
  mostRenewals,
  type PromiseMembers,
  readMembers,
} from "./promise-members.ts";
import { betsInWindow } from "./promise-options.ts";
import { readShare, shareText } from "./promise-share.ts";

export interface SharePromiseOptions {
  /** Promise with `everyMs`, the same in all processes. */
  readonly promise: LivePromise;
  /** Router whose end ends it. */
  readonly router: Pick<Router, "isClosed">;
  readonly store: Store;
  /** Name before the keys, as in `shared`: 1 to 64 letters, digits and `._:-`. Default `router`. */
  readonly namespace?: string | undefined;
  /**
   * Name of this process, which no other one has: 1 to 64 letters, digits and `._:-`. State it where the promise's state
   * survives a restart (`router.restoreState`), the same one as before: else the same records count twice until those of
   * the ended process expire. Default: random.
   */
  readonly process?: string | undefined;
  /** Mean time between two looks at the store in milliseconds, 50 to 60,000. Default 3,000. */
  readonly pollMs?: number | undefined;
}

export const sharePromiseOptions: OptionTable<SharePromiseOptions, "process"> = {
  promise: { is: "object", methods: ["follow", "renew", "exportState"] },
  router: { is: "any", expected: "the router whose end ends it" },
  store: storeOption,
  namespace: namespaceOption,
  process: { is: "text", pattern: memberName, expected: namespaceOption.expected, optional: true },
  pollMs: { is: "number", min: 50, max: 60_000, default: 3_000 },
};

/** A promise that is one for all processes of a fleet. */
export interface SharedPromise {
  /** Number of other processes whose evidence counted at the last look. */
  readonly others: number;
  /** Writes the own evidence and takes that of the others now. Never rejects. */
  check(): Promise<void>;
  /** Renews the promise in all processes. Rejects with `StoreError` if the store does not answer: then nothing has changed. */
  renew(): Promise<void>;
  /** Stops. The promise keeps what it has. Idempotent. */
  close(): Promise<void>;
}

/** Longest life of an entry of a store: 31 days. */
const longestMs = 2_678_400_000;
/** Time between two questions for the store's clock, in milliseconds. */
const askTimeMs = 30_000;
/** Number of times that a change is tried against those of others. */
const mostTries = 8;

/**
 * Makes one promise of those of up to 64 processes: each writes its bets to the store and takes those of the others, whose
 * product is the fleet's evidence. Broken for one is broken for all. The evidence of a process that ends counts until a
 * window of time has passed (20 times `everyMs`). While the store does not answer, what was known last counts.
 *
 * Throws `InvalidOptionError`.
 */
export function sharePromise(options: SharePromiseOptions): SharedPromise {
  const {
    promise,
    router,
    store,
    namespace,
    process: name = nodeCrypto().randomUUID(),
    pollMs,
  } = readOptions("sharePromise", sharePromiseOptions, options);
  const { everyMs } = promise.exportState();
  if (everyMs === 0)
    throw new InvalidOptionError(
      "sharePromise.promise",
      promise.name,
      "created with everyMs, since the bets of several processes must begin at the same times",
    );

  const ttlMs = Math.min(longestMs, betsInWindow * everyMs);
  const keyOf = (part: string) => storeKey(namespace, `promise/${promise.name}/${part}`);
  const link = new StoreLink({ store, clock: systemClock, onFailed: ignore, onBack: ignore });
  let generation: number | undefined;
  let written: string | undefined;
  let writtenAt = 0;
  let askedTimeAt = Number.NEGATIVE_INFINITY;
  let others = 0;

  const get = (parts: readonly string[]) =>
    link.ask(
      ({ records }) => records.get(parts.map(keyOf)),
      (answer) => readEntries(answer, parts.length),
    );
  const put = (part: string, value: string, expect: string) =>
    link.ask(({ records }) => records.put([{ key: keyOf(part), value, expect, ttlMs }]), readPut);

  /** Returns the members after a change, which is made unless it returns undefined. Undefined: the store does not answer. */
  const change = async (
    next: (members: PromiseMembers) => PromiseMembers | undefined,
  ): Promise<PromiseMembers | undefined> => {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const found = await get(["members"]);
      if (found === undefined) return undefined;
      const [entry] = found;
      const before = readMembers(entry?.value) ?? { formatVersion: 1, generation: 0, members: [] };
      const after = next(before);
      if (after === undefined) return before;
      const answer = await put("members", JSON.stringify(after), entry?.version ?? "none");
      if (answer === undefined) return undefined;
      if ("versions" in answer) return after;
    }
    return undefined;
  };

  /** Keeps this process among the members, and leaves out those whose time is over. */
  const join = (before: PromiseMembers): PromiseMembers | undefined => {
    const now = Math.max(0, Math.floor(link.now()));
    const alive = before.members.filter(({ at }) => Math.abs(now - at) < ttlMs);
    const own = alive.find((member) => member.name === name);
    const known = Math.max(before.generation, generation ?? 0);
    const isFresh = own !== undefined && Math.abs(now - own.at) < ttlMs / 4;
    const isSame = isFresh && alive.length === before.members.length && known === before.generation;
    if (isSame) return undefined;
    const rest = alive.filter((member) => member.name !== name);
    const members = rest.length < mostMembers ? [...rest, { name, at: now }] : rest;
    return { formatVersion: 1, generation: known, members };
  };

  /** Takes the fleet's number of renewals: one that this process has not seen is made here, too. */
  const takeGeneration = (given: number): void => {
    const isNews = generation !== undefined && given > generation;
    generation = Math.max(given, generation ?? 0);
    if (!isNews) return;
    promise.renew();
  };

  const writeOwn = async (renewals: number): Promise<void> => {
    const text = shareText(promise.exportState(), renewals);
    const now = systemClock.monotonic();
    if (text === undefined || (text === written && now - writtenAt < ttlMs / 4)) return;
    const answer = await put(`state/${name}`, text, "any");
    if (answer === undefined) return;
    written = text;
    writtenAt = now;
  };

  const look = async (): Promise<void> => {
    if (systemClock.monotonic() - askedTimeAt > askTimeMs || !link.knowsTime) {
      askedTimeAt = systemClock.monotonic();
      link.check();
    }
    const fleet = await change(join);
    if (fleet === undefined) return;
    takeGeneration(fleet.generation);
    const renewals = fleet.generation;
    await writeOwn(renewals);
    const names = fleet.members.flatMap((member) => (member.name === name ? [] : [member.name]));
    const found = await get([name, ...names].map((one) => `state/${one}`));
    // Renewed in the meantime: these states are those of before.
    if (found === undefined || generation !== renewals) return;
    const [ownEntry, ...theirs] = found;
    // A store that has lost it gets it again.
    if (ownEntry?.value !== written) written = undefined;
    const own = promise.exportState();
    const states = theirs.flatMap((entry) => (entry && readShare(entry.value, renewals, own)) ?? []);
    others = states.length;
    promise.follow(states);
  };

  const poller = createPoller(look, {
    everyMs: pollMs,
    isOver: () => router.isClosed,
    onOver: () => link.close(),
  });
  return {
    get others() {
      return others;
    },
    check: poller.now,
    async renew() {
      const after = await change((before) => {
        const next = Math.max(before.generation, generation ?? 0) + 1;
        // No process would read it, and each would take itself for the only one.
        if (next > mostRenewals)
          throw new StoreError(
            store.name,
            "failed",
            `holds ${next - 1} renewals of the promise, which no one has made`,
          );
        return { ...before, generation: next };
      });
      if (after === undefined)
        throw new StoreError(store.name, "failed", "did not answer, so the promise was not renewed");
      if (generation === undefined) generation = after.generation - 1;
      takeGeneration(after.generation);
    },
    async close() {
      await poller.close();
      link.close();
    },
  };
}

function ignore(): void {}
