import { type Agent, keyVariable } from "./agent.ts";

/**
 * Codex: a provider of this run, given by arguments, which come before its config and profiles. Codex hands variables with KEY in
 * their name to no command that it runs. It sends what the model that it names knows, since GPT-6 tools in forms that others refuse: so it
 * names the large model, and `auto`, for which it takes functions alone, where that one is not OpenAI's. A user's `-m` comes first. Tried with 0.171.0, 2026-12-02; https://developers.openai.com/codex/config-reference.
 */
export const codex: Agent = {
  title: "Codex",
  program: "codex",
  npm: "@openai/codex",
  provider: "openai",
  setUp: ({ url, large }) => {
    const provider = `{name="switchpoint",base_url="${url}/v1",env_key="${keyVariable}",wire_api="responses"}`;
    const model = /^openai:(?<name>.+)/.exec(large)?.groups?.["name"] ?? "auto";
    return {
      env: {},
      args: [
        "-c",
        `model=${JSON.stringify(model)}`,
        "-c",
        'model_provider="switchpoint"',
        "-c",
        `model_providers.switchpoint=${provider}`,
      ],
    };
  },
};
