import { refused, type Sayings, said } from "../sayings.ts";

export const sglang: readonly Sayings[] = [
  said("sgl-project/sglang:python/sglang/srt/managers/tokenizer_manager.py", "2026-09-30", [
    [refused, "text", "is longer than the model's context length (# tokens)", "overflow"],
    [refused, "text", "longer than the model's context length", "overflow"],
    [
      refused,
      "text",
      "requested token count exceeds the model's maximum context length of # tokens",
      "overflow",
    ],
  ]),
  said("sgl-project/sglang:python/sglang/srt/managers/scheduler.py", "2026-09-30", [
    [[200, 429, 503], "text", "request queue is full", "saturated"],
    [[200, 429, 503], "text", "aborted by a higher priority request", "saturated"],
  ]),
];
