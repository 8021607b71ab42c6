import { refused, type Sayings, said } from "../sayings.ts";

export const cohere: readonly Sayings[] = [
  said("cohere-ai/sandbox-topically#4", "2022-11-21", [
    [refused, "text", "too many tokens: total number of tokens … cannot exceed #", "overflow"],
    [refused, "text", "too many tokens: ", "overflow"],
  ]),
  said("openclaw/openclaw:src/agents/pi-embedded-helpers/provider-error-patterns.test.ts", "2026-12-01", [
    [refused, "text", "total tokens exceeds the model's max… of #", "overflow"],
    [refused, "text", "total tokens exceeds the model's max", "overflow"],
  ]),
  said("https://docs.cohere.com/reference/errors", "2026-11-30", [
    // Cohere's own status of a blocked request, and of a blocked answer.
    [498, "text", "blocked", "content"],
    [[401, 498], "text", "invalid api token", "authentication"],
    [[402, 403, 429], "text", "trial key", "spent"],
  ]),
];
