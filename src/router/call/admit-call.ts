import type { Refusal } from "../../contracts/ports/index.ts";
import { isAway } from "../../plugin/is-away.ts";
import { reasonOfNone } from "../../plugin/reason-of-none.ts";
import {
  admitTarget,
  forbidden,
  notAdmitted,
  type PlannedCall,
  type Refused,
  refusedNow,
} from "./admit-target.ts";
import { callOf } from "./call-of.ts";
import type { AskedMember, CallContext, PoolAccess } from "./context.ts";
import type { Proposal } from "./plan/index.ts";
import { inOrder, memberTarget, type Target, targetOf } from "./target.ts";

type Outcome = PlannedCall | Refused | Promise<PlannedCall | Refused>;

/**
 * Takes a proposed call through the ports: constraints, `fits` and `ask` (no side effects), then `reserve`
 * and `enter`. Synchronous unless a remote ledger has to be asked. Of a pool the members are taken through them in the
 * pool's order, until one may be called.
 */
export function admitCall(execution: CallContext, proposal: Proposal): Outcome {
  const { model, hop } = proposal;
  const pool = execution.poolOf?.(model);
  if (pool === undefined) {
    const target = targetOf(execution, model);
    const permitted = execution.permits(target.candidate, hop, execution.ports.clock.wall());
    return permitted === true
      ? admitTarget(execution, proposal, target)
      : forbidden(proposal, permitted, isNext(proposal));
  }
  return admitMember(execution, proposal, pool);
}

/** True for a call of the model that the decision chose, which observers are told of if it is not made. */
function isNext({ hop, lastResort }: Proposal): boolean {
  return hop === "answer" && lastResort !== true;
}

/**
 * Takes the members of a pool through the ports, in the order of its rule, until one may be called. Members that the request
 * has called already come again only once all have had their turn.
 */
function admitMember(execution: CallContext, proposal: Proposal, pool: PoolAccess): Outcome {
  const { hop, lastResort } = proposal;
  const isLast = lastResort === true || proposal.direct === true;
  const asked = pool.ask(hop, execution.ports.clock.wall());
  const permitted = withoutAway(asked.filter((one) => one.permitted === true));
  const turn = notCalled(execution, proposal, permitted);
  if (permitted.length === 0) return forbidden(proposal, reasonOfNone(asked), isNext(proposal));
  if (turn.length === 0) return notAdmitted(proposal, noOther);
  const targets = inOrder(execution, pool, turn).map((one) => memberTarget(proposal.model, one));
  const ready = isLast ? byWait(execution, proposal, targets) : targets;
  const orPaused = (outcome: PlannedCall | Refused): Outcome => {
    if (!isRefusal(outcome) || outcome.stage !== "admission" || isLast) return outcome;
    return afterPause(execution, proposal, pool, targets) ?? outcome;
  };
  const admitted = firstAdmitted(execution, proposal, { targets: ready, at: 0, waits: 0 });
  return admitted instanceof Promise ? admitted.then(orPaused) : orPaused(admitted);
}

/** Returns the members without those that are out or load, unless all are: probes may fail where calls do not. */
function withoutAway(permitted: readonly AskedMember[]): readonly AskedMember[] {
  const there = permitted.filter(({ member }) => !isAway(member.state));
  return there.length > 0 ? there : permitted;
}

const noOther: Refusal = {
  by: "queue",
  reason: "it has no other member for a call next to the one under way",
};

/** Returns the permitted members whose turn it is; none for a call next to another one, if all have had theirs. */
function notCalled(
  execution: CallContext,
  { model, beside }: Proposal,
  permitted: readonly AskedMember[],
): readonly AskedMember[] {
  const called = execution.called?.get(model);
  if (called === undefined || permitted.length === 0) return permitted;
  const left = permitted.filter(({ member }) => !called.includes(member.key));
  if (left.length > 0 || beside === true) return left;
  // All have had their turn: they come again, the last one not at once.
  const last = called.at(-1) as string;
  execution.called?.set(model, permitted.length > 1 ? [last] : []);
  return permitted.length > 1 ? permitted.filter(({ member }) => member.key !== last) : permitted;
}

/** The members that are still to be asked. */
interface Asking {
  readonly targets: readonly Target[];
  /** Index of the next one. */
  readonly at: number;
  /** Number of waits for a store: after one, constraints may answer otherwise. */
  readonly waits: number;
  /** Refusal of the member that has room first so far. */
  readonly refused?: Refused | undefined;
}

/** Most members for whose money a store is asked, one after the other, for one call. */
const mostWaits = 16;

/** Returns the first call that is admitted, else the refusal of the member that has room first. */
function firstAdmitted(
  execution: CallContext,
  proposal: Proposal,
  { targets, at: from, waits, refused: before }: Asking,
): Outcome {
  let refused = before;
  for (let at = from; at < targets.length; at += 1) {
    const target = targets[at] as Target;
    const outcome =
      (waits > 0 ? refusedNow(execution, proposal, target) : undefined) ??
      admitTarget(execution, proposal, target);
    if (outcome instanceof Promise)
      return outcome.then((one) => {
        if (!isRefusal(one)) return noteCalled(execution, one);
        if (endsSearch(one)) return one;
        const sooner = soonerOf(refused, one);
        if (waits + 1 >= mostWaits) return sooner;
        return firstAdmitted(execution, proposal, { targets, at: at + 1, waits: waits + 1, refused: sooner });
      });
    if (!isRefusal(outcome)) return noteCalled(execution, outcome);
    if (endsSearch(outcome)) return outcome;
    refused = soonerOf(refused, outcome);
  }
  return refused as Refused;
}

/** True for a refusal that every member would meet. */
function endsSearch({ stage, refusal: { by } }: Refused): boolean {
  return stage === "token" || by === "deadline" || by === "store";
}

function soonerOf(one: Refused | undefined, other: Refused): Refused {
  // One that a constraint forbids meanwhile does not come back, which one without room does.
  if (one === undefined || (one.stage === "constraint" && other.stage !== "constraint")) return other;
  return isSooner(other, one) ? other : one;
}

/** Waits for the member whose pause ends first, if the pool's own limit allows it. */
function afterPause(
  execution: CallContext,
  proposal: Proposal,
  { rules }: PoolAccess,
  targets: readonly Target[],
): Outcome | undefined {
  const mostMs = rules?.maxWaitMs ?? 0;
  if (mostMs <= 0 || proposal.beside === true) return undefined;
  for (const { target, waitMs } of waitsOf(execution, proposal, targets)) {
    if (waitMs > mostMs) return undefined;
    const outcome = admitTarget(execution, proposal, target, waitMs);
    if (outcome instanceof Promise) return outcome.then((one) => noteCalled(execution, one));
    if (!isRefusal(outcome)) return noteCalled(execution, outcome);
  }
  return undefined;
}

function byWait(execution: CallContext, proposal: Proposal, targets: readonly Target[]): readonly Target[] {
  return waitsOf(execution, proposal, targets).map(({ target }) => target);
}

/** Returns the targets with the time until each may be called, the shortest first; otherwise in their order. */
function waitsOf(
  execution: CallContext,
  proposal: Proposal,
  targets: readonly Target[],
): readonly { readonly target: Target; readonly waitMs: number }[] {
  return targets
    .map((target) => ({ target, waitMs: waitOf(execution, proposal, target) }))
    .sort((a, b) => (a.waitMs === b.waitMs ? 0 : a.waitMs - b.waitMs));
}

function waitOf(execution: CallContext, proposal: Proposal, target: Target): number {
  const { admission } = execution.ports;
  const call = callOf(execution, target, proposal.attemptId, proposal.hop, proposal);
  const asked = admission.ask(call, proposal.delayMs);
  return asked === true ? 0 : (asked.waitMs ?? Number.POSITIVE_INFINITY);
}

function isSooner({ refusal: a }: Refused, { refusal: b }: Refused): boolean {
  return (a.waitMs ?? Number.POSITIVE_INFINITY) < (b.waitMs ?? Number.POSITIVE_INFINITY);
}

function isRefusal(outcome: Outcome): outcome is Refused {
  return "stage" in outcome;
}

/** Notes that a member has had its turn. */
function noteCalled<Admitted extends PlannedCall | Refused>(
  execution: CallContext,
  admitted: Admitted,
): Admitted {
  if (isRefusal(admitted)) return admitted;
  const { id, name } = admitted.target;
  execution.called ??= new Map();
  execution.called.set(id, [...(execution.called.get(id) ?? []), name]);
  return admitted;
}
