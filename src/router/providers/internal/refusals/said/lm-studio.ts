import { refused, type Sayings, said } from "../sayings.ts";

export const lmStudio: readonly Sayings[] = [
  said("earendil-works/pi:packages/ai/src/utils/overflow.ts", "2026-06-21", [
    [
      refused,
      "text",
      "tokens to keep from the initial prompt is greater than the context length",
      "overflow",
    ],
    [refused, "text", "greater than the context length", "overflow"],
  ]),
  said("0xBakeer/inference-atlas#186", "2026-09-01", [
    [refused, "text", "exceeds max_seq_len #", "overflow"],
    [refused, "text", "context length of only # tokens", "overflow"],
  ]),
];
