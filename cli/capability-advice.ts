import type { NeededCapability } from "../src/contracts/index.ts";
import type { ModelReport } from "./inspect-model.ts";

const effects: Readonly<Record<NeededCapability, string>> = {
  images: "a request with an image is sent to it only if no other permitted model is known to read images",
  tools:
    "a request with tools is sent to it, and goes on to a model that is known to call them if it refuses",
  jsonSchema:
    "a request for an answer by a JSON schema is sent to it, and goes on to a model that is known to give one if it refuses",
};

/** The same with `strictCapabilities`. */
const strictEffects: typeof effects = {
  images: "a request with an image is not sent to it (strictCapabilities)",
  tools:
    "a request with tools is sent to it only if no other permitted model is known to call them (strictCapabilities)",
  jsonSchema:
    "a request for an answer by a JSON schema is sent to it only if no other permitted model is known to give one (strictCapabilities)",
};

/** Says what unknown capabilities of a model cost, and how to state them; undefined if all are known or assumed. */
export function capabilityAdvice(
  { capabilities, assumed }: ModelReport,
  isStrict: boolean,
): string | undefined {
  const unknown = (Object.keys(effects) as NeededCapability[]).filter(
    (one) => capabilities[one] === undefined && !assumed.includes(one),
  );
  if (unknown.length === 0) return undefined;
  const stated = unknown.map((one) => `${one}: true`).join(", ");
  return `${unknown.map((one) => (isStrict ? strictEffects : effects)[one]).join("; ")}. If it can, state \`capabilities: { ${stated} }\` for the model, or \`assumeCapabilities: ${JSON.stringify(unknown)}\` for the model or the router`;
}
