import {
  type AuditChanged,
  type ChatRequest,
  type Completion,
  type Decision,
  type DecisionsLost,
  type EventSink,
  InvalidOptionError,
  type LoopEvent,
  type Model,
  type RecordedFacts,
  type RouterEvent,
} from "../../contracts/index.ts";
import { answeringAttempt } from "../../plugin/answering-attempt.ts";
import { dropPromises } from "../../plugin/index.ts";
import { nodeBuiltin } from "../../plugin/node-builtin.ts";
import type { AuditedRecord } from "../audited-record.ts";
import { noCounts, recentMean } from "./audit-counts.ts";
import { type AuditOptions, type ResolvedAuditOptions, resolveAuditOptions } from "./audit-options.ts";
import type { AuditSkip, AuditStatus } from "./audit-status.ts";
import { type Compared, compareAnswers } from "./compare-answers.ts";
import { createDayBudget } from "./day-budget.ts";
import { decidedBecause } from "./decided-because.ts";
import { joinFeedback } from "./joined-feedback.ts";
import { type AuditMetadata, outcomeLine } from "./outcome-line.ts";
import { createRecordFile } from "./record-file.ts";
import { createSampleRate } from "./sample-rate.ts";
import { lastDay } from "./spent-before.ts";
import { isFirstTurn } from "./tool-turns.ts";

/** A sample of live requests that is answered a second time and scored. */
export interface Audit {
  status(): AuditStatus;
  /** Waits for all comparisons that wait or are under way, and writes their records. Rejects if that fails. */
  flush(): Promise<void>;
  /** Ends all comparisons at once, writes what is there and listens no more. The router's `close()` does so too. */
  close(): Promise<void>;
}

type Completed = Extract<RouterEvent, { type: "request-completed" }>;

/** A drawn request that waits for its comparison. */
interface Job {
  readonly event: Completed;
  readonly request: ChatRequest;
  readonly answer: Completion;
  readonly probability: number;
  /** True if the reference is asked; false if `small` is, for training. */
  readonly isReference: boolean;
}

/** Smallest number of mean costs that the money of a comparison must be worth. */
const enough = 2;
const longestLine = 8_000_000;

/**
 * Creates an audit: a random sample of the answered requests that another model than the reference answered is answered
 * by the reference as well, after the caller has the answer; both answers are scored, and an outcome record is written,
 * as `eval train`, `eval tune` and `eval report` read it. Requests that the reference answered count with a loss of 0.
 *
 * All calls are made under the constraints of their request, within the router's budgets and limits and within a day's
 * own money. A request is never delayed and never fails because of it. Throws `InvalidOptionError`.
 */
export function createAudit<const Id extends string>(given: AuditOptions<Id>): Audit {
  const options = resolveAuditOptions(given as unknown as AuditOptions);
  const files = nodeBuiltin("node:fs/promises");
  if (files === undefined)
    throw new InvalidOptionError("createAudit.file", options.file, "used where there is a file system");
  const { router, scorer, maxConcurrent, maxQueued, trainingShare } = options;
  const reference = router.models[options.reference] as Model;
  const small = router.models[options.small] as Model;

  const counts = noCounts();
  const meanCost = recentMean();
  /** Share of the drawn requests of other models that could be compared. */
  const comparable = recentMean();
  const rate = createSampleRate(options);
  const money = createDayBudget(options.usdPerDay, maxConcurrent);
  const queue: Job[] = [];
  const working = new Set<Promise<void>>();
  const drawn = new Set<string>();
  const feedback = joinFeedback((id) => drawn.has(id));
  let emit: ((event: DecisionsLost | LoopEvent) => void) | undefined;
  let now = Number.NEGATIVE_INFINITY;
  /** Day on which the money is used up. */
  let usedDay: number | undefined;
  let isFailing = false;
  let isClosed = false;
  let state: AuditChanged["state"] = "running";

  const tell = (reason: string) => {
    const next = isFailing ? "failing" : usedDay !== undefined ? "budget-used" : "running";
    if (next === state) return;
    state = next;
    emit?.({ type: "audit-changed", state, reason });
  };

  const file = createRecordFile({
    file: options.file,
    files,
    onState(fails, reason) {
      isFailing = fails;
      tell(reason);
    },
  });
  // What an earlier process spent today is known before the first call.
  let opened: Promise<void> | undefined;
  const open = (): Promise<void> => {
    opened ??= file
      .open()
      .then((line) => {
        const last = lastDay(line);
        if (last !== undefined) money.restore(last.day, last.spentUsd, now);
      })
      .catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
    return opened;
  };

  const skip = (reason: AuditSkip) => {
    counts.skipped[reason] += 1;
  };

  const probability = (): number => {
    if (isClosed || now === Number.NEGATIVE_INFINITY) return rate.probability(0, 0, undefined);
    const day = money.dayOf(now);
    if (usedDay !== undefined && usedDay !== day) {
      usedDay = undefined;
      tell("a new day has begun");
    }
    if (usedDay !== undefined) return 0;
    const cost = meanCost.value();
    return rate.probability(
      now,
      day,
      cost === undefined || cost === 0 ? undefined : options.usdPerDay / cost,
    );
  };

  const handOn = (job: Pick<Job, "event" | "probability">, loss: number) => {
    counts.lossSum += loss / job.probability;
    counts.weightSum += 1 / job.probability;
    const { promise } = options;
    if (promise === undefined) return;
    try {
      dropPromises(promise.add(auditedRecord(job, loss, options)));
    } catch {
      // A failure of a listener does not concern the audit.
    }
  };

  const write = (job: Job, compared: Extract<Compared, { skipped?: undefined }>, costUsd: number) => {
    const { event, request, answer, isReference } = job;
    const { decision, attempts } = event;
    const call = answeringAttempt(attempts);
    const { score, other, call: otherCall } = compared;
    const answered = call?.name ?? "";
    const [own, others] = isReference
      ? [score.quality, score.referenceQuality]
      : [score.referenceQuality, score.quality];
    const loss = isReference ? score.referenceQuality - score.quality : 0;
    const metadata: AuditMetadata = {
      decisionId: decision.id,
      probability: isReference ? job.probability : job.probability * trainingShare,
      because: decidedBecause(decision, attempts),
      answered,
      reference: reference.name,
      loss,
      ...(isReference ? {} : { trained: true }),
      scorer: scorer.name,
      propensity: decision.propensity,
      release: decision.release,
      arms: decision.arms,
      costUsd,
      day: money.dayOf(now),
      daySpentUsd: money.usedUsd(now),
    };
    const otherName = isReference ? reference.name : small.name;
    const line = outcomeLine({
      decision,
      request,
      answers: [
        { name: answered, completion: answer, attempt: call, quality: own },
        { name: otherName, completion: other, attempt: otherCall, quality: others },
      ],
      metadata,
      hash: options.hash,
      storesText: options.prompts === "store",
    });
    if (line.length > longestLine) return skip("too-long");
    if (!file.add(line)) return skip("failed");
    counts.records += 1;
    feedback.scored(decision.id, own);
    if (isReference) handOn(job, loss);
  };

  const run = async (job: Job): Promise<void> => {
    try {
      await open();
    } catch {
      return skip("failed");
    }
    if (isClosed) return skip("closed");
    const hold = money.open(now);
    const cost = meanCost.value() ?? 0;
    if (hold === undefined || hold.usd < enough * cost) {
      hold?.settle(0);
      if (working.size <= 1) usedUp();
      return skip("budget");
    }
    const { event, request, answer, isReference } = job;
    let spentUsd = 0;
    try {
      const followUp = event.follow("shadow", { maxCostUsd: hold.usd });
      ends.add(followUp.end);
      const compared = await compareAnswers({
        request,
        facts: event.decision.request,
        answer,
        given: answeringAttempt(event.attempts),
        model: isReference ? reference : small,
        isReference,
        scorer,
        followUp,
        timeoutMs: options.timeoutMs,
      });
      ends.delete(followUp.end);
      // With calls that were left: what they can cost at most.
      spentUsd = followUp.committedUsd();
      hold.settle(spentUsd);
      counts.comparisons += 1;
      counts.spentUsd += spentUsd;
      meanCost.add(spentUsd);
      if (isReference && compared.skipped !== "not-permitted")
        comparable.add(compared.skipped === undefined ? 1 : 0);
      if (compared.skipped === undefined) write(job, compared, spentUsd);
      else skip(isClosed ? "closed" : compared.skipped);
    } catch {
      // The router was closed, or its `random` or clock is broken.
      hold.settle(spentUsd);
      skip(isClosed ? "closed" : "failed");
    }
  };
  /** Ends of the follow-ups under way. */
  const ends = new Set<() => void>();

  const usedUp = () => {
    usedDay = money.dayOf(now);
    tell(`the budget of ${options.usdPerDay} USD a day does not pay for another comparison`);
  };

  const next = (): void => {
    while (working.size < maxConcurrent && queue.length > 0) {
      const job = queue.shift() as Job;
      const work = run(job).finally(() => {
        working.delete(work);
        next();
      });
      working.add(work);
    }
  };

  const consider = (event: Completed): void => {
    const { decision, attempts } = event;
    counts.requests += 1;
    now = Math.max(now, Date.parse(decision.at));
    const call = answeringAttempt(attempts);
    if (call === undefined) return;
    const chance = probability();
    const isDrawn = event.draw() < chance;
    rate.seen(now, isDrawn);
    if (!isDrawn) return;
    counts.drawn += 1;
    remember(drawn, decision.id);
    const isOfReference = call.name === reference.name;
    const refused = refusal(event, options);
    if (refused !== undefined) return skip(refused);
    if (isOfReference) {
      // As many are left out as of the others could not be compared, so that neither kind outweighs the other.
      if (event.draw() >= (comparable.value() ?? 1)) return;
      counts.ofReference += 1;
      handOn({ event, probability: chance }, 0);
      if (!(event.draw() < trainingShare)) return;
    }
    if (queue.length >= maxQueued) {
      if (!isOfReference) comparable.add(0);
      return skip("queue-full");
    }
    const [request, answer] = [event.readRequest(), event.readAnswer()];
    queue.push({ event, request, answer, probability: chance, isReference: !isOfReference });
    // Not on the way of the answer: the caller has it first.
    setImmediate(next);
  };

  const sink: EventSink<Id> = Object.assign(
    (event: RouterEvent<Id>) => {
      if (isClosed) return;
      if (event.type === "request-completed") consider(event as Completed);
      else if (event.type === "feedback-given") feedback.given(event.decisionId, event.quality);
    },
    {
      attach(to: (event: DecisionsLost | LoopEvent) => void) {
        emit = to;
      },
      close: () => close(),
    },
  );
  const remove = (router as AuditOptions<Id>["router"]).observe(sink);

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      isClosed = true;
      remove();
      for (const _ of queue.splice(0)) skip("closed");
      for (const end of ends) end();
      await Promise.all(working);
      await file.close();
    })();
    return closing;
  };

  return {
    status(): AuditStatus {
      const cost = meanCost.value();
      const next = probability();
      return {
        state: isClosed ? "closed" : state,
        requests: counts.requests,
        drawn: counts.drawn,
        records: counts.records,
        ofReference: counts.ofReference,
        skipped: { ...counts.skipped },
        queued: queue.length,
        underWay: working.size,
        probability: next,
        ...(counts.weightSum === 0 ? {} : { meanLoss: counts.lossSum / counts.weightSum }),
        spentUsd: counts.spentUsd,
        spentTodayUsd: now === Number.NEGATIVE_INFINITY ? 0 : money.usedUsd(now),
        usdPerDay: options.usdPerDay,
        ...(cost === undefined
          ? {}
          : {
              meanCostUsd: cost,
              expectedUsdPerDay: Math.min(options.usdPerDay, rate.requestsPerDay() * next * cost),
            }),
        scorer: { name: scorer.name, errors: scorer.errors?.() },
        feedback: feedback.status(),
      };
    },
    async flush() {
      while (queue.length > 0 || working.size > 0) {
        next();
        await Promise.all(working);
      }
      await file.flush();
    },
    close,
  };
}

/** Returns the reason why a drawn request is not compared, as far as the request itself says. */
function refusal(event: Completed, { allow, tools }: ResolvedAuditOptions): AuditSkip | undefined {
  const { request } = event.decision;
  if (request.tools > 0 || request.toolLoopPending) {
    if (tools === "skip" || !isFirstTurn(event.readRequest())) return "tools";
  }
  return allow === undefined || isAllowed(allow, request) ? undefined : "no-consent";
}

function isAllowed(allow: (facts: RecordedFacts) => boolean, facts: RecordedFacts): boolean {
  try {
    const answer: unknown = allow(facts);
    if (answer === true) return true;
    dropPromises(answer);
  } catch {
    // No consent.
  }
  return false;
}

function auditedRecord(
  { event, probability }: Pick<Job, "event" | "probability">,
  loss: number,
  { hash }: ResolvedAuditOptions,
): AuditedRecord {
  const { decision, attempts } = event;
  const { session, tenant, category } = decision.request;
  return {
    decisionId: decision.id,
    at: Date.parse(decision.at),
    probability,
    loss,
    unit: session && hash(`session ${tenant ?? ""} ${session}`),
    tenant: tenant && hash(`tenant ${tenant}`),
    category: category ?? decision.classification?.category,
    because: decidedBecause(decision as Decision, attempts),
  };
}

/** Largest number of drawn requests whose ids are remembered. */
const mostDrawn = 10_000;

function remember(ids: Set<string>, id: string): void {
  if (ids.size >= mostDrawn) {
    const [oldest] = ids;
    if (oldest !== undefined) ids.delete(oldest);
  }
  ids.add(id);
}
