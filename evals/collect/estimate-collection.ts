import { expectedCostUsd, mostCostUsd, outputLimitOf } from "../../src/router/cost/inner.ts";
import { scorerName } from "../scorers/score-with.ts";
import type { CallBook } from "./call-book.ts";
import type { CollectEstimate, ModelEstimate } from "./collect-estimate.ts";
import type { ResolvedCollectOptions } from "./collect-options.ts";
import type { Job } from "./job.ts";

/** Reasons why a call is not made at all. */
export interface Excluded {
  /** Reason why the model may not have the record. */
  readonly notPermitted?: string | undefined;
  /** Reason why no answer could be scored. */
  readonly unscorable?: string | undefined;
}

export function estimateCollection(
  options: ResolvedCollectOptions,
  jobs: readonly Job[],
  book: CallBook,
  excluded: ReadonlyMap<Job, Excluded>,
): CollectEstimate {
  const models: ModelEstimate[] = [];
  const unpriced: string[] = [];
  const unlimited: string[] = [];
  for (const [id, model] of options.models) {
    const { batch, maxOutputTokens } = options;
    const share = batch ? (model.batches?.priceShare ?? 1) : 1;
    const own = jobs.filter((job) => job.id === id);
    const without = own.flatMap((job) => (job.key.repeat === 0 ? (excluded.get(job) ?? []) : []));
    const notPermitted = without.flatMap((one) => one.notPermitted ?? []);
    const unscorable = without.flatMap((one) => one.unscorable ?? []);
    const due = own.filter((job) => !excluded.has(job) && book.stateOf(job.key).state === "due");
    const limit = outputLimitOf(model, maxOutputTokens) ?? Number.POSITIVE_INFINITY;
    let inputTokens = 0;
    let outputTokens = 0;
    let costUsd: number | undefined = 0;
    let atMostUsd: number | undefined = 0;
    for (const { request, prepared } of due) {
      const { facts } = prepared;
      const expected = expectedCostUsd(model, facts, maxOutputTokens);
      const most = mostCostUsd(model, request, facts.images, maxOutputTokens);
      inputTokens += facts.inputTokens;
      outputTokens += Math.min(facts.expectedOutputTokens, limit);
      costUsd = plus(costUsd, expected, share);
      atMostUsd = plus(atMostUsd, most, share);
    }
    if (model.price === undefined) unpriced.push(model.name);
    else if (atMostUsd === undefined) unlimited.push(model.name);
    models.push({
      model: model.name,
      calls: due.length,
      notPermitted: notPermitted.length,
      ...(notPermitted[0] !== undefined && { notPermittedReason: notPermitted[0] }),
      unscorable: unscorable.length,
      ...(unscorable[0] !== undefined && { unscorableReason: unscorable[0] }),
      inputTokens,
      outputTokens,
      ...(model.price !== undefined && costUsd !== undefined && { costUsd }),
      ...(model.price !== undefined && atMostUsd !== undefined && { atMostUsd }),
    });
  }
  return {
    records: new Set(jobs.map(({ prepared }) => prepared)).size,
    scorer: scorerName(options.scorer),
    scoringCosts: typeof options.scorer === "function" || options.scorer.mostCostUsd !== undefined,
    calls: models.reduce((sum, { calls }) => sum + calls, 0),
    done: jobs.filter(({ key }) => book.isFinished(key)).length,
    models,
    costUsd: models.reduce((sum, one) => sum + (one.costUsd ?? 0), 0),
    atMostUsd: models.reduce((sum, one) => sum + (one.atMostUsd ?? 0), 0),
    paidUsd: book.spending.paidUsd,
    unpriced,
    unlimited,
  };
}

function plus(sum: number | undefined, usd: number | undefined, share: number): number | undefined {
  return sum === undefined || usd === undefined ? undefined : sum + usd * share;
}
