import { scoreWith } from "../scorers/score-with.ts";
import { answerIn } from "./call-state.ts";
import type { CollectionRun } from "./collection-run.ts";
import { type Job, scorerArgsOf } from "./job.ts";
import type { CallAnswer } from "./journal-entry.ts";

/** Asks the scorer, unless the answer is to be compared with one that is not there yet. */
export async function scoreAnswer(
  run: CollectionRun,
  job: Job,
  { answer, toolCalls }: CallAnswer,
): Promise<void> {
  const { options, book } = run;
  const { scorer, baseline } = options;
  const { key } = job;
  const other = baseline === undefined ? undefined : options.models.get(baseline);
  const compared = other && book.stateOf({ ...key, model: other.name });
  // A refused call has no answer to compare with, and will have none.
  if (compared?.state === "due") return;
  const args = {
    ...scorerArgsOf(job),
    output: answer,
    baseline: compared && answerIn(compared)?.answer,
    toolCalls,
  };
  if (typeof scorer !== "function" && scorer.mostCostUsd !== undefined) {
    const atMostUsd = scorer.mostCostUsd(args);
    if (!(await run.begin({ type: "scoring", ...key, ...(atMostUsd !== undefined && { atMostUsd }) })))
      return;
  }
  const { score, metadata } = await scoreWith(scorer, args);
  const { costUsd, reason } = metadata ?? {};
  await run.record({
    type: "scored",
    ...key,
    quality: score,
    ...(score === null && typeof reason === "string" && { reason }),
    ...(score !== null && metadata !== undefined && { metadata }),
    ...(typeof costUsd === "number" && costUsd >= 0 && { costUsd }),
  });
}
