import { type Sayings, said } from "../sayings.ts";

export const deepseek: readonly Sayings[] = [
  said("666ghj/BettaFish#691", "2026-06-12", [["any", "text", "content exists risk", "content"]]),
  // Another model has no such rule.
  said("anomalyco/opencode#24497", "2026-04-26", [
    [400, "text", "reasoning_content … must be passed back", "one-model"],
    [400, "text", "missing reasoning_content field", "one-model"],
  ]),
  said("DayuanJiang/next-ai-draw-io#326", "2025-12-19", [
    [[400, 422], "text", "unknown variant `image_url`", "lacks images"],
  ]),
  said("decolua/9router#773", "2026-05-02", [
    [[400, 422], "text", "unknown variant `developer`", "lacks developerRole"],
  ]),
  said("llm-exe/llm-exe#662", "2026-07-11", [
    [[400, 422], "text", "response_format type is unavailable", "lacks jsonSchema"],
  ]),
  said("BerriAI/litellm#31466", "2026-06-26", [
    [[400, 422], "text", "response_format.type `json_schema` is unavailable", "lacks jsonSchema"],
  ]),
  said("pydantic/pydantic-ai:tests/models/cassettes/test_deepseek", "2026-08-22", [
    [400, "text", "no tool output found for", "own-fault"],
  ]),
];
