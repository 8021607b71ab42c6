import { refused, type Sayings, said } from "../sayings.ts";

export const groq: readonly Sayings[] = [
  said("pydantic/pydantic-ai:tests/models/cassettes/test_groq", "2026-08-22", [
    ["any", "code", "tool_use_failed", "failed-answer"],
    ["any", "code", "json_validate_failed", "failed-answer"],
  ]),
  said("langchain-ai/langchain#31459", "2025-06-02", [
    ["any", "code", "failed_generation", "failed-answer"],
    ["any", "code", "output_parse_failed", "failed-answer"],
  ]),
  said("earendil-works/pi:packages/ai/src/utils/overflow.ts", "2026-06-21", [
    [refused, "text", "reduce the length of the messages or completion", "overflow"],
    [refused, "text", "reduce the length of the messages", "overflow"],
  ]),
  said("tashfeenahmed/freellmapi#426", "2026-06-30", [
    [[413, 429], "text", "request too large for model … (tpm)", "above-rate"],
  ]),
  said("TypeWhisper/typewhisper-win#26", "2026-04-11", [
    [400, "text", "does not support response format `json_schema`", "lacks jsonSchema"],
    [400, "text", "only supports response formats:", "lacks jsonSchema"],
  ]),
  said("BerriAI/litellm#17438", "2025-12-03", [
    [400, "text", "tool calling is not supported with this model", "lacks tools"],
    [400, "text", "`tool calling` is not supported with this model", "lacks tools"],
    [400, "text", "`reasoning_effort` is not supported with this model", "lacks effort"],
  ]),
];
