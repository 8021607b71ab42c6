import { refused, type Sayings, said } from "../sayings.ts";

/** Text Generation Inference, also behind Hugging Face and Together. */
export const tgi: readonly Sayings[] = [
  said("huggingface/text-generation-inference:router/src/validation.rs", "2026-01-31", [
    [refused, "text", "`inputs` tokens + `max_new_tokens` must be <= #", "overflow"],
    [refused, "text", "`inputs` tokens + `max_new_tokens` must be", "overflow"],
    // A limit of its own: the window is larger.
    [refused, "text", "`inputs` must have less than", "overflow"],
    [422, "text", "tool error: no function found", "failed-answer"],
  ]),
  said("huggingface/text-generation-inference:router/src/chat.rs", "2026-01-08", [
    [422, "text", "tool error: failed to parse generated text", "failed-answer"],
  ]),
  said("huggingface/text-generation-inference:router/src/infer/mod.rs", "2026-01-31", [
    [[429, 503], "text", "model is overloaded", "saturated"],
  ]),
];
