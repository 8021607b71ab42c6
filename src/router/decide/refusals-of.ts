import type { Policy, RecordedCandidate } from "../../contracts/index.ts";

/** Returns the reasons why models that a policy names may not answer, by id. */
export function refusalsOf(
  policy: Policy<string>,
  recorded: readonly RecordedCandidate[],
): Record<string, string> {
  const refused = recorded.filter(
    ({ model, permitted }) => permitted !== true && policy.models?.includes(model) === true,
  );
  return Object.fromEntries(refused.map(({ model, permitted }) => [model, String(permitted)]));
}
