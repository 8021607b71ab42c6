import { errorType } from "../../contracts/errors/index.ts";
import { isRouterError, type Router, type Store } from "../../contracts/index.ts";
import { StoreLink } from "../../fleet/inner.ts";
import { systemClock } from "../../plugin/clock.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { shortText } from "../../plugin/short-text.ts";
import { loopEmitter } from "../loop-emitter.ts";
import { createPoller } from "../poller.ts";
import { namespaceOption, storeOption } from "../record-store.ts";
import { checkReleases, pointerKey, readEntry, ttlMs } from "./pointer-record.ts";
import { type Releases, releaseOfData } from "./release-of-data.ts";
import { readPointer } from "./release-pointer.ts";

export interface FollowReleaseOptions<Id extends string> {
  readonly router: Router<Id>;
  readonly store: Store;
  /** Name before the pointer's key, as in `shared`. Default `router`. */
  readonly namespace?: string | undefined;
  readonly releases: Releases<NoInfer<Id>>;
  /** Mean time between two looks at the store in milliseconds, 50 to 3,000. Default 2,000. */
  readonly pollMs?: number | undefined;
}

export const followReleaseOptions: OptionTable<FollowReleaseOptions<string>> = {
  router: { is: "object", methods: ["replace", "observe"] },
  store: storeOption,
  namespace: namespaceOption,
  releases: { is: "checked", check: checkReleases },
  pollMs: { is: "number", min: 50, max: 3_000, default: 2_000 },
};

/** A router that follows the release of its fleet. */
export interface ReleaseFollower {
  /** Looks at the store now. Never rejects. */
  check(): Promise<void>;
  /** Hash of the release that was taken last. Absent: none was. */
  readonly hash: string | undefined;
  /** Stops. The router keeps what it has. Idempotent. */
  close(): Promise<void>;
}

/** Time after which the pointer is written again, since entries of stores expire. */
const renewMs = 86_400_000;

/**
 * Follows the release that a fleet's pointer names: within five seconds, and at once when a process starts. A process takes
 * a release only if its own code makes exactly that hash from the pointer's data; `router.replace` then validates it.
 * Otherwise it stays, and tells once by the event `replacement-refused`; so it does while the store does not answer. A
 * `router.revert()` is of this process alone, until the pointer moves: to take a fleet back, publish the release of before.
 * Ends when the router closes. Throws `InvalidOptionError`.
 */
export function followRelease<Id extends string>(options: FollowReleaseOptions<Id>): ReleaseFollower {
  const { router, store, namespace, releases, pollMs } = readOptions(
    "followRelease",
    followReleaseOptions,
    options,
  );
  const emit = loopEmitter(router as Router);
  const key = pointerKey(namespace);
  /** Content of the pointer that was looked at last: a bad one is told once. */
  let seen: string | undefined;
  let taken: string | undefined;
  let renewedAt = systemClock.monotonic();
  /** Looks in a row to which the store did not answer. */
  let missed = 0;

  const refuse = (problem: string, release?: string): void => {
    const reason = `${problem}; this process keeps ${router.release === undefined ? "what it has" : `release ${router.release}`}`;
    emit({ type: "replacement-refused", source: "store", ...(release && { release }), reason });
  };
  const link = new StoreLink({ store, clock: systemClock, onFailed: ignore, onBack: ignore });

  const take = async (text: string): Promise<void> => {
    const pointer = readPointer(text);
    if (typeof pointer === "string") return refuse(`the pointer of the fleet cannot be read: ${pointer}`);
    const { hash, name, data } = pointer;
    // Published again, it also takes back a process that was reverted or changed by itself.
    if (hash === taken && router.release === hash.slice(0, 12)) return;
    try {
      const made = releaseOfData(router, releases, name, data);
      if (made.hash !== hash)
        return refuse(`the code of this process makes release ${made.hash.slice(0, 12)} of its data`, hash);
      const by = `published by ${shortText(pointer.by)}: ${shortText(pointer.reason)}`;
      await router.replace({ ...made.parts, release: hash, reason: by });
      taken = hash;
    } catch (error) {
      const problem = isRouterError(error) ? error.message : `an error of type ${errorType(error)}`;
      if (!router.isClosed) refuse(`the release was not taken: ${problem}`, hash);
    }
  };

  const look = async (): Promise<void> => {
    const found = await link.ask((one) => one.records.get([key]), readEntry);
    missed = found === undefined ? missed + 1 : 0;
    // Not at the first: when a process starts its client may still be connecting.
    if (missed === 2) refuse("the store does not answer, so the fleet's release is not known");
    const entry = found?.[0];
    if (entry === undefined) return;
    if (systemClock.monotonic() - renewedAt > renewMs) {
      renewedAt = systemClock.monotonic();
      const again = { key, value: entry.value, expect: entry.version, ttlMs };
      // Another process may be first, which is as good.
      await link.ask((one) => one.records.put([again]), readAny);
    }
    if (entry.value === seen) return;
    seen = entry.value;
    await take(entry.value);
  };

  const poller = createPoller(look, {
    everyMs: pollMs,
    isOver: () => router.isClosed,
    onOver: () => link.close(),
  });
  return {
    check: poller.now,
    get hash() {
      return taken;
    },
    async close() {
      await poller.close();
      link.close();
    },
  };
}

function readAny(answer: unknown): object | undefined {
  return typeof answer === "object" && answer !== null ? answer : undefined;
}

function ignore(): void {}
