import { refused, type Sayings, said } from "../sayings.ts";

/** Anthropic, and servers that speak Messages. */
export const anthropic: readonly Sayings[] = [
  said("https://platform.claude.com/docs/en/api/errors", "2026-12-01", [
    ["any", "code", "billing_error", "permission"],
    ["any", "code", "not_found_error", "not-found"],
    ["any", "code", "request_too_large", "too-large"],
    ["any", "code", "overloaded_error", "overloaded"],
    ["any", "code", "timeout_error", "timeout"],
    ["any", "code", "conflict_error", "conflict"],
    ["any", "code", "api_error", "server"],
  ]),
  said("stackblitz/bolt.new#1748", "2024-11-07", [
    [refused, "text", "prompt is too long: … tokens > # maximum", "overflow"],
    [refused, "text", "prompt is too long", "overflow"],
  ]),
  said("agno-agi/agno#7836", "2026-05-07", [[refused, "text", "prompt too long", "overflow"]]),
  said("BerriAI/litellm:litellm/litellm_core_utils/exception_mapping_utils.py", "2026-12-01", [
    [refused, "text", "exceed context limit: … > #,", "overflow"],
    [refused, "text", "exceed context limit", "overflow"],
  ]),
  said("anthropics/claude-code#58367", "2026-05-12", [
    ["any", "text", "content filtering policy", "content"],
  ]),
  said("NousResearch/hermes-agent:agent/error_classifier.py", "2026-12-01", [
    [refused, "text", "prompt was flagged", "content"],
    [refused, "text", "cannot be generated due to safety", "content"],
    [400, "text", "image exceeds … maximum", "one-model"],
    [400, "text", "image dimensions exceed", "one-model"],
  ]),
  said("openclaw/openclaw:src/agents/pi-embedded-helpers/failover-matches.ts", "2026-12-01", [
    ["any", "text", "credit balance is too low", "spent"],
    ["any", "text", "specified api usage limits", "spent"],
  ]),
  said("docker/docker-agent#3381", "2026-07-01", [
    [400, "text", "adaptive thinking is not supported", "lacks effort"],
    [400, "text", "does not support the effort parameter", "lacks effort"],
  ]),
  said("pydantic/pydantic-ai#3253", "2025-10-24", [
    [400, "text", "`tool_use` ids were found without `tool_result` blocks", "own-fault"],
  ]),
];
