import { refused, type Sayings, said } from "../sayings.ts";

export const perplexity: readonly Sayings[] = [
  said("BerriAI/litellm#21647", "2026-02-20", [
    [refused, "text", "total length of all messages is too long", "overflow"],
    [refused, "text", "length of all messages is too long", "overflow"],
  ]),
  said("BerriAI/litellm#11665", "2025-06-12", [
    [400, "text", "role: input should be 'system', 'user' or 'assistant'", "lacks tools"],
  ]),
  said("perplexityai/api-discussion#265", "2025-04-01", [
    [400, "text", "roles should be alternating", "one-model"],
    [400, "text", "should alternate with assistant message", "one-model"],
  ]),
];
