import { refused, type Sayings, said } from "../sayings.ts";

/** Moonshot (Kimi), on both of its interfaces. */
export const moonshot: readonly Sayings[] = [
  said("https://platform.kimi.com/docs/api/errors", "2026-12-01", [
    ["any", "code", "exceeded_current_quota_error", "spent"],
    ["any", "code", "engine_overloaded_error", "overloaded"],
    ["any", "code", "rate_limit_reached_error", "rate-limit"],
    ["any", "code", "invalid_authentication_error", "authentication"],
    ["any", "code", "incorrect_api_key_error", "authentication"],
    ["any", "code", "permission_denied_error", "permission"],
    ["any", "code", "resource_not_found_error", "not-found"],
    [refused, "text", "considered high risk", "content"],
    [refused, "text", "input token length too long", "overflow"],
  ]),
  said("MoonshotAI/kimi-cli#2011", "2026-04-23", [
    [refused, "text", "exceeded model token limit: #", "overflow"],
    [refused, "text", "exceeded model token limit", "overflow"],
    [refused, "text", "total message size … exceeds limit", "overflow"],
  ]),
  said("https://www.kimi.com/code/docs/en/kimi-code/error-reference.html", "2026-12-01", [
    [403, "text", "reached your usage limit for this billing cycle", "spent"],
    [402, "text", "unable to verify your membership benefits", "permission"],
  ]),
];
