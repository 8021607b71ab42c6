import { refused, type Sayings, said } from "../sayings.ts";

/** Azure OpenAI, and GitHub Models behind it. */
export const azure: readonly Sayings[] = [
  said("BerriAI/litellm:litellm/litellm_core_utils/exception_mapping_utils.py", "2026-12-01", [
    ["any", "code", "ResponsibleAIPolicyViolation", "content"],
    [refused, "text", "content management policy", "content"],
  ]),
  said("pydantic/pydantic-ai:tests/models/cassettes/test_azure", "2026-08-22", [
    ["any", "code", "DeploymentNotFound", "not-found"],
  ]),
  said("eslint/tsc-meetings#593", "2025-07-03", [
    [[400, 413], "code", "tokens_limit_reached", "overflow"],
    [[400, 413], "text", "request body too large for … model. max size: # tokens", "overflow"],
  ]),
  said("crmne/ruby_llm#600", "2026-02-08", [
    [400, "text", "json_schema is enabled only for api versions", "lacks jsonSchema"],
  ]),
];
