import { refused, type Sayings, said } from "../sayings.ts";

/** GitHub Copilot. */
export const copilot: readonly Sayings[] = [
  said("microsoft/copilot-intellij-feedback#94", "2025-04-14", [
    ["any", "code", "model_max_prompt_tokens_exceeded", "overflow"],
    [refused, "text", "prompt token count of … exceeds the limit of #", "overflow"],
  ]),
];
