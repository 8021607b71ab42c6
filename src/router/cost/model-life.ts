import { fitsPatterns } from "./fits-pattern.ts";

/** Dates in the life of a model at its own provider. What is not known is absent. */
export interface ModelLife {
  /** Date of the announcement, as `YYYY-MM-DD`. */
  readonly deprecatedOn?: string | undefined;
  /** Date from which the provider refuses calls, or answers them with another model. */
  readonly retiresOn?: string | undefined;
  readonly replacement?: string | undefined;
  /** Address of the provider's page. */
  readonly source: string;
  /** Date of the copy that was read. */
  readonly checkedOn: string;
}

/** A row `[name patterns, deprecated on, retires on, replacement]`, with null for what is not known. */
type Row = readonly [readonly string[], string | null, string | null, (string | null)?];

interface Page {
  readonly source: string;
  readonly checkedOn: string;
  readonly rows: readonly Row[];
}

/**
 * Copied by hand from copies of the providers' pages. Dates of models that no copy shows are left out; so are models
 * for which a page says no more than "not before".
 */
const pages: Readonly<Record<string, Page>> = {
  openai: {
    source: "https://developers.openai.com/api/docs/deprecations",
    checkedOn: "2026-11-27",
    rows: [
      [["gpt-3.5-turbo", "gpt-3.5-turbo-0125"], null, "2026-10-23", "gpt-5.6-terra"],
      [["gpt-4", "gpt-4-0613", "gpt-4-1106-preview"], null, "2026-10-23", "gpt-5.6-sol"],
      [["gpt-4-turbo", "gpt-4-turbo-2024-04-09", "gpt-4o-2024-05-13"], null, "2026-10-23", "gpt-5.6-sol"],
      [["o1", "o1-2024-12-17", "o3-mini", "o3-mini-2025-01-31"], null, "2026-10-23", "gpt-5.6-sol"],
      [["o1-pro", "o1-pro-2025-03-19"], null, "2026-10-23", "gpt-5.6-sol"],
      [["o4-mini", "o4-mini-2025-04-16"], null, "2026-10-23", "gpt-5.6-terra"],
      [["gpt-4.1-nano", "gpt-4.1-nano-2025-04-14"], null, "2026-10-23"],
      [["gpt-5", "gpt-5-2025-08-07"], "2026-06-11", "2026-12-11", "gpt-6.1-sol"],
      [["gpt-5-mini", "gpt-5-mini-2025-08-07"], "2026-06-11", "2026-12-11", "gpt-6.1-terra"],
      [["gpt-5-nano", "gpt-5-nano-2025-08-07"], "2026-06-11", "2026-12-11"],
      [
        ["gpt-5-pro", "gpt-5-pro-2025-10-06", "o3", "o3-2025-04-16", "o3-pro", "o3-pro-2025-06-10"],
        null,
        "2026-12-11",
      ],
      [["gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-2024-11-20"], "2026-10-14", "2027-01-14", "gpt-6-luna"],
      [["gpt-4o-mini", "gpt-4o-mini-2024-07-18"], "2026-10-14", "2027-01-14", "gpt-6-luna"],
      [["gpt-4.1", "gpt-4.1-2025-04-14"], "2026-10-14", "2027-01-14", "gpt-6-luna"],
      [["gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"], "2026-10-14", "2027-01-14", "gpt-6-luna"],
      [["gpt-5.1", "gpt-5.1-2025-11-13"], null, "2027-04-01"],
    ],
  },
  anthropic: {
    source: "https://platform.claude.com/docs/en/about-claude/model-deprecations",
    checkedOn: "2026-11-27",
    rows: [
      [["claude-3-sonnet-20240229"], "2025-01-21", "2025-07-21"],
      [["claude-3-opus-20240229", "claude-3-opus-latest"], "2025-06-30", "2026-01-05"],
      [["claude-3-5-sonnet*"], "2025-08-13", "2025-10-28"],
      [["claude-3-7-sonnet*"], "2025-10-28", "2026-02-19"],
      [["claude-sonnet-4-0", "claude-sonnet-4-20250514"], null, "2026-06-15", "claude-sonnet-4-6"],
      [["claude-opus-4-1*"], null, "2026-08-05"],
      [["claude-opus-4-0", "claude-opus-4-20250514"], null, "2026-06-15", "claude-opus-4-8"],
    ],
  },
  google: {
    source: "https://ai.google.dev/gemini-api/docs/deprecations",
    checkedOn: "2026-11-27",
    rows: [
      [["gemini-3-pro-preview"], null, "2026-03-09", "gemini-3.1-pro-preview"],
      [["gemini-2.0-flash", "gemini-2.0-flash-001"], null, "2026-06-01"],
      [["gemini-2.5-pro"], null, "2026-12-01", "gemini-3.8-flash"],
      [["gemini-2.5-flash"], null, "2026-12-01", "gemini-3.5-flash-lite"],
    ],
  },
};

const longestName = 200;

/** Returns what is known of a model's life at its provider; undefined if no date is. */
export function lifeOf(provider: string, model: string): ModelLife | undefined {
  if (model.length > longestName || !Object.hasOwn(pages, provider)) return undefined;
  const { rows, source, checkedOn } = pages[provider] as Page;
  const name = model
    .trim()
    .toLowerCase()
    .replace(/^models\//, "");
  for (const [patterns, deprecatedOn, retiresOn, replacement] of rows) {
    if (!fitsPatterns(name, patterns)) continue;
    return {
      ...(deprecatedOn !== null && { deprecatedOn }),
      ...(retiresOn !== null && { retiresOn }),
      ...(replacement !== undefined && replacement !== null && { replacement }),
      source,
      checkedOn,
    };
  }
  return undefined;
}
