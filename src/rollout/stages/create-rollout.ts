import {
  type EventSink,
  InvalidOptionError,
  type Json,
  type LoopEvent,
  type Model,
  type Policy,
  type Router,
  type RouterEvent,
} from "../../contracts/index.ts";
import { createClock } from "../../plugin/clock.ts";
import { checkMethods, checkText } from "../../plugin/index.ts";
import { shortText } from "../../plugin/short-text.ts";
import { unref } from "../../state/shared/unref.ts";
import { createLocalBook } from "../books/local-book.ts";
import { createSharedBook } from "../books/shared-book.ts";
import type { AuditedRecord } from "../promise/audited-record.ts";
import { saltFingerprint } from "../units/unit-draw.ts";
import { armOf, unitRequest } from "../units/unit-request.ts";
import { createUnits } from "../units/units.ts";
import { firstRecord } from "./first-record.ts";
import { noteRollout, refuseNested, refuseOthers } from "./other-rollouts.ts";
import { createController } from "./rollout-controller.ts";
import { type RolloutOptions, resolveRollout } from "./rollout-options.ts";
import { rolloutPolicy } from "./rollout-policy.ts";
import type { RolloutStatus, RolloutVerdict } from "./rollout-status.ts";
import { rolloutStatusOf } from "./rollout-status-of.ts";
import { createShadowWatch, type ShadowWatch } from "./shadow-watch.ts";

/** A candidate on its way from shadow to all requests. */
export interface Rollout<Id extends string = string> {
  readonly id: string;
  /** Policy of the router: control, the candidate, and the shares of both. */
  readonly policy: Policy<Id>;
  /**
   * Tells the router's listeners what happens, lets the shadow stage ask the candidate, and ends with the router's
   * `close()`. Returns a function that lets go of the router. Throws `InvalidOptionError` for a router whose policy this
   * rollout is not part of, and for a second one.
   */
  attach(router: Router<Id>): () => void;
  /** Resolves once the stage is known. Without a store at once; until then requests follow control and do not count. */
  ready(): Promise<void>;
  status(): Promise<RolloutStatus>;
  /** Judges now, in addition to each `judgeMs`. Never rejects. */
  judge(): Promise<RolloutVerdict>;
  /**
   * Moves by hand; `by` is the name of who does it. Rejects with `InvalidOptionError` where the state does not allow it,
   * and with `StoreError` if the store does not answer: then `pause` and `abort` hold in this process anyway.
   */
  advance(by: string, reason?: string): Promise<void>;
  /** Stops the way up. Shares stay as they are. */
  pause(by: string, reason?: string): Promise<void>;
  /**
   * Goes on after a pause; the signal that paused it is overruled. After a rollback or an abort the rollout begins again
   * at its first stage, without the evidence so far.
   */
  resume(by: string, reason?: string): Promise<void>;
  /** Gives all requests to control. */
  abort(by: string, reason?: string): Promise<void>;
  /**
   * Takes what an audit found, for `quality({ from: "audit" })`: `createAudit({ onRecord: [rollout.add] })`. It has to
   * come while the unit of the decision is known.
   */
  add(record: AuditedRecord): void;
  /** Returns the state as plain JSON. Also part of `router.exportState()`. With a store: null, since it is there. */
  exportState(): Json;
  /** Replaces the state. Throws `InvalidOptionError`, and then changes nothing, for what is not its own. */
  restoreState(state: Json): void;
  /** Writes what is not written yet, and stops. */
  close(): Promise<void>;
}

/** Decisions whose arm is remembered for an audit. */
const mostDecisions = 10_000;

/**
 * Creates a rollout: a candidate policy takes over from control, stage by stage, as long as no guard finds harm. Units
 * (sessions, tenants …) stay in their arm. Verdicts may be looked at any time: the probability of a false rollback over
 * the whole rollout is at most 1 - `confidence`.
 *
 * Throws `InvalidOptionError`.
 */
export function createRollout<const Id extends string>(options: RolloutOptions<Id>): Rollout<Id> {
  const rollout = resolveRollout(options);
  const { id, guards, store, stages } = rollout;
  const { control, candidate, salt, unit, random = Math.random } = options;
  const clock = createClock(options.clock, options.monotonicClock);
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
        start();
        return controller.snapshot();
      },
      observe: (event) => observe(event),
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
  const local =
    store === undefined ? createLocalBook({ first, stages: stages.length, guards, units, clock }) : undefined;
  const book =
    local ??
    createSharedBook({
      store: store as NonNullable<typeof store>,
      namespace: rollout.namespace,
      first,
      stages: stages.length,
      guards,
      units,
      clock,
      judgeMs: rollout.judgeMs,
      onBack: () => void controller.follow(),
    });
  let emit: ((event: LoopEvent) => void) | undefined;
  let shadow: ShadowWatch | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStarted = false;
  let isClosed = false;
  let judgedAt = clock.monotonic();
  const armOfDecision = new Map<string, string>();
  const controller = createController({
    rollout,
    book,
    clock,
    emit: (event) => emit?.(event),
    isAttached: () => shadow !== undefined,
  });
  /** Begins to look at the store and at the time. At the first use, since a module may be loaded where no timer may run. */
  function start(): void {
    if (isStarted || isClosed) return;
    isStarted = true;
    void controller.follow();
    later();
  }

  function later(): void {
    if (isClosed) return;
    // Apart, so that a fleet does not ask at one moment; never later than the period.
    timer = setTimeout(() => void tick().then(later, later), rollout.pollMs * (0.75 + Math.random() / 4));
    unref(timer);
  }

  async function tick(): Promise<void> {
    const now = clock.monotonic();
    if (now - judgedAt < rollout.judgeMs) return controller.follow();
    judgedAt = now;
    await controller.judge();
  }

  function observe(event: RouterEvent): void {
    if (isClosed) return;
    if (event.type === "promise-changed" && event.to === "broken") controller.promiseBroke(event.promise);
    if (event.type === "feedback-given") {
      const arm = armOf(event.arms, id);
      const { decisionId, quality: value, source } = event;
      if (arm !== undefined)
        book.rate({
          unitHash: arm.unitHash,
          decisionId,
          value,
          source: originOf(source),
        });
      return;
    }
    const record = controller.record();
    const stage = record?.state === "running" ? stages[record.stage] : undefined;
    if (stage?.shadow === true) shadow?.observe(event);
    const request = unitRequest(event, id);
    if (request === undefined) return;
    book.note(request);
    if (event.type === "request-completed") remember(event.decision.id, request.unitHash);
    // Without a store a look costs next to nothing, and harm is found with the unit that proves it.
    if (local !== undefined && clock.monotonic() - judgedAt >= leastMsBetween) {
      judgedAt = clock.monotonic();
      void controller.judge();
    }
  }

  function remember(decisionId: string, unitHash: string): void {
    armOfDecision.set(decisionId, unitHash);
    if (armOfDecision.size > mostDecisions) armOfDecision.delete(armOfDecision.keys().next().value as string);
  }

  const move = async (
    kind: "advance" | "pause" | "resume" | "abort",
    by: unknown,
    reason: unknown,
  ): Promise<void> => {
    checkText(`rollout.${kind}.by`, by);
    if (reason !== undefined) checkText(`rollout.${kind}.reason`, reason);
    await ready();
    await controller.move({ kind, by: shortText(by) ?? "", reason: shortText(reason) });
  };

  async function ready(): Promise<void> {
    start();
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
    clearTimeout(timer);
    shadow?.close();
    await book.close();
  };

  return {
    id,
    policy,
    attach(router) {
      checkMethods("rollout.attach", router, ["observe", "decide"]);
      refuseOthers(id, router, input);
      if (shadow !== undefined)
        throw new InvalidOptionError("rollout.attach", id, "called for one router: let go of the first");
      const [stage] = stages;
      shadow = createShadowWatch({
        candidate: candidate as Policy,
        models: router.models as Readonly<Record<string, Model>>,
        calls: stage?.shadow === true ? (stage.calls ?? 0) : 0,
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
      start();
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
      return rolloutStatusOf({
        rollout,
        unit: describeUnit(options.unit),
        book,
        controller,
        openUnits: () => units.open(),
      });
    },
    async judge() {
      start();
      judgedAt = clock.monotonic();
      return controller.judge();
    },
    advance: (by, reason) => move("advance", by, reason),
    pause: (by, reason) => move("pause", by, reason),
    resume: (by, reason) => move("resume", by, reason),
    abort: (by, reason) => move("abort", by, reason),
    add({ decisionId, loss }) {
      const unitHash = decisionId === undefined ? undefined : armOfDecision.get(decisionId);
      if (unitHash === undefined || decisionId === undefined || !Number.isFinite(loss)) return;
      // Gains count like losses: a judge that errs to both sides would else find harm where there is none.
      const value = (1 - Math.max(-1, Math.min(1, loss))) / 2;
      book.rate({ unitHash, decisionId, value, source: "audit" });
    },
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

/** Feedback of a judge is not the opinion of a person: it counts for `quality({ from: "judge" })`. */
function originOf(source: string | undefined): string {
  if (source === undefined) return "feedback";
  return source === "judge" || source.startsWith("judge:") ? source : `feedback:${source}`;
}

function pauseOf(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

function describeUnit(unit: RolloutOptions<string>["unit"]): string {
  if (typeof unit === "string") return unit;
  return typeof unit === "function" ? `function ${unit.name || "anonymous"}` : `label ${unit.label}`;
}
