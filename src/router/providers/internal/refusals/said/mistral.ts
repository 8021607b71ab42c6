import { refused, type Sayings, said } from "../sayings.ts";

export const mistral: readonly Sayings[] = [
  said("BerriAI/litellm#21647", "2026-02-20", [
    [refused, "text", "too large for model with # maximum context length", "overflow"],
    [refused, "text", "too large for model", "overflow"],
    [429, "text", "service tier capacity exceeded", "rate-limit"],
  ]),
  said("openclaw/openclaw:src/agents/pi-embedded-helpers/provider-error-patterns.test.ts", "2026-12-01", [
    [refused, "text", "input is too long for this model", "overflow"],
  ]),
];
