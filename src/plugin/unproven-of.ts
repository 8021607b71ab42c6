import type { ModelFacts, NeededCapability, RequestFacts } from "../contracts/index.ts";

type Needed = (request: RequestFacts) => boolean;

/** Capabilities that a request may need beyond text, with a function that detects the need. */
export const needs: readonly (readonly [capability: NeededCapability, needed: Needed])[] = [
  ["tools", (request) => request.tools > 0],
  ["images", (request) => request.images > 0],
  ["jsonSchema", (request) => request.jsonSchema],
];

/** True if the request needs anything beyond text. */
export function needsAny({ tools, images, jsonSchema, contentTypes }: RequestFacts): boolean {
  return tools > 0 || images > 0 || jsonSchema || contentTypes !== undefined;
}

/** Returns the capabilities that the request needs and of which the facts say nothing. Undefined: none. */
export function unprovenOf(
  { capabilities }: Pick<ModelFacts, "capabilities">,
  request: RequestFacts,
): readonly NeededCapability[] | undefined {
  if (!needsAny(request)) return undefined;
  let unproven: NeededCapability[] | undefined;
  for (const [capability, needed] of needs) {
    if (capabilities?.[capability] !== undefined || !needed(request)) continue;
    unproven ??= [];
    unproven.push(capability);
  }
  return unproven;
}
