import { type Agent, keyVariable } from "./agent.ts";

/** Packages of the AI SDK that opencode has, by the interface that all models of a router speak. */
const packages = [
  ["messages", "@ai-sdk/anthropic"],
  ["responses", "@ai-sdk/openai"],
] as const;

/**
 * opencode: a provider of this run in a variable that holds a config, which is merged over all others. Its `{env:…}` reads the key.
 * Tried with 1.18.33, 2026-12-02; https://opencode.ai/docs/config, /providers.
 */
export const opencode: Agent = {
  title: "opencode",
  program: "opencode",
  npm: "opencode-ai",
  provider: undefined,
  setUp: ({ url, speaks }) => {
    const npm = packages.find(([name]) => speaks.has(name))?.[1] ?? "@ai-sdk/openai-compatible";
    const model = "switchpoint/auto";
    const config = {
      model,
      small_model: model,
      provider: {
        switchpoint: {
          npm,
          name: "switchpoint",
          options: { baseURL: `${url}/v1`, apiKey: `{env:${keyVariable}}` },
          models: { auto: { name: "auto", tool_call: true } },
        },
      },
    };
    return { env: { OPENCODE_CONFIG_CONTENT: JSON.stringify(config) } };
  },
};
