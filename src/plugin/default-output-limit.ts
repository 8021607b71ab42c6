import type { ModelDefaults } from "../contracts/index.ts";

/**
 * Returns the output limit that a model's defaults set, in tokens: by their own name for it, or by that of a
 * provider in the extra body, which is merged into the request last. Undefined if they set none.
 */
export function defaultOutputLimit(defaults: ModelDefaults | undefined): number | undefined {
  const extra = defaults?.extraBody;
  const given = extra === undefined ? undefined : limitIn(extra);
  return given ?? defaults?.maxOutputTokens;
}

function limitIn(extra: Readonly<Record<string, unknown>>): number | undefined {
  const { generationConfig: google } = extra;
  const inGoogle =
    typeof google === "object" && google !== null
      ? (google as Record<string, unknown>)["maxOutputTokens"]
      : undefined;
  for (const limit of [extra["max_completion_tokens"], extra["max_tokens"], inGoogle])
    if (typeof limit === "number") return limit;
  return undefined;
}
