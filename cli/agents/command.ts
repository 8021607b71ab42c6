import type { Agent } from "./agent.ts";

/** Variables that clients of OpenAI's, Anthropic's and Google's interfaces read. */
export const anyCommand: Pick<Agent, "provider" | "setUp"> = {
  provider: undefined,
  setUp: ({ url, key }) => ({
    env: {
      OPENAI_BASE_URL: `${url}/v1`,
      OPENAI_API_KEY: key,
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: key,
      // A client would send both, and two keys are refused.
      ANTHROPIC_AUTH_TOKEN: undefined,
      GOOGLE_GEMINI_BASE_URL: url,
      GEMINI_API_KEY: key,
      GOOGLE_API_KEY: key,
    },
  }),
};
