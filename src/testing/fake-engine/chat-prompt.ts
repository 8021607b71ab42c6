import type { EngineRequest } from "./engine-core.ts";
import type { PromptPiece } from "./prefix-cache.ts";

/** Characters of a token, and tokens of a block of the prefix cache. */
const charactersPerToken = 4;
const tokensPerBlock = 16;

export interface FakeChat {
  readonly request: Omit<EngineRequest, "onEvent">;
  readonly isStream: boolean;
  readonly withUsage: boolean;
}

/** Reads a body of chat completions. `id` makes its answer one of its own. */
export function readChat(body: Readonly<Record<string, unknown>>, id: string, usualTokens: number): FakeChat {
  const { max_tokens, max_completion_tokens, stream, stream_options } = body;
  const limit = max_completion_tokens ?? max_tokens;
  const tokens = typeof limit === "number" ? Math.min(limit, usualTokens) : usualTokens;
  const options = stream_options as { readonly include_usage?: boolean } | undefined;
  return {
    request: {
      prompt: piecesOf(`${body["cache_salt"] ?? ""}|${JSON.stringify(body["messages"] ?? [])}`),
      answer: { hash: id, tokens: Math.max(1, tokens) },
    },
    isStream: stream === true,
    withUsage: options?.include_usage === true,
  };
}

/** Splits a text into blocks whose hashes depend on all text that precedes them. */
function piecesOf(text: string): readonly PromptPiece[] {
  const size = charactersPerToken * tokensPerBlock;
  const pieces: PromptPiece[] = [];
  let [one, other] = [0x811c_9dc5, 0x1234_5678];
  for (let from = 0; from < text.length; from += size) {
    const block = text.slice(from, from + size);
    for (let at = 0; at < block.length; at += 1) {
      one = Math.imul(one ^ block.charCodeAt(at), 0x0100_0193);
      other = Math.imul(other + block.charCodeAt(at), 0x85eb_ca6b) ^ (other >>> 13);
    }
    // A block that is not full is of no use to another prompt.
    const own = block.length < size ? `end ${text.length}` : "";
    pieces.push({ hash: `${one}/${other}${own}`, tokens: Math.ceil(block.length / charactersPerToken) });
  }
  return pieces;
}
