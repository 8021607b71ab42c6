import { servedModels } from "../../tune/baseline.ts";
import type { CheckResult, GateContext } from "./gate-check.ts";

/**
 * Checks if the models are those that were tuned: the router to be deployed must have them by name, and the
 * versions that answered the fresh requests, as the providers call them, must have answered in tuning too.
 */
export function models({ tuning, router, all }: Pick<GateContext, "tuning" | "router" | "all">): CheckResult {
  const configured = router && [...router.models.keys()];
  const before = tuning.servedModels ?? {};
  const today = servedModels(
    all.cases.map(({ record }) => record),
    tuning.models,
  );
  const figures = { tuned: tuning.models, configured, servedInTuning: before, served: today };
  const of = (verdict: CheckResult["verdict"], sentence: string): CheckResult => ({
    name: "models",
    verdict,
    sentence,
    figures,
  });
  const missing = tuning.models.filter((name) => configured?.includes(name) === false);
  if (configured !== undefined && missing.length > 0)
    return of(
      "failed",
      `the config has no ${missing.join(" and no ")}, only ${configured.join(", ")}: tune again with these`,
    );
  const known = tuning.models.filter((name) => Object.hasOwn(before, name) && Object.hasOwn(today, name));
  const changed = known.flatMap((name) => {
    const others = today[name]?.filter((version) => before[name]?.includes(version) === false) ?? [];
    return others.map((version) => `${version} answers as ${name}, ${before[name]?.join(" or ")} was tuned`);
  });
  if (changed.length > 0) return of("failed", `${changed.join("; ")}: tune again`);
  const named = tuning.models.join(", ");
  if (known.length < tuning.models.length && configured === undefined)
    return of(
      "not-judged",
      `the versions of ${named} that answered are not recorded in both files; --config would show their names`,
    );
  const unknown = tuning.models.filter((name) => !known.includes(name));
  const note =
    unknown.length === 0 ? "" : `; the versions of ${unknown.join(", ")} that answered are not recorded`;
  return of("passed", `the models are those that were tuned (${named})${note}`);
}
