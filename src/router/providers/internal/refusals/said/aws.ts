import { refused, type Sayings, said } from "../sayings.ts";

/** AWS: Bedrock and SageMaker. Names are without `Exception` at their end. */
export const aws: readonly Sayings[] = [
  said("https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html", "2026-11-27", [
    ["any", "code", "ExpiredToken", "authentication"],
    ["any", "code", "UnrecognizedClient", "authentication"],
    ["any", "code", "InvalidClientTokenId", "authentication"],
    ["any", "code", "InvalidSignature", "authentication"],
    ["any", "code", "SignatureDoesNotMatch", "authentication"],
    ["any", "code", "IncompleteSignature", "authentication"],
    ["any", "code", "MissingAuthenticationToken", "authentication"],
    ["any", "code", "RequestExpired", "authentication"],
    ["any", "code", "RequestTimeTooSkewed", "authentication"],
    ["any", "code", "AccessDenied", "permission"],
    ["any", "code", "OptInRequired", "permission"],
    ["any", "code", "Throttling", "rate-limit"],
    ["any", "code", "TooManyRequests", "rate-limit"],
    ["any", "code", "RequestLimitExceeded", "rate-limit"],
    ["any", "code", "ServiceQuotaExceeded", "rate-limit"],
    ["any", "code", "ModelNotReady", "overloaded"],
    ["any", "code", "ModelTimeout", "timeout"],
    ["any", "code", "ResourceNotFound", "not-found"],
    ["any", "code", "ServiceUnavailable", "overloaded"],
    ["any", "code", "InternalServer", "server"],
    ["any", "code", "InternalFailure", "server"],
    ["any", "code", "InternalDependency", "server"],
  ]),
  said("pydantic/pydantic-ai:tests/models/cassettes/test_bedrock", "2026-08-22", [
    [400, "text", "model identifier is invalid", "not-found"],
    [400, "text", "doesn't support the video content block", "one-model"],
    [400, "text", "doesn't support the image content block", "lacks images"],
    [400, "text", "doesn't support the document content block", "lacks documents"],
    [400, "text", "doesn't support the … field", "one-model"],
  ]),
  said("https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html", "2026-11-27", [
    [400, "text", "on-demand throughput isn't supported", "not-found"],
    [400, "text", "on-demand throughput isn t supported", "not-found"],
    [400, "text", "isn't supported on this route", "not-found"],
  ]),
  said("openclaw/openclaw:src/agents/pi-embedded-helpers/provider-error-patterns.test.ts", "2026-12-01", [
    [refused, "text", "input is too long", "overflow"],
    [refused, "text", "exceeds the maximum number of input tokens", "overflow"],
    [refused, "text", "exceeds the max input token", "overflow"],
  ]),
  said("BerriAI/litellm:litellm/litellm_core_utils/exception_mapping_utils.py", "2026-12-01", [
    [refused, "text", "prompt tokens … exceed model maximum (#)", "overflow"],
    [refused, "text", "too many input tokens. max input tokens: #", "overflow"],
    [refused, "text", "too many input tokens", "overflow"],
    [refused, "text", "expected maxlength:", "overflow"],
    [refused, "text", "number of input tokens exceeds maximum length", "overflow"],
    [
      400,
      "text",
      "conversation blocks and tool result blocks cannot be provided in the same turn",
      "one-model",
    ],
  ]),
  said("earendil-works/pi:packages/ai/scripts/generate-models.ts", "2026-12-01", [
    [400, "text", "doesn't support tool use", "lacks tools"],
    [400, "text", "doesn't support system messages", "lacks systemRole"],
  ]),
  said("https://docs.aws.amazon.com/nova/latest/userguide/prompting-tool-troubleshooting.md", "2026-12-01", [
    [refused, "text", "produced an invalid sequence as part of tooluse", "failed-answer"],
    [refused, "text", "produced invalid sequence as part of tooluse", "failed-answer"],
  ]),
];
