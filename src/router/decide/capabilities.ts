import type {
  Candidate,
  Constraint,
  ModelFacts,
  NeededCapability,
  RecordedCandidate,
  RequestFacts,
} from "../../contracts/index.ts";
import type { WithheldModel } from "../../contracts/ports/index.ts";
import { needs, needsAny } from "../../plugin/unproven-of.ts";

/** Capabilities as what a model does, for messages. */
export const deeds = {
  tools: "call tools",
  images: "read images",
  jsonSchema: "answer by a JSON schema",
} as const;

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

/** Refuses a model that is known not to have a capability which the request needs. What is not known is no "no". */
export const capabilities: Constraint = {
  name: "capabilities",
  permits({ facts }: Candidate, { request }) {
    if (!needsAny(request)) return true;
    for (const [capability, needed] of needs)
      if (needed(request) && canDo(facts, capability) === false) return `cannot ${deeds[capability]}`;
    const types = facts.capabilities?.contentTypes;
    if (request.contentTypes !== undefined && types !== undefined) {
      for (const type of request.contentTypes) if (!types.includes(type)) return lacks(type);
    }
    return true;
  },
};

/** A permitted model that is left out after all, and why. */
export interface Unknown {
  readonly capability: NeededCapability | "contentTypes";
  readonly reason: string;
}

/**
 * Returns the permitted models to leave out because they are not known to have what another permitted one is known to
 * have: images and files, which a model that cannot read them answers without a word; all capabilities if `isStrict`. It
 * never leaves no model, but for images if `isStrict`: they then go to no model by guess. Undefined: none.
 */
export function leaveOutUnknown<Id extends string>(
  permitted: readonly Candidate<Id>[],
  request: RequestFacts,
  isStrict: boolean,
): ReadonlyMap<Id, Unknown> | undefined {
  if (!needsAny(request)) return undefined;
  let out: Map<Id, Unknown> | undefined;
  let left = permitted;
  for (const { name, reason, isSilent, isNeeded, can } of rules) {
    if (!(isSilent || isStrict) || !isNeeded(request)) continue;
    const known = left.filter((one) => can(one, request) === true);
    if (known.length === 0 && !(isStrict && name === "images")) continue;
    const others = known.length === 0 ? "" : `; ${known.map(({ id }) => id).join(", ")} can (${name})`;
    for (const candidate of left) {
      if (can(candidate, request) !== undefined) continue;
      out ??= new Map();
      out.set(candidate.id, { capability: name, reason: reason + others });
    }
    left = left.filter((one) => can(one, request) !== undefined);
  }
  return out;
}

/** An output stands among the content types, too: see `addOutputTypes`. */
function lacks(type: string): string {
  return type.startsWith("output/")
    ? `cannot answer in ${type.slice("output/".length)}`
    : `cannot read ${type}`;
}

interface Rule {
  readonly name: NeededCapability | "contentTypes";
  readonly reason: string;
  /** True if a model without it answers as if it had it: nothing is refused, and the answer is wrong. */
  readonly isSilent: boolean;
  isNeeded(request: RequestFacts): boolean;
  /** Returns undefined if it is not known. */
  can(candidate: Candidate, request: RequestFacts): boolean | undefined;
}

const rules: readonly Rule[] = [
  ...needs.map(([capability, isNeeded]) => ({
    name: capability,
    reason: notKnown(capability),
    isSilent: capability === "images",
    isNeeded,
    can: ({ facts }: Candidate) => canDo(facts, capability),
  })),
  {
    name: "contentTypes",
    reason:
      "it is not known which files it reads: give the model `capabilities: { contentTypes: [...] }` with their media types",
    isSilent: true,
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

/**
 * Takes back permits of models by `leaveOutUnknown`, and returns these models. A pinned model keeps its, since the caller
 * says that it can; but not for an image if `isStrict`.
 */
export function withhold<Id extends string>(
  candidates: Candidate<Id>[],
  recorded: RecordedCandidate<Id>[],
  request: RequestFacts,
  { pin, isStrict }: { readonly pin: Id | undefined; readonly isStrict: boolean },
): readonly WithheldModel[] | undefined {
  const unknown = leaveOutUnknown(candidates, request, isStrict);
  if (unknown === undefined) return undefined;
  const isOut = ({ id }: Candidate<Id>) => {
    const found = unknown.get(id);
    return found !== undefined && (id !== pin || (isStrict && found.capability === "images"));
  };
  const out = candidates.filter(isOut);
  const kept = candidates.filter((one) => !isOut(one));
  candidates.splice(0, candidates.length, ...kept);
  return out.map((candidate) => {
    const { capability, reason } = unknown.get(candidate.id) as Unknown;
    const at = recorded.findIndex(({ model }) => model === candidate.id);
    recorded[at] = {
      ...(recorded[at] as RecordedCandidate<Id>),
      permitted: `${capabilities.name}: ${reason}`,
    };
    return { model: candidate.id, name: candidate.facts.name, capability };
  });
}
