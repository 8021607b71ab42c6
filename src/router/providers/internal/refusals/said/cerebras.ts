import { refused, type Sayings, said } from "../sayings.ts";

export const cerebras: readonly Sayings[] = [
  said("BerriAI/litellm:litellm/litellm_core_utils/exception_mapping_utils.py", "2026-12-01", [
    [refused, "text", "current length is … while limit is #", "overflow"],
    ["any", "code", "token_quota_reached", "rate-limit"],
  ]),
];
