import type { Candidate, Constraint, RequestFacts } from "../contracts/index.ts";

type Needed = (request: RequestFacts) => boolean;

/** Capabilities that a request may need beyond text, with a function that detects the need. */
export const needs: readonly (readonly [capability: "tools" | "images" | "jsonSchema", needed: Needed])[] = [
  ["tools", (request) => request.tools > 0],
  ["images", (request) => request.images > 0],
  ["jsonSchema", (request) => request.jsonSchema],
];

const reasons = {
  tools: "cannot call tools",
  images: "cannot read images",
  jsonSchema: "cannot answer by a JSON schema",
};

/** Refuses a model that is known to lack a capability that the request needs; unknown is permitted. */
export const capabilities: Constraint = {
  name: "capabilities",
  permits(candidate: Candidate, { request }) {
    const known = candidate.facts.capabilities;
    if (known === undefined) return true;
    for (const [capability, needed] of needs) {
      if (known[capability] === false && needed(request)) return reasons[capability];
    }
    if (request.contentTypes !== undefined && known.contentTypes !== undefined) {
      for (const type of request.contentTypes)
        if (!known.contentTypes.includes(type)) return `cannot read ${type}`;
    }
    return true;
  },
};
