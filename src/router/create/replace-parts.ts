import { type PartsReplaced, type Replaced, type Replacement, RouterError } from "../../contracts/index.ts";
import { requestParts } from "../life/late-parts.ts";
import { openingOf } from "../life/opening-of.ts";
import type { FixedParts, RouterParts } from "../life/parts.ts";
import { partsOf } from "./parts-of.ts";
import { readReason, readReplacement } from "./read-replacement.ts";

/** Parts of a router, and how it gets others. */
export interface Replaceable<Id extends string> {
  readonly fixed: FixedParts<Id>;
  current(): RouterParts<Id>;
  last(): RouterParts<Id> | undefined;
  readonly isClosed: () => boolean;
  /** Does work when all before is done: validation may take time, and must not mix with another one. */
  inTurn(work: () => Promise<Replaced>): Promise<Replaced>;
  commit(next: RouterParts<Id>, before: RouterParts<Id> | undefined): void;
}

/** Replaces parts of a router. Loaded when one does: few routers are changed while they run. */
export async function replaceParts<Id extends string>(
  router: Replaceable<Id>,
  given: Replacement<Id>,
): Promise<Replaced> {
  const { fixed, isClosed } = router;
  const wanted = readReplacement(given, fixed.models);
  return router.inTurn(async () => {
    if (isClosed()) throw closedError();
    const before = router.current();
    const next = partsOf(fixed, wanted.over(before), { current: before, last: router.last() });
    await openingOf(next);
    await requestParts.get().holdGoldenRoutes(next);
    const result: Replaced = { ...namesOf(before, next), dryRun: wanted.isDry };
    if (wanted.isDry) return result;
    if (isClosed()) throw closedError();
    router.commit(next, before);
    const { name, version, notRecommended } = next.deciding.classifier;
    if (wanted.parts.includes("classifier") && notRecommended !== undefined)
      fixed.events.emit({
        type: "classifier-not-recommended",
        classifier: { name, version },
        reason: notRecommended,
      });
    tell(fixed, result, wanted);
    return result;
  });
}

/** Puts back what was there before the last replacement. */
export async function revertParts<Id extends string>(
  router: Replaceable<Id>,
  given: string,
): Promise<Replaced> {
  const reason = readReason("revert.reason", given);
  return router.inTurn(async () => {
    if (router.isClosed()) throw closedError();
    const [before, next] = [router.current(), router.last()];
    if (next === undefined) throw refusal("there is nothing to revert: no parts of before are kept");
    // At once: what comes back was known to be good, and the reason may be urgent.
    router.commit(next, undefined);
    const result: Replaced = { ...namesOf(before, next), dryRun: false };
    tell(router.fixed, result, { reason, parts: differingParts(before, next), reverted: true });
    return result;
  });
}

function tell<Id extends string>(
  { events, ports }: FixedParts<Id>,
  done: Replaced,
  { reason, parts, reverted }: Pick<PartsReplaced, "reason" | "parts" | "reverted">,
): void {
  const { dryRun, ...names } = done;
  events.emit({ type: "parts-replaced", at: ports.clock.wall(), ...names, reason, parts, reverted });
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
