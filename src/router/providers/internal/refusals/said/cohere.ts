import { refused, type Sayings, said } from "../sayings.ts";

export const cohere: readonly Sayings[] = [
  said("https://docs.cohere.com/errors-reference", "2026-12-01", [
    [refused, "text", "too many tokens: total number of tokens … cannot exceed #", "overflow"],
    [refused, "text", "too many tokens: size limit exceeded", "overflow"],
    // A limit of its answers, and not of its window.
    [400, "text", "too many tokens: max tokens must be less than or equal to", "one-model"],
    [400, "text", "is not supported by the generate api", "not-found"],
  ]),
  said("openclaw/openclaw:src/agents/pi-embedded-helpers/provider-error-patterns.test.ts", "2026-12-01", [
    [refused, "text", "total tokens exceeds the model's max… of #", "overflow"],
    [refused, "text", "total tokens exceeds the model's max", "overflow"],
  ]),
];
