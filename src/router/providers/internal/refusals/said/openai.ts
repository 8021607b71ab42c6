import { refused, type Sayings, said } from "../sayings.ts";

/** OpenAI, on chat completions and Responses; many servers send its codes. */
export const openai: readonly Sayings[] = [
  said("https://platform.openai.com/docs/guides/error-codes", "2026-11-25", [
    ["any", "code", "context_length_exceeded", "overflow"],
    ["any", "code", "content_filter", "content"],
    ["any", "code", "content_policy_violation", "content"],
    ["any", "code", "invalid_api_key", "authentication"],
    ["any", "code", "authentication_error", "authentication"],
    ["any", "code", "permission_error", "permission"],
    ["any", "code", "model_not_found", "not-found"],
    ["any", "code", "insufficient_quota", "spent"],
    ["any", "code", "billing_hard_limit_reached", "spent"],
    ["any", "code", "rate_limit_exceeded", "rate-limit"],
    ["any", "code", "rate_limit_error", "rate-limit"],
    ["any", "code", "overloaded", "overloaded"],
    ["any", "code", "server_is_overloaded", "overloaded"],
    ["any", "code", "slow_down", "overloaded"],
    ["any", "code", "server_error", "server"],
    ["any", "code", "timeout", "timeout"],
    ["any", "code", "unsupported_country_region_territory", "permission"],
  ]),
  said("earendil-works/pi:packages/ai/src/utils/overflow.ts", "2026-06-21", [
    [refused, "text", "exceeds the context window of this model", "overflow"],
    [refused, "text", "exceeds … maximum context length of # token", "overflow"],
    [refused, "text", "exceeds … maximum context length (#)", "overflow"],
    [refused, "text", "maximum context length is # tokens", "overflow"],
  ]),
  said("orhanerday/ChatGPT#17", "2023-06-16", [[refused, "text", "maximum context length", "overflow"]]),
  said("BerriAI/litellm:litellm/litellm_core_utils/exception_mapping_utils.py", "2026-12-01", [
    [refused, "text", "input tokens exceed the configured limit of # tokens", "overflow"],
    [refused, "text", "input tokens exceed the configured limit", "overflow"],
    [refused, "text", "violating our usage policy", "content"],
    [refused, "text", "rejected as a result of our safety system", "content"],
    [refused, "text", "rejected as a result of the safety system", "content"],
    [refused, "text", "the model produced invalid content", "failed-answer"],
  ]),
  said("NousResearch/hermes-agent:agent/error_classifier.py", "2026-12-01", [
    [refused, "text", "flagged for possible cybersecurity risk", "content"],
    [refused, "text", "violates our usage policies", "content"],
    [refused, "text", "violates openai's usage policies", "content"],
    [refused, "text", "your request was flagged", "content"],
    [[429, 402, 403], "text", "billing hard limit", "spent"],
  ]),
  said("fork-dev/TrackerWin#2595", "2025-10-23", [
    [[413, 429], "text", "request too large for … tokens per min", "above-rate"],
  ]),
  said("BerriAI/litellm#34569", "2026-07-31", [
    [400, "text", "function tools with reasoning_effort are not supported", "lacks tools"],
  ]),
  said("Laisky/one-api#120", "2025-08-14", [
    [400, "text", "'reasoning.effort' is not supported with this model", "lacks effort"],
    [400, "text", "'reasoning_effort' is not supported with this model", "lacks effort"],
    [400, "text", "unrecognized request argument supplied: reasoning_effort", "lacks effort"],
  ]),
  said("zou-group/textgrad#210", "2026-05-17", [
    [400, "text", "image_url is only supported by certain models", "lacks images"],
  ]),
  said("pydantic/pydantic-ai:tests/models/cassettes/test_openai", "2026-08-22", [
    [400, "text", "'messages[0].role' does not support 'developer' with this model", "lacks developerRole"],
    [400, "text", "role' does not support 'developer'", "lacks developerRole"],
    [400, "text", "role' does not support 'system'", "lacks systemRole"],
    [400, "text", "web search options not supported with this model", "lacks webSearch"],
    [400, "text", "expected to be either text or image_url type", "lacks audio"],
    [400, "code", "unsupported_file", "lacks documents"],
  ]),
  said("miurla/morphic#136", "2024-05-11", [
    [400, "text", "messages with role 'tool' must be a response to a prec", "own-fault"],
  ]),
];
