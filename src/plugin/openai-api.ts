/** Facts about OpenAI's two interfaces, each with where it was read. */
interface Sourced {
  /** Address of the thread or page that says so. */
  readonly source: string;
  /** Its date, as `YYYY-MM-DD`. */
  readonly date: string;
}

/**
 * Calls of a model that need Responses. `all`: chat completions refuse the model, or its tools as long as it reasons, which it
 * does by default. `tools-and-effort`: they refuse tools together with an effort, and take all else.
 */
export type NeedsResponses = "all" | "tools-and-effort";

const needResponses: readonly (Sourced & { readonly names: RegExp; readonly calls: NeedsResponses })[] = [
  {
    names: /^(?:o\d|gpt-\d[\d.]*)-pro\b/,
    calls: "all",
    source: "https://github.com/sigoden/aichat/pull/1318",
    date: "2025-06-16",
  },
  {
    names: /^(?:o\d(?:-mini)?-deep-research|computer-use-preview)\b/,
    calls: "all",
    source: "https://github.com/dimagi/open-chat-studio/issues/1871",
    date: "2025-07-14",
  },
  {
    names: /^(?:gpt-\d[\d.]*-codex|codex-mini)\b/,
    calls: "all",
    source: "https://github.com/CopilotC-Nvim/CopilotChat.nvim/issues/1442",
    date: "2025-09-26",
  },
  {
    names: /^gpt-5\.4\b(?!-chat)/,
    calls: "tools-and-effort",
    source: "https://github.com/pipecat-ai/pipecat/issues/4043",
    date: "2026-03-16",
  },
  {
    names: /^gpt-5\.5\b(?!-chat)/,
    calls: "tools-and-effort",
    source: "https://github.com/charmbracelet/crush/issues/2913",
    date: "2026-05-14",
  },
  {
    names: /^gpt-5\.6\b(?!-chat)/,
    calls: "all",
    source: "https://github.com/BerriAI/litellm/pull/34569",
    date: "2026-07-24",
  },
  {
    names: /^gpt-6\b/,
    calls: "all",
    source: "https://github.com/onyx-dot-app/onyx/issues/15008",
    date: "2026-09-23",
  },
  {
    names: /^gpt-daybreak\b/,
    calls: "all",
    source: "https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json",
    date: "2026-11-20",
  },
];

/** Models that Responses do not serve. All other chat models of OpenAI's are there, the oldest too. */
const withoutResponses: Sourced & { readonly names: RegExp } = {
  names: /search-(?:preview|api)|audio|^o1-mini|^ft:/,
  source: "https://github.com/truefoundry/models/pull/2006",
  date: "2026-08-04",
};

/** Words, in lower case, in which chat completions refuse a call that Responses would take. */
const refusals: readonly (Sourced & { readonly words: string })[] = [
  {
    // "Function tools with reasoning_effort are not supported for … in /v1/chat/completions. To use function tools, use …".
    words: "use /v1/responses",
    source: "https://github.com/GoogleChromeLabs/webmcp-tools/issues/417",
    date: "2026-09-03",
  },
  {
    words: "only supported in v1/responses",
    source: "https://github.com/sigoden/aichat/pull/1318",
    date: "2025-06-16",
  },
];

/** Returns which calls of a model of OpenAI need Responses; undefined if none is known to. */
export function needsResponses(model: string): NeedsResponses | undefined {
  const name = model.trim().toLowerCase();
  return needResponses.find(({ names }) => names.test(name))?.calls;
}

/** True for a model that OpenAI serves through Responses, as far as is known. */
export function hasResponses(model: string): boolean {
  return !withoutResponses.names.test(model.trim().toLowerCase());
}

/** True for the text of a refusal that points to Responses. */
export function pointsToResponses(detail: string): boolean {
  const text = detail.slice(0, searched).toLowerCase();
  return text.includes("v1/chat/completions") && refusals.some(({ words }) => text.includes(words));
}

/** Length of the start of a text that is searched. */
const searched = 2_000;
