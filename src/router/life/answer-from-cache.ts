import type { Attempt, Completion, Decision } from "../../contracts/index.ts";
import type { CacheRequest } from "../../contracts/ports/index.ts";
import { answeringAttempt } from "../../plugin/answering-attempt.ts";
import { copyOf } from "../../plugin/copy-of.ts";
import { timestamp } from "../../plugin/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { shortText } from "../../plugin/short-text.ts";
import { leftMs } from "../call/index.ts";
import { candidateFor, type Decided, permits } from "../decide/index.ts";
import { HeldText } from "../request/index.ts";
import type { RouterParts } from "./parts.ts";
import type { Run } from "./run.ts";
import { totalCostUsd, totalUsage } from "./totals.ts";

/** Returns the key under which the answer to a decided request is kept; undefined if it is not. */
export function cacheKeyOf<Id extends string>(
  { cache }: RouterParts<Id>,
  run: Run<Id>,
  { decision, request }: Decided<Id>,
): string | undefined {
  if (cache === undefined) return undefined;
  HeldText.keep(run.text);
  const asked: CacheRequest = {
    chat: HeldText.chatOf(run.text),
    facts: request,
    plan: decision.plan,
    policy: decision.versions.policy,
  };
  const key = cache.keyOf(asked);
  if (key === undefined || run.native === undefined) return key;
  // What its sender wrote may ask for more than the translation of it.
  const written = JSON.stringify([run.native.text, run.native.headers]);
  return `${key}-${nodeCrypto().createHash("sha256").update(written).digest("base64url")}`;
}

/**
 * Returns the answer that is kept under the key, and records it as an attempt. Undefined if there is none, or if a
 * constraint does not permit its model for this request.
 */
export function answerFromCache<Id extends string>(
  parts: RouterParts<Id>,
  run: Run<Id>,
  { request }: Decided<Id>,
  key: string,
): Completion | undefined {
  const { ports, deciding, models, events } = parts;
  // Execution reports an abort, or a deadline that has passed.
  if (run.signal?.aborted || leftMs({ ports, scope: run }) <= 0) return undefined;
  const kept = parts.cache?.get(key);
  if (kept === undefined) return undefined;
  const { clock } = ports;
  const [id, startedAt, now] = [kept.model as Id, clock.monotonic(), clock.wall()];
  const model = models[id];
  const candidate = candidateFor(deciding, id, { facts: model }, request, startedAt);
  const permitted = permits(candidate, run.constraints, { request, hop: "cache", now });
  if (permitted !== true) {
    ports.observer.skipped(run.id, id, "cache", permitted);
    return undefined;
  }
  const { completion, from } = kept;
  const attempt: Attempt<Id> = {
    id: `${run.id}/cache-${run.numberCall()}`,
    model: id,
    name: model.name,
    hop: "cache",
    startedAt: timestamp(now),
    latencyMs: 0,
    usage: { inputTokens: 0, outputTokens: 0 },
    costUsd: 0,
    servedModel: shortText(completion.model),
    finishReason: "stop",
    cached: from,
  };
  run.attempts.push(attempt);
  run.starts.push(startedAt);
  const told = events.isHeard ? copyOf(attempt) : undefined;
  run.told.push(told);
  if (told !== undefined) {
    events.emit({ type: "attempt-started", decisionId: run.id, model: id, hop: "cache" });
    events.emit({ type: "attempt-ended", decisionId: run.id, attempt: told });
  }
  return completion;
}

/** Keeps the answer to a request, if it is one that the plan would give again. */
export function keepAnswer<Id extends string>(
  { cache }: RouterParts<Id>,
  run: Run<Id>,
  decision: Decision<Id>,
  key: string,
  completion: Completion,
): void {
  const given = answeringAttempt(run.attempts);
  if (given === undefined || !isPlanned(run.attempts, decision, given)) return;
  // A classifier is asked again.
  const calls = run.attempts.filter(({ hop }) => hop !== "classify");
  cache?.put(key, {
    completion,
    model: given.model,
    tenant: run.facts.tenant,
    attemptId: given.id,
    dropped: given.dropped,
    usage: calls.every(({ usage, costUsd }) => usage !== undefined || costUsd === 0)
      ? totalUsage(calls)
      : undefined,
    costUsd: totalCostUsd(calls),
  });
}

/**
 * True if the checks of the plan have led to this answer. The answer of a fallback is not kept, nor that of a model with
 * which the provider replaced the one that was asked: they stand in while another model fails. A plan that escalates
 * because a check gave no verdict may end otherwise the next time.
 */
function isPlanned(attempts: readonly Attempt[], { plan }: Decision, given: Attempt): boolean {
  const { hop, check, model, substituted } = given;
  if (substituted !== undefined) return false;
  const place = plan.findIndex((step) => step.model === model);
  const unless = plan[place]?.unless;
  if (place < 0 || !(hop === "answer" || hop === "retry" || hop === "cascade")) return false;
  if (check?.accepted === false || (unless !== undefined && check?.name !== unless)) return false;
  return plan
    .slice(0, place)
    .every((step) =>
      attempts.some(
        ({ model: asked, check: verdict }) => asked === step.model && isRefusal(verdict, step.unless),
      ),
    );
}

function isRefusal(verdict: Attempt["check"], unless: string | undefined): boolean {
  return verdict?.accepted === false && verdict.error === undefined && verdict.name === unless;
}
