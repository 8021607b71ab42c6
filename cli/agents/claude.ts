import { type Agent, keyVariable } from "./agent.ts";

/** Ways to a model that come before an address, and keys of other servers: none of them counts in this run. */
const others = [
  "ANTHROPIC_API_KEY",
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_VERTEX",
  "CLAUDE_CODE_USE_FOUNDRY",
];

/**
 * Claude Code. Variables in a user's settings come before those of the process, so that address and key are said in both places:
 * settings of the command line come before all but a company's, and name a helper that prints the key from the environment. Tried
 * with 2.1.197, 2026-12-02; https://code.claude.com/docs/en/settings, /iam.
 */
export const claude: Agent = {
  title: "Claude Code",
  program: "claude",
  npm: "@anthropic-ai/claude-code",
  provider: "anthropic",
  setUp: ({ url, key }) => {
    const none = Object.fromEntries(others.map((name) => [name, ""]));
    const settings = {
      env: { ...none, ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: "" },
      apiKeyHelper: `printenv ${keyVariable}`,
    };
    return {
      env: {
        ...Object.fromEntries(others.map((name) => [name, undefined])),
        ANTHROPIC_BASE_URL: url,
        ANTHROPIC_AUTH_TOKEN: key,
      },
      args: ["--settings", JSON.stringify(settings)],
    };
  },
};
