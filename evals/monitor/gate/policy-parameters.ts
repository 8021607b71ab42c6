import { describePolicy } from "../../../src/plugin/index.ts";
import { policyHash } from "../../../src/router/decide/index.ts";
import type { CheckResult, GateContext } from "./gate-check.ts";

/** Checks if the router to be deployed routes by the certified policy, parameter by parameter. */
export function policyParameters({
  tuning,
  router,
}: Pick<GateContext, "tuning" | "router">): CheckResult | undefined {
  if (router === undefined) return undefined;
  const used = describePolicy(router.policy);
  const figures = { tuned: tuning.policy, used };
  if (policyHash(used) === policyHash(tuning.policy)) {
    const sentence = `the config routes by the certified policy, ${tuning.policy.name}`;
    return { name: "policy", verdict: "passed", sentence, figures };
  }
  const differs =
    used.name === tuning.policy.name
      ? `other parameters of ${used.name} (${differences(tuning.policy.parameters, used.parameters).join("; ")})`
      : `${used.name}, and ${tuning.policy.name} is certified`;
  const sentence = `the config routes by ${differs}: put the tuned policy there, or tune again`;
  return { name: "policy", verdict: "failed", sentence, figures };
}

type Fields = Readonly<Record<string, unknown>> | undefined;

function differences(tuned: Fields, used: Fields): readonly string[] {
  const show = (fields: Fields, key: string): string =>
    fields !== undefined && Object.hasOwn(fields, key) ? (JSON.stringify(fields[key]) ?? "none") : "none";
  return [...new Set([...Object.keys(tuned ?? {}), ...Object.keys(used ?? {})])]
    .filter((key) => show(tuned, key) !== show(used, key))
    .map((key) => `${key}: ${show(tuned, key)} certified, ${show(used, key)} configured`);
}
