import { fitsPatterns } from "./fits-pattern.ts";

/** Models that need Responses for one reason. */
interface NeedsResponses {
  /** Maker of the models. Absent: OpenAI. */
  readonly owner?: string;
  /** Name patterns, also as Azure's users write them: `gpt-5-4`. */
  readonly names: readonly string[];
  /** Address of the thread or page that says so. */
  readonly source: string;
  /** Its date, as `YYYY-MM-DD`. */
  readonly date: string;
}

const needsResponses: readonly NeedsResponses[] = [
  {
    // Chat completions refuse them whatever the request is.
    names: ["*-codex*", "codex-mini*", "*-pro", "*-pro-20*", "gpt-daybreak-*"],
    source: "https://github.com/CopilotC-Nvim/CopilotChat.nvim/issues/1442",
    date: "2025-09-26",
  },
  {
    // "Function tools with reasoning_effort are not supported": where the request names an effort.
    names: ["gpt-5.4*", "gpt-5-4*"],
    source: "https://github.com/openai/openai-openapi/issues/541",
    date: "2026-05-18",
  },
  {
    names: ["gpt-5.5*", "gpt-5-5*", "!*-chat*"],
    source: "https://github.com/charmbracelet/crush/issues/2913",
    date: "2026-05-14",
  },
  {
    // They reason by default, and so refuse tools also where the request names no effort.
    names: ["gpt-5.6*", "gpt-5-6*"],
    source: "https://github.com/BerriAI/litellm/pull/34569",
    date: "2026-07-24",
  },
  {
    names: ["gpt-6*"],
    source: "https://github.com/onyx-dot-app/onyx/issues/15008",
    date: "2026-09-23",
  },
  {
    owner: "x-ai",
    names: ["grok-4.20-multi-agent*"],
    source: "LiteLLM's table, the row's mode",
    date: "2026-11-20",
  },
];

/**
 * Returns the interface of OpenAI that a model needs to do all that it can; undefined if chat completions do, or if
 * nothing is known.
 */
export function modelApiOf(maker: string, name: string): "responses" | undefined {
  const isNeeded = needsResponses.some(
    ({ owner = "openai", names }) => owner === maker && fitsPatterns(name, names),
  );
  return isNeeded ? "responses" : undefined;
}
