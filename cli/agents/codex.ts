import { type Agent, keyVariable } from "./agent.ts";

/**
 * Codex: a provider of this run, given by arguments, which come before its config and profiles. Codex hands variables with KEY in
 * their name to no command that it runs. Tried with 0.171.0, 2026-12-02; https://developers.openai.com/codex/config-reference.
 */
export const codex: Agent = {
  title: "Codex",
  program: "codex",
  npm: "@openai/codex",
  provider: "openai",
  setUp: ({ url }) => {
    const provider = `{name="switchpoint",base_url="${url}/v1",env_key="${keyVariable}",wire_api="responses"}`;
    return {
      env: {},
      args: ["-c", 'model_provider="switchpoint"', "-c", `model_providers.switchpoint=${provider}`],
    };
  },
};
