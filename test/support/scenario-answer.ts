import type { ScenarioAnswer } from "../../src/testing/index.ts";

/** Creates the answer of an endpoint: the text "ok" unless given otherwise. */
export function scenarioAnswer(parts: Partial<ScenarioAnswer> = {}): ScenarioAnswer {
  return {
    model: "served-model",
    textPieces: ["ok"],
    toolCalls: [],
    finishReason: "stop",
    usage: { inputTokens: 1, outputTokens: 1 },
    ...parts,
  };
}
