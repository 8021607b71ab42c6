import type { Labels } from "../../../contracts/index.ts";

/** Geographies of inference profiles: a country or area in two letters, or one of these. */
const profile = /^(?:[a-z]{2}|us-gov|apac|global)(?=\.)/;

/**
 * Returns where a model of Bedrock may process a request. `region`: the region of the endpoint, or the geography of an
 * inference profile (`eu`, `global`), which AWS spreads over regions of its own choice. `inferenceProfile`: that
 * geography. An application's own profile, or a router of prompts, hides where it leads: it has no `region`, unless you state one.
 */
export function bedrockLabels(model: string, region: string): Labels {
  if (/^arn:.*:(?:application-inference-profile|(?:default-)?prompt-router)\//.test(model))
    return { inferenceProfile: "application" };
  const name = model.startsWith("arn:") ? model.slice(model.lastIndexOf("/") + 1) : model;
  const found = profile.exec(name)?.[0];
  return found === undefined ? { region } : { region: found, inferenceProfile: found };
}
