import { type Sayings, said } from "../sayings.ts";

export const together: readonly Sayings[] = [
  said("https://docs.together.ai/docs/error-codes", "2026-12-01", [
    [403, "text", "must be less than the context length", "overflow"],
    [[402, 403, 429], "text", "credit limit exceeded", "spent"],
    [[402, 403, 429], "text", "maximum allowed monthly spending limit", "spent"],
    ["any", "code", "model_not_available", "not-found"],
  ]),
  said("earendil-works/pi:packages/ai/src/utils/overflow.ts", "2026-06-21", [
    [
      [400, 422],
      "text",
      "the input (… tokens) is longer than the model's context length (# tokens)",
      "overflow",
    ],
  ]),
];
