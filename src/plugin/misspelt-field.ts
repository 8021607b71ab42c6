import { nearestName } from "./options/nearest-name.ts";
import { routingFields } from "./routing-fields.ts";

/** Fields that stay with the router, and other names that they are given. */
const ownFields: readonly string[] = [...routingFields, "output"];
const otherNames: ReadonlyMap<string, string> = new Map([["maxcost", "maxCostUsd"]]);

/** Fields of chat completions, which most requests have: nothing is compared for these. */
const usualFields =
  "messages max_completion_tokens max_tokens temperature top_p tools tool_choice response_format stop stream " +
  "stream_options reasoning_effort user metadata seed";

/** Fields of servers that are near to one of ours: Anthropic, OpenRouter, LiteLLM. */
const nearFields = "models fallbacks session_id";

const known: ReadonlySet<string> = new Set([
  ...ownFields,
  ...usualFields.split(" "),
  ...nearFields.split(" "),
]);

/** Names that were found to be none of ours: an application sends the same fields with every request. */
const passed = new Set<string>();
const mostPassed = 1_000;

/** Two edits are one slip in a long name, and another word in a short one. */
const shortName = 8;

/**
 * Returns the routing field that a misspelt one is meant to be; undefined for any other field. A tenant under a wrong name
 * would be no tenant, and would go to a provider.
 */
export function misspeltField(field: string): string | undefined {
  if (known.has(field) || passed.has(field)) return undefined;
  const name = field.replaceAll(/[-_]/g, "").toLowerCase();
  const meant = otherNames.get(name) ?? nearestName(name, ownFields, name.length < shortName ? 1 : 2);
  if (meant === undefined && passed.size < mostPassed && field.length <= 64) passed.add(field);
  return meant;
}
