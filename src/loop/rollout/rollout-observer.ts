import type { RouterEvent } from "../../contracts/index.ts";
import type { RolloutBook } from "../books/rollout-book.ts";
import { oldestKeyOf } from "../oldest-key.ts";
import type { AuditedRecord } from "../promise/audited-record.ts";
import { armOf, armRequest, unitRequest } from "../units/unit-request.ts";
import type { CandidateFailures } from "./candidate-failures.ts";
import type { FailedInARow } from "./failed-in-a-row.ts";
import type { RolloutController } from "./rollout-controller.ts";
import type { RolloutStage } from "./rollout-status.ts";
import type { ShadowWatch } from "./shadow-watch.ts";

export interface RolloutObserverOptions {
  readonly id: string;
  readonly stages: readonly RolloutStage[];
  readonly book: Pick<RolloutBook, "note" | "rate">;
  readonly controller: Pick<RolloutController, "record" | "promiseBroke" | "atOnce">;
  /** Returns the watch of the shadow stage, once a router is attached. */
  readonly shadow: () => ShadowWatch | undefined;
  readonly failures: Pick<CandidateFailures, "note">;
  readonly inARow: FailedInARow;
  /** Called after each request that counts. */
  readonly onCounted: () => void;
}

/** Reads what happens in a router for what concerns a rollout: finished requests, verdicts on answers, broken promises. */
export interface RolloutObserver {
  /** Takes an event. Returns at once. */
  observe(event: RouterEvent): void;
  /** Takes what an audit found about a decision whose unit is known. */
  add(record: AuditedRecord): void;
}

/** Decisions whose unit is remembered for an audit. */
const mostDecisions = 10_000;

export function createRolloutObserver(options: RolloutObserverOptions): RolloutObserver {
  const { id, stages, book, controller, failures, inARow, shadow, onCounted } = options;
  const unitOfDecision = new Map<string, string>();
  const oldestDecision = oldestKeyOf(unitOfDecision);

  const remember = (decisionId: string, unitHash: string): void => {
    unitOfDecision.set(decisionId, unitHash);
    if (unitOfDecision.size > mostDecisions) unitOfDecision.delete(oldestDecision() as string);
  };

  return {
    observe(event) {
      if (event.type === "promise-changed" && event.to === "broken") controller.promiseBroke(event.promise);
      if (event.type === "feedback-given") {
        const arm = armOf(event.arms, id);
        const { decisionId, quality: value, source } = event;
        if (arm !== undefined)
          book.rate({ unitHash: arm.unitHash, decisionId, value, source: originOf(source) });
        return;
      }
      const record = controller.record();
      if (record?.state === "running" && stages[record.stage]?.shadow === true)
        shadow()?.observe(event, record.epoch);
      const ofArm = armRequest(event, id);
      if (ofArm === undefined) return;
      const found = inARow.note(ofArm);
      if (found !== undefined) controller.atOnce(found);
      const request = unitRequest(ofArm);
      if (request === undefined) return;
      book.note(request);
      if (request.arm === "candidate" && "decision" in event && event.decision !== undefined)
        failures.note(event.decision.reason, record?.epoch ?? 0);
      if (event.type === "request-completed") remember(event.decision.id, request.unitHash);
      onCounted();
    },
    add({ decisionId, loss }) {
      const unitHash = decisionId === undefined ? undefined : unitOfDecision.get(decisionId);
      if (unitHash === undefined || decisionId === undefined || !Number.isFinite(loss)) return;
      // Gains count like losses: a judge that errs to both sides would else find harm where there is none.
      const value = (1 - Math.max(-1, Math.min(1, loss))) / 2;
      book.rate({ unitHash, decisionId, value, source: "audit" });
    },
  };
}

/** Feedback of a judge is not the opinion of a person: it counts for `quality({ from: "judge" })`. */
function originOf(source: string | undefined): string {
  if (source === undefined) return "feedback";
  return source === "judge" || source.startsWith("judge:") ? source : `feedback:${source}`;
}
