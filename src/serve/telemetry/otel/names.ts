/**
 * All names that OpenTelemetry sees. Those of `gen_ai` are of the conventions for generative AI, v0.1.0, most of which
 * are in development; those of `switchpoint` are ours, since no convention is about routing.
 */
export const attributes = {
  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  responseModel: "gen_ai.response.model",
  finishReasons: "gen_ai.response.finish_reasons",
  timeToFirstChunk: "gen_ai.response.time_to_first_chunk",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  cacheReadTokens: "gen_ai.usage.cache_read.input_tokens",
  cacheCreationTokens: "gen_ai.usage.cache_creation.input_tokens",
  reasoningTokens: "gen_ai.usage.reasoning.output_tokens",
  tokenType: "gen_ai.token.type",
  errorType: "error.type",
  decisionId: "switchpoint.decision.id",
  model: "switchpoint.model",
  cause: "switchpoint.cause",
  policyHash: "switchpoint.policy.hash",
  policyName: "switchpoint.policy.name",
  release: "switchpoint.release",
  comparisons: "switchpoint.comparisons",
  arms: "switchpoint.arms",
  complexity: "switchpoint.complexity",
  propensity: "switchpoint.propensity",
  certified: "switchpoint.certified",
  attempts: "switchpoint.attempts",
  costUsd: "switchpoint.cost_usd",
  hop: "switchpoint.hop",
  next: "switchpoint.next",
} as const;

export const spans = { route: "switchpoint.route" } as const;

/** The operation of every call. */
export const chat = "chat";

/** Metrics with their unit, their meaning and the bounds of their buckets. */
export const metrics = {
  duration: {
    name: "gen_ai.client.operation.duration",
    unit: "s",
    description: "GenAI operation duration.",
    buckets: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
  },
  firstChunk: {
    name: "gen_ai.client.operation.time_to_first_chunk",
    unit: "s",
    description: "Time to receive the first chunk.",
    buckets: [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  },
  tokens: {
    name: "gen_ai.client.token.usage",
    unit: "{token}",
    description: "Number of input and output tokens used.",
    buckets: [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
  },
} as const;

/** Names of providers where the conventions have another one than ours. */
export const providers: Readonly<Record<string, string>> = {
  google: "gcp.gemini",
  azure: "azure.ai.openai",
  bedrock: "aws.bedrock",
  mistral: "mistral_ai",
  vertex: "gcp.vertex_ai",
  xai: "x_ai",
};
