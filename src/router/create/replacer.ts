import { type PartsReplaced, type Replaced, type Replacement, RouterError } from "../../contracts/index.ts";
import { requestParts } from "../life/late-parts.ts";
import { openingOf } from "../life/opening-of.ts";
import type { FixedParts, RouterParts } from "../life/parts.ts";
import type { InputStates } from "./input-states.ts";
import { type GivenParts, partsOf } from "./parts-of.ts";
import { readReason, readReplacement } from "./read-replacement.ts";

/** Holds the parts of a router, and replaces them. */
export interface Replacer<Id extends string> {
  /** Parts for a request that begins now. */
  readonly parts: RouterParts<Id>;
  /** Number of replacements so far. */
  readonly revision: number;
  replace(given: Replacement<Id>, isClosed: () => boolean): Promise<Replaced>;
  revert(reason: string, isClosed: () => boolean): Promise<Replaced>;
}

export interface ReplacerOptions<Id extends string> {
  readonly fixed: FixedParts<Id>;
  readonly first: GivenParts<Id>;
  readonly states: InputStates;
}

/** Largest number of calls that wait for each other. */
const mostWaiting = 100;

/** Throws `InvalidOptionError` for the first parts. */
export function createReplacer<Id extends string>({
  fixed,
  first,
  states,
}: ReplacerOptions<Id>): Replacer<Id> {
  const { events, ports } = fixed;
  let current = partsOf(fixed, first);
  let last: RouterParts<Id> | undefined;
  let revision = 0;
  let waiting = 0;
  let queue: Promise<unknown> = Promise.resolve();
  states.keep([current.inputs]);

  /** Does work when all before is done: validation may take time, and must not mix with another one. */
  const inTurn = (work: () => Promise<Replaced>): Promise<Replaced> => {
    if (waiting >= mostWaiting) throw refusal(`${mostWaiting} replacements wait already`);
    waiting += 1;
    const done = queue.then(work).finally(() => {
      waiting -= 1;
    });
    queue = done.catch(() => {});
    return done;
  };

  const commit = (next: RouterParts<Id>, before: RouterParts<Id> | undefined): void => {
    current = next;
    last = before;
    revision += 1;
    states.keep([current.inputs, last?.inputs]);
  };

  const tell = (done: Replaced, why: Pick<PartsReplaced, "reason" | "parts" | "reverted">): void => {
    const { dryRun, ...names } = done;
    const { reason, parts, reverted } = why;
    events.emit({ type: "parts-replaced", at: ports.clock.wall(), ...names, reason, parts, reverted });
  };

  return {
    get parts() {
      return current;
    },
    get revision() {
      return revision;
    },
    async replace(given, isClosed) {
      const wanted = readReplacement(given, fixed.models);
      return inTurn(async () => {
        if (isClosed()) throw closedError();
        const before = current;
        const next = partsOf(fixed, wanted.over(before), { current: before, last });
        await openingOf(next);
        await requestParts.get().holdGoldenRoutes(next);
        const result: Replaced = { ...namesOf(before, next), dryRun: wanted.isDry };
        if (wanted.isDry) return result;
        if (isClosed()) throw closedError();
        commit(next, before);
        const { name, version, notRecommended } = next.deciding.classifier;
        if (wanted.parts.includes("classifier") && notRecommended !== undefined)
          events.emit({
            type: "classifier-not-recommended",
            classifier: { name, version },
            reason: notRecommended,
          });
        tell(result, wanted);
        return result;
      });
    },
    async revert(given, isClosed) {
      const reason = readReason("revert.reason", given);
      return inTurn(async () => {
        if (isClosed()) throw closedError();
        if (last === undefined) throw refusal("there is nothing to revert: no parts of before are kept");
        const [before, next] = [current, last];
        // At once: what comes back was known to be good, and the reason may be urgent.
        commit(next, undefined);
        const result: Replaced = { ...namesOf(before, next), dryRun: false };
        tell(result, { reason, parts: differingParts(before, next), reverted: true });
        return result;
      });
    },
  };
}

function namesOf<Id extends string>(
  { deciding: before }: RouterParts<Id>,
  { deciding: after }: RouterParts<Id>,
): Omit<Replaced, "dryRun"> {
  return {
    from: before.versions.policy,
    to: after.versions.policy,
    fromRelease: before.release,
    toRelease: after.release,
  };
}

function differingParts<Id extends string>(before: RouterParts<Id>, next: RouterParts<Id>): string[] {
  const [from, to] = [before.deciding, next.deciding];
  return [
    ...(from.policy === to.policy ? [] : ["policy"]),
    ...(from.classifier === to.classifier ? [] : ["classifier"]),
    ...(before.tuning === next.tuning ? [] : ["tuning"]),
    ...(before.constraints === next.constraints ? [] : ["constraints"]),
    ...(before.golden === next.golden ? [] : ["golden"]),
    ...(from.release === to.release ? [] : ["release"]),
  ];
}

function refusal(problem: string): RouterError {
  return new RouterError("invalid-request", problem);
}

function closedError(): RouterError {
  return refusal("the router is closed: nothing is replaced after close()");
}
