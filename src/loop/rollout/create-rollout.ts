import {
  type EventSink,
  InvalidOptionError,
  type Json,
  type LoopEvent,
  type Model,
  type Policy,
} from "../../contracts/index.ts";
import { createClock } from "../../plugin/clock.ts";
import { readOption } from "../../plugin/index.ts";
import { shortText } from "../../plugin/short-text.ts";
import { createLocalBook } from "../books/local-book.ts";
import { createSharedBook } from "../books/shared-book.ts";
import { saltFingerprint } from "../units/unit-draw.ts";
import { createUnits } from "../units/units.ts";
import { candidateFailures } from "./candidate-failures.ts";
import { watchFailures } from "./failed-in-a-row.ts";
import { firstRecord } from "./first-record.ts";
import { createJudgeTimer } from "./judge-timer.ts";
import { noteRollout, refuseNested, refuseOthers } from "./other-rollouts.ts";
import type { Rollout } from "./rollout.ts";
import { createController } from "./rollout-controller.ts";
import type { HandMove } from "./rollout-moves.ts";
import { createRolloutObserver } from "./rollout-observer.ts";
import { type RolloutOptions, resolveRollout } from "./rollout-options.ts";
import { rolloutPolicy } from "./rollout-policy.ts";
import { rolloutStatusOf } from "./rollout-status-of.ts";
import { createShadowWatch, type ShadowWatch } from "./shadow-watch.ts";

/**
 * Creates a rollout: a candidate policy takes over from control, stage by stage, as long as no guard finds harm. Units
 * (sessions, tenants …) stay in their arm. Verdicts may be looked at any time: the probability of a false rollback over
 * the whole rollout is at most 1 - `confidence`.
 *
 * Throws `InvalidOptionError`.
 */
export function createRollout<const Id extends string>(options: RolloutOptions<Id>): Rollout<Id> {
  const rollout = resolveRollout(options);
  const { id, guards, store, stages, control, candidate, salt, unit, random = Math.random } = rollout;
  const clock = createClock(rollout.clock, rollout.monotonicClock);
  refuseNested(control, "control");
  refuseNested(candidate, "candidate");
  const policy: Policy<Id> = rolloutPolicy<Id>({
    id,
    salt,
    unit,
    control,
    candidate,
    state: {
      snapshot() {
        // At the first use, since a module may be loaded where no timer may run.
        timer.start();
        return controller.snapshot();
      },
      observe(event) {
        if (!isClosed) observer.observe(event);
      },
      ...(store === undefined && { exportState, restoreState }),
    },
  });
  const input = policy.reads?.find((one) => one.id === id);
  if (input !== undefined) noteRollout(input, [control, candidate]);
  const units = createUnits(guards, clock.monotonic, {
    idleMs: rollout.unitIdleMs,
    maxRequests: rollout.unitMaxRequests,
  });
  const first = firstRecord(rollout, saltFingerprint(id, salt), policy, clock.wall());
  const bookParts = { first, stages: stages.length, guards, units, clock };
  const { namespace, judgeMs } = rollout;
  const local = store === undefined ? createLocalBook(bookParts) : undefined;
  const onBack = () => void controller.follow();
  const book =
    local ??
    createSharedBook({ ...bookParts, store: store as NonNullable<typeof store>, namespace, judgeMs, onBack });
  let emit: ((event: LoopEvent) => void) | undefined;
  let shadow: ShadowWatch | undefined;
  let isClosed = false;
  const failures = candidateFailures();
  const controller = createController({
    rollout,
    book,
    failures,
    emit: (event) => emit?.(event),
    isAttached: () => shadow !== undefined,
  });
  const timer = createJudgeTimer({ controller, clock, pollMs: rollout.pollMs, judgeMs });
  const observer = createRolloutObserver({
    id,
    stages,
    book,
    controller,
    failures,
    inARow: watchFailures(),
    shadow: () => shadow,
    onCounted() {
      // Without a store a look costs next to nothing, and harm is found with the unit that proves it.
      if (local !== undefined) timer.judgeAfter(leastMsBetween);
    },
  });

  const move = async (kind: HandMove["kind"], by: unknown, reason: unknown): Promise<void> => {
    readOption({ is: "text" }, `rollout.${kind}.by`, by);
    if (reason !== undefined) readOption({ is: "text" }, `rollout.${kind}.reason`, reason);
    // What the person has seen: a change since then is not what was decided on.
    const revision = controller.record()?.revision;
    await ready();
    await controller.move({ kind, by: shortText(by) ?? "", reason: shortText(reason) }, revision);
  };

  async function ready(): Promise<void> {
    timer.start();
    for (let tries = 0; tries < mostTries && controller.record() === undefined && !isClosed; tries += 1) {
      await controller.follow();
      if (controller.record() === undefined && book.problem !== undefined) return;
      if (controller.record() === undefined) await pauseOf(tryAgainMs);
    }
  }

  function exportState(): Json {
    return local === undefined ? null : local.exportState();
  }

  function restoreState(state: Json): void {
    if (local === undefined) return;
    local.restoreState(state);
    void controller.follow();
  }

  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    timer.close();
    shadow?.close();
    // What is under way would else ask a store whose client the application closes next.
    await controller.idle();
    await book.close();
  };

  return {
    id,
    policy,
    attach(router) {
      readOption({ is: "object", methods: ["observe", "decide"] }, "rollout.attach", router);
      refuseOthers(id, router, input);
      if (shadow !== undefined)
        throw new InvalidOptionError("rollout.attach", id, "called for one router: let go of the first");
      const [stage] = stages;
      shadow = createShadowWatch({
        candidate: candidate as Policy,
        models: router.models as Readonly<Record<string, Model>>,
        calls: stage?.shadow === true ? (stage.calls ?? 0) : 0,
        requests: stage?.shadow === true ? stage.requests : 0,
        random,
        add: (more) => book.addShadow(more),
      });
      // It only listens for the end: events come through the policy.
      const sink: EventSink<Id> = Object.assign(() => {}, {
        attach: (to: (event: LoopEvent) => void) => {
          emit = to;
        },
        close,
      });
      const remove = router.observe(sink);
      timer.start();
      return () => {
        remove();
        shadow?.close();
        shadow = undefined;
        emit = undefined;
      };
    },
    ready,
    async status() {
      await ready();
      await shadow?.idle();
      const openUnits = () => units.open();
      return rolloutStatusOf({ rollout, unit: describeUnit(options.unit), book, controller, openUnits });
    },
    async judge() {
      timer.start();
      await shadow?.idle();
      return timer.judge();
    },
    advance: (by, reason) => move("advance", by, reason),
    pause: (by, reason) => move("pause", by, reason),
    resume: (by, reason) => move("resume", by, reason),
    abort: (by, reason) => move("abort", by, reason),
    add: observer.add,
    exportState,
    restoreState,
    close,
  };
}

/** Least time between two judgements of a rollout without a store, in milliseconds. */
const leastMsBetween = 100;
/** Number of times that the store is asked for the stage before requests go on without it, and the time between. */
const mostTries = 12;
const tryAgainMs = 250;

function pauseOf(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

function describeUnit(unit: RolloutOptions<string>["unit"]): string {
  if (typeof unit === "string") return unit;
  return typeof unit === "function" ? `function ${unit.name || "anonymous"}` : `label ${unit.label}`;
}
