import type { Agent } from "./agent.ts";

/**
 * Qwen Code: variables, and the argument that chooses them over a login of the user. Tried with 0.15.10, 2026-12-02;
 * https://qwenlm.github.io/qwen-code-docs/en/users/configuration/settings.
 */
export const qwen: Agent = {
  title: "Qwen Code",
  program: "qwen",
  npm: "@qwen-code/qwen-code",
  provider: undefined,
  setUp: ({ url, key }) => ({
    env: { OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: key, OPENAI_MODEL: "auto" },
    args: ["--auth-type", "openai"],
  }),
};
