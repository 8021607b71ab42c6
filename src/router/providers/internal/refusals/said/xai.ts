import { refused, type Sayings, said } from "../sayings.ts";

export const xai: readonly Sayings[] = [
  said("cline/cline#3120", "2025-04-25", [
    [refused, "text", "maximum prompt length is # but", "overflow"],
    [refused, "text", "maximum prompt length is", "overflow"],
  ]),
  said("earendil-works/pi:packages/ai/src/utils/overflow.ts", "2026-06-21", [
    [refused, "text", "input_too_large", "overflow"],
    [refused, "text", "too long for this model's context window … > # tokens", "overflow"],
    [refused, "text", "too long for this model's context window", "overflow"],
  ]),
  said("UKGovernmentBEIS/inspect_ai#2267", "2025-08-12", [
    ["any", "text", "content violates usage guidelines", "content"],
    ["any", "text", "safety_check_type", "content"],
  ]),
  said("earendil-works/pi#8381", "2026-08-19", [
    [400, "text", "does not support parameter reasoningeffort", "lacks effort"],
  ]),
  said("miaoxworld/NativeTavern#83", "2026-09-15", [
    [400, "text", "does not support parameter", "one-model"],
  ]),
  said("vercel/ai#3667", "2024-11-15", [
    [[400, 422], "text", "does not support content elements of type image", "lacks images"],
    [[400, 422], "text", "image inputs are not supported by this model", "lacks images"],
  ]),
  said("continuedev/continue#10373", "2026-02-09", [
    [[402, 403, 429], "text", "used all available credits", "spent"],
    [[402, 403, 429], "text", "reached its monthly spending limit", "spent"],
  ]),
];
