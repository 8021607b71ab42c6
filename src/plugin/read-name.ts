import type { ReasoningEffort } from "../contracts/index.ts";

/** All reasoning efforts, from the least to the most. */
export const reasoningEfforts: readonly ReasoningEffort[] = [
  "none",
  "minimal",
  "low",
  "medium",
  "high",
  "xhigh",
  "max",
];

/** The parts of a name. */
export interface ReadName {
  /** Empty if the name has no colon. */
  readonly provider: string;
  /** Name that the provider has for the model. */
  readonly model: string;
  readonly effort?: ReasoningEffort | undefined;
  /** Version of the prompt, after `#`. */
  readonly version?: string | undefined;
}

/**
 * Reads `provider:model[@effort][#version]`. What follows an `@` belongs to the model unless it is an effort: the names of some
 * providers have one (`@cf/openai/gpt-oss-120b`, `claude-opus-4@20250514`).
 */
export function readName(name: string): ReadName {
  const colon = name.indexOf(":");
  const rest = name.slice(colon + 1);
  const hash = rest.lastIndexOf("#");
  const version = hash > 0 ? rest.slice(hash + 1) : "";
  const unversioned = isVersion(version) ? rest.slice(0, hash) : rest;
  const at = unversioned.lastIndexOf("@");
  const effort = at > 0 ? unversioned.slice(at + 1) : undefined;
  return {
    provider: name.slice(0, Math.max(0, colon)),
    model: isEffort(effort) ? unversioned.slice(0, at) : unversioned,
    ...(isEffort(effort) && { effort }),
    ...(isVersion(version) && { version }),
  };
}

export function isEffort(value: unknown): value is ReasoningEffort {
  return (reasoningEfforts as readonly unknown[]).includes(value);
}

function isVersion(text: string): boolean {
  return /^[\w.-]{1,64}$/.test(text);
}
