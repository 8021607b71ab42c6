import type { CheckResult, GateContext } from "./gate-check.ts";

/** Checks if the classifier in use is the one whose scores were tuned on. */
export function classifierVersion({
  tuning,
  classifier,
}: Pick<GateContext, "tuning" | "classifier">): CheckResult {
  const tuned = `${tuning.classifier.name}@${tuning.classifier.version}`;
  const passed = classifier === tuned;
  const sentence = passed
    ? `${tuned} is the classifier that was tuned on`
    : `${classifier} is in use, but ${tuned} was tuned on, and their scores differ: tune again`;
  const figures = { tuned, used: classifier };
  return { name: "classifier", verdict: passed ? "passed" : "failed", sentence, figures };
}
