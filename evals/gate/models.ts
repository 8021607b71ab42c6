import type { CheckResult, GateContext } from "./gate-check.ts";

/** Whether the router to be deployed has the models that were tuned. A name holds provider, model and version. */
export function models({ tuning, router }: Pick<GateContext, "tuning" | "router">): CheckResult | undefined {
  if (router === undefined) return undefined;
  const missing = tuning.models.filter((name) => !router.models.has(name));
  const configured = [...router.models.keys()];
  const figures = { tuned: tuning.models, configured };
  if (missing.length === 0) {
    const sentence = `the config has the models that were tuned (${tuning.models.join(", ")})`;
    return { name: "models", verdict: "passed", sentence, figures };
  }
  const sentence = `the config has no ${missing.join(" and no ")}, only ${configured.join(", ")}: tune again with these`;
  return { name: "models", verdict: "failed", sentence, figures };
}
