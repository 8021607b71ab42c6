import { refused, type Sayings, said } from "../sayings.ts";

export const fireworks: readonly Sayings[] = [
  said("https://docs.fireworks.ai/troubleshooting/status_error_codes/inference_error_code", "2026-12-01", [
    [refused, "text", "model maximum context length: #", "overflow"],
  ]),
  said("pollinations/pollinations#12136", "2026-07-01", [
    [[402, 403, 412, 429], "text", "reaching the monthly spending limit", "spent"],
    [[402, 403, 412, 429], "text", "failure to pay past invoices", "spent"],
  ]),
];
