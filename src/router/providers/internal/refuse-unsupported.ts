import { type ChatRequest, ProviderError } from "../../../contracts/index.ts";

/** Throws `ProviderError` of kind `unsupported` for requests that an adapter never sends to a model. */
export function refuseUnsupported(
  request: ChatRequest,
  model: string,
  { audio = false, search = false }: { readonly audio?: boolean; readonly search?: boolean } = {},
): void {
  const summary = findUnsupported(request, audio, search);
  if (summary !== undefined) throw new ProviderError({ kind: "unsupported", model, summary });
}

function findUnsupported(
  { n, modalities, audio, web_search_options, messages }: ChatRequest,
  takesAudio: boolean,
  searches: boolean,
): string | undefined {
  if (n !== undefined && n !== null && n !== 1)
    return "n must be 1: send several requests for several answers";
  if (!takesAudio && (audio || modalities?.includes("audio")))
    return "audio is not supported: leave out audio and modalities";
  if (!searches && web_search_options)
    return "built-in web search is not supported: leave out web_search_options";
  if (takesAudio) return undefined;
  const spoken = messages.findIndex(
    ({ content }) => Array.isArray(content) && content.some(({ type }) => type === "input_audio"),
  );
  return spoken === -1
    ? undefined
    : `audio is not supported: messages[${spoken}] contains an input_audio part`;
}
