import type { CheckResult, GateContext } from "./gate-check.ts";

/** Whether the classifier in use is the one whose scores were tuned on. */
export function classifierVersion({
  tuning,
  classifier,
}: Pick<GateContext, "tuning" | "classifier">): CheckResult {
  const name = "classifier";
  const tuned = `${tuning.classifier.name}@${tuning.classifier.version}`;
  if (classifier === undefined) {
    const sentence = `none of the records was classified; ${tuned} was tuned on`;
    return { name, verdict: "not-judged", sentence, figures: { tuned } };
  }
  const passed = classifier === tuned;
  const sentence = passed
    ? `${tuned} is the classifier that was tuned on`
    : `${classifier} is in use, ${tuned} was tuned on, and their scores differ: tune again`;
  return { name, verdict: passed ? "passed" : "failed", sentence, figures: { tuned, used: classifier } };
}
