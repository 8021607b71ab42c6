import type { RouteRequest } from "../../contracts/index.ts";

type Fields = Partial<Exclude<RouteRequest, string>>;

/**
 * Fields of chat requests that turn on a tool at the provider: OpenAI's search; xAI's (docs.x.ai, live search); OpenRouter's
 * (openrouter.ai/docs, plugins); Alibaba's (Model Studio, `enable_search`). Read 2026-12-01.
 */
const fieldsOfTools = ["web_search_options", "search_parameters", "plugins", "enable_search"] as const;

const mostNames = 32;

/** Returns the tools of a chat request that its provider runs: fields, and tools of other types than the two that a caller runs. */
export function providerToolsOf(fields: Fields): readonly string[] | undefined {
  let found: Set<string> | undefined;
  for (const name of fieldsOfTools) if (fields[name as keyof Fields]) found = withName(found, name);
  if (fields.tools !== undefined)
    for (const { type } of fields.tools)
      if (type !== "function" && type !== "custom" && type !== undefined)
        found = withName(found, shown(type));
  return found && Object.freeze([...found].slice(0, mostNames));
}

function withName(found: Set<string> | undefined, name: string): Set<string> {
  return (found ?? new Set<string>()).add(name);
}

/** Types are words of a sender, which decisions then hold. */
function shown(type: unknown): string {
  return /^[\w:.-]{1,64}$/.test(String(type)) ? String(type) : "unknown";
}
