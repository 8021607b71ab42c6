import { refused, type Sayings, said } from "../sayings.ts";

export const cerebras: readonly Sayings[] = [
  said("BerriAI/litellm:litellm/litellm_core_utils/exception_mapping_utils.py", "2026-12-01", [
    [refused, "text", "current length is … while limit is #", "overflow"],
    ["any", "code", "token_quota_reached", "rate-limit"],
  ]),
  said("https://inference-docs.cerebras.ai/support/error", "2026-11-30", [
    ["any", "code", "wrong_api_key", "authentication"],
    ["any", "code", "token_quota_exceeded", "rate-limit"],
    ["any", "code", "request_quota_exceeded", "rate-limit"],
    ["any", "code", "queue_exceeded", "overloaded"],
    [400, "text", "failed to generate tool_calls", "failed-answer"],
  ]),
];
