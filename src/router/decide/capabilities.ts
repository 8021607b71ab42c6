import type {
  Candidate,
  Constraint,
  ModelFacts,
  NeededCapability,
  RecordedCandidate,
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
      for (const type of request.contentTypes) if (!types.includes(type)) return lacks(type);
    }
    return true;
  },
};

/**
 * Returns the permitted models to refuse after all, with the reason, because another permitted one is known to
 * have a capability that they are not known to have. Then neither a choice nor a fallback, a hedge or an
 * escalation leads from a model that can to one that may not. It never leaves no model. Undefined: none.
 */
export function refuseUnknown<Id extends string>(
  permitted: readonly Candidate<Id>[],
  request: RequestFacts,
): ReadonlyMap<Id, string> | undefined {
  if (!needsAny(request)) return undefined;
  let refused: Map<Id, string> | undefined;
  let left = permitted;
  for (const { name, isNeeded, can, reason } of rules) {
    if (!isNeeded(request) || !left.some((one) => can(one, request) === true)) continue;
    for (const candidate of left) {
      if (can(candidate, request) !== undefined) continue;
      refused ??= new Map();
      refused.set(candidate.id, `${reason}; ${idsOf(left, request, can)} can (${name})`);
    }
    left = left.filter((one) => can(one, request) !== undefined);
  }
  return refused;
}

/** An output stands among the content types, too: see `addOutputTypes`. */
function lacks(type: string): string {
  return type.startsWith("output/")
    ? `cannot answer in ${type.slice("output/".length)}`
    : `cannot read ${type}`;
}

interface Rule {
  readonly name: string;
  readonly reason: string;
  isNeeded(request: RequestFacts): boolean;
  /** Returns undefined if it is not known. */
  can(candidate: Candidate, request: RequestFacts): boolean | undefined;
}

const rules: readonly Rule[] = [
  ...needs.map(([capability, isNeeded]) => ({
    name: capability,
    reason: notKnown(capability),
    isNeeded,
    can: ({ facts }: Candidate) => canDo(facts, capability),
  })),
  {
    name: "contentTypes",
    reason:
      "it is not known which files it reads: give the model `capabilities: { contentTypes: [...] }` with their media types",
    isNeeded: (request) => filesOf(request).length > 0,
    can: ({ facts }, request) => {
      const types = facts.capabilities?.contentTypes;
      return types === undefined ? undefined : filesOf(request).every((type) => types.includes(type));
    },
  },
];

const noFiles: readonly string[] = [];

/** Returns the media types of files. Images have a capability of their own, and an id has no type. */
function filesOf({ contentTypes = noFiles }: RequestFacts): readonly string[] {
  return contentTypes.filter((type) => type.includes("/") && !type.startsWith("image/"));
}

function idsOf(candidates: readonly Candidate[], request: RequestFacts, can: Rule["can"]): string {
  return candidates.flatMap((one) => (can(one, request) === true ? [one.id] : [])).join(", ");
}

/**
 * Takes back permits of models whose capabilities are not known, where others' are. A pinned model keeps its: the
 * caller says that it can.
 */
export function takeBackUnknown<Id extends string>(
  candidates: Candidate<Id>[],
  recorded: RecordedCandidate<Id>[],
  request: RequestFacts,
  pin: Id | undefined,
): void {
  const refused = refuseUnknown(candidates, request);
  if (refused === undefined) return;
  const kept = candidates.filter(({ id }) => id === pin || !refused.has(id));
  candidates.splice(0, candidates.length, ...kept);
  for (const [at, one] of recorded.entries()) {
    const reason = refused.get(one.model);
    if (reason !== undefined && one.model !== pin)
      recorded[at] = { ...one, permitted: `${capabilities.name}: ${reason}` };
  }
}
