import { isRouterError } from "../../contracts/index.ts";
import { type Decided, type PastDecision, redecide } from "../decide/index.ts";
import type { RouterParts } from "./parts.ts";
import { quietAccount, quietHop } from "./quiet-hop.ts";

/** Result of a dry run over the last decisions. */
export interface DryRun {
  readonly compared: number;
  /** Absent: none was compared. */
  readonly changedShare: number | undefined;
  /** Number of requests that no model would have served. They count as changed. */
  readonly refused: number;
  /** First error of a policy that could not decide. Absent: it decided all. */
  readonly failure: unknown;
  readonly failed: number;
}

type Outcome = "same" | "changed" | "refused" | "unknown" | { readonly failure: unknown };

/**
 * Decides the last requests again by other parts. Where the classifier needs a model nothing is known, and nothing
 * compared. Never rejects.
 */
export async function dryRun<Id extends string>(
  current: RouterParts<Id>,
  next: RouterParts<Id>,
): Promise<DryRun> {
  const outcomes = await Promise.all(current.recent.all().map((past) => outcomeOf(current, next, past)));
  const known = outcomes.filter((one) => one !== "unknown");
  const failures = known.flatMap((one) => (typeof one === "object" ? [one.failure] : []));
  const same = known.filter((one) => one === "same").length;
  const compared = known.length;
  return {
    compared,
    changedShare: compared === 0 ? undefined : (compared - same) / compared,
    refused: known.filter((one) => one === "refused").length + failures.length,
    failure: failures[0],
    failed: failures.length,
  };
}

async function outcomeOf<Id extends string>(
  current: RouterParts<Id>,
  next: RouterParts<Id>,
  past: PastDecision<Id>,
): Promise<Outcome> {
  try {
    const decided = await again(current, next, past);
    if (decided === undefined) return "unknown";
    return planOf(decided.decision) === planOf(past.decision) ? "same" : "changed";
  } catch (failure) {
    return isRouterError(failure, "no-eligible-model") ? "refused" : { failure };
  }
}

function planOf({ plan }: PastDecision<string>["decision"]): string {
  return JSON.stringify(plan.map(({ model, unless }) => [model, unless]));
}

function again<Id extends string>(
  current: RouterParts<Id>,
  next: RouterParts<Id>,
  past: PastDecision<Id>,
): Decided<Id> | undefined | Promise<Decided<Id> | undefined> {
  const { decision, request } = past;
  const { deciding, allConstraints, ports } = next;
  const hop = quietHop(ports.clock.wall());
  const former = { classifier: current.deciding.classifier, constraints: current.allConstraints };
  return redecide(
    { ...deciding, inputsOf: inputsThen(current, next, decision.inputs) },
    {
      id: decision.id,
      startedAt: ports.clock.monotonic(),
      request,
      constraints: allConstraints,
      pin: undefined,
      fallback: undefined,
      account: quietAccount,
      hop,
      draw: decision.draw,
      countTokens: () => Promise.resolve(undefined),
    },
    past,
    former,
  );
}

/** Returns what the policy would have read: what was recorded of inputs that it shares with the current one. */
function inputsThen<Id extends string>(
  current: RouterParts<Id>,
  next: RouterParts<Id>,
  recorded: PastDecision<Id>["decision"]["inputs"],
): RouterParts<Id>["deciding"]["inputsOf"] {
  const { inputs } = next;
  if (inputs === undefined) return undefined;
  return (request) => {
    const now = Object.entries(inputs.snapshots(request));
    const then = now.map(([id, snapshot]) => {
      const isShared = inputs.live.get(id)?.state === current.inputs?.live.get(id)?.state;
      const known = isShared && recorded !== undefined && Object.hasOwn(recorded, id);
      return [id, known ? (recorded[id] ?? null) : snapshot] as const;
    });
    return Object.freeze(Object.fromEntries(then));
  };
}
