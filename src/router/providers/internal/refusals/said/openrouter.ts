import { refused, type Sayings, said } from "../sayings.ts";

/** OpenRouter. What the provider behind it said stands in `metadata.raw`, and is read as its own words. */
export const openrouter: readonly Sayings[] = [
  said("earendil-works/pi#4943", "2026-05-24", [
    [refused, "text", "exceeds the maximum allowed input length of # tokens", "overflow"],
    [refused, "text", "exceeds the maximum allowed input length", "overflow"],
  ]),
  said("https://openrouter.ai/docs/api/reference/errors-and-debugging", "2026-12-01", [
    ["any", "code", "flagged_input", "content"],
    [403, "text", "requires moderation", "content"],
    [403, "text", "flagged by moderation", "content"],
    [403, "text", "input was flagged", "content"],
  ]),
  said("https://www.developersdigest.tech/errors/api/openrouter", "2026-12-01", [
    ["any", "code", "max_tokens_exceeded", "one-model"],
    ["any", "code", "token_limit_exceeded", "overflow"],
    ["any", "code", "image_too_large", "one-model"],
  ]),
  said("newo-ether/Agora#8", "2026-06-07", [
    [402, "text", "requires more credits", "spent"],
    ["any", "text", "insufficient credits", "spent"],
  ]),
  said("Kilo-Org/kilocode#9006", "2026-04-15", [
    [404, "text", "no endpoints found that support tool use", "lacks tools"],
  ]),
  said("HartsyAI/SwarmUI-MagicPromptExtension#50", "2025-11-10", [
    [404, "text", "no endpoints found that support image input", "lacks images"],
    [404, "text", "no endpoints found that support input audio", "lacks audio"],
  ]),
  said("NousResearch/hermes-agent:agent/error_classifier.py", "2026-12-01", [
    [404, "text", "no endpoints available matching your", "permission"],
    [404, "text", "no endpoints found matching your", "permission"],
    ["any", "text", "is not a valid model", "not-found"],
  ]),
];
