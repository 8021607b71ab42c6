import { refused, type Sayings, said } from "../sayings.ts";

/** Words of chat templates, through the engine that renders them: vLLM and SGLang with 400, llama.cpp and Ollama with 500. */
export const chatTemplates: readonly Sayings[] = [
  said("ggml-org/llama.cpp:models/templates", "2026-12-02", [
    // Qwen 3.5 and later.
    [refused, "text", "system message must be at the beginning", "lacks laterSystem"],
    [refused, "text", "unexpected message role", "lacks developerRole"],
    [refused, "text", "roles are supported, got system", "lacks laterSystem"],
    [refused, "text", "tool roles are supported", "lacks developerRole"],
    [refused, "text", "invalid message role", "lacks developerRole"],
    // Mistral and Gemma.
    [refused, "text", "conversation roles must alternate", "lacks turnOrder"],
    [refused, "text", "roles are supported, with the exception of an initial", "lacks laterSystem"],
    [refused, "text", "tool call ids should be alphanumeric", "lacks callIds"],
    [refused, "text", "system role not supported", "lacks systemRole"],
  ]),
  said("withcatai/node-llama-cpp#263", "2024-07-06", [
    [refused, "text", "only user and assistant roles are supported!", "lacks systemRole"],
  ]),
  said("anomalyco/opencode#1680", "2025-08-07", [
    [refused, "text", "must be a-z, a-z, 0-9, with a length of 9", "lacks callIds"],
  ]),
  said("charmbracelet/crush#279", "2025-07-22", [
    [refused, "text", "unexpected role 'tool' after role 'user'", "lacks turnOrder"],
  ]),
  said("earendil-works/pi#1048", "2026-01-28", [
    [refused, "text", "unknown variant `developer`", "lacks developerRole"],
  ]),
  said("farion1231/cc-switch#3281", "2026-05-29", [
    [refused, "text", "unknown variant 'system', expected 'user' or 'assistant'", "lacks systemRole"],
  ]),
  said("1CatAI/1Cat-vLLM#493", "2026-09-04", [
    // Qwen 3.8 knows three efforts.
    [refused, "text", "unexpected reasoning effort", "lacks effort"],
  ]),
];
