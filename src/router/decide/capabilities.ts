import type {
  Candidate,
  Constraint,
  ModelFacts,
  NeededCapability,
  RequestFacts,
} from "../../contracts/index.ts";

type Needed = (request: RequestFacts) => boolean;

/** Capabilities that a request may need beyond text, with a function that detects the need. */
export const needs: readonly (readonly [capability: NeededCapability, needed: Needed])[] = [
  ["tools", (request) => request.tools > 0],
  ["images", (request) => request.images > 0],
  ["jsonSchema", (request) => request.jsonSchema],
];

const deeds = {
  tools: "call tools",
  images: "read images",
  jsonSchema: "answer by a JSON schema",
};

/** True if the request needs anything beyond text. */
export function needsAny({ tools, images, jsonSchema, contentTypes }: RequestFacts): boolean {
  return tools > 0 || images > 0 || jsonSchema || contentTypes !== undefined;
}

/** Returns true or false where the capability is known or assumed, else undefined. */
export function canDo(facts: ModelFacts, capability: NeededCapability): boolean | undefined {
  const known = facts.capabilities?.[capability];
  return known ?? (facts.assumeCapabilities?.includes(capability) === true ? true : undefined);
}

/** Returns the reason why a model is refused that is not known to have a capability, and how to state it. */
export function notKnown(capability: NeededCapability): string {
  return (
    `it is not known to ${deeds[capability]}: if it can, give the model ` +
    `\`capabilities: { ${capability}: true }\`, or the router \`assumeCapabilities: ["${capability}"]\``
  );
}

/**
 * Refuses a model that is known to lack a capability which the request needs, and one that is not known to read
 * images: a blind model answers nonsense instead of failing. Whether other unknown capabilities are permitted
 * depends on the other models: see `refuseUnknown`.
 */
export const capabilities: Constraint = {
  name: "capabilities",
  permits({ facts }: Candidate, { request }) {
    if (!needsAny(request)) return true;
    for (const [capability, needed] of needs) {
      if (!needed(request)) continue;
      const can = canDo(facts, capability);
      if (can === false) return `cannot ${deeds[capability]}`;
      if (can === undefined && capability === "images") return notKnown(capability);
    }
    const types = facts.capabilities?.contentTypes;
    if (request.contentTypes !== undefined && types !== undefined) {
      for (const type of request.contentTypes) if (!types.includes(type)) return `cannot read ${type}`;
    }
    return true;
  },
};
