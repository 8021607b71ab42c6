import type { ChatMessage, ChatRequest } from "../../contracts/index.ts";

/** Largest number of content types of one request; further ones are listed as one `unknown`. */
export const CONTENT_TYPES = 16;

type Part = Exclude<NonNullable<ChatMessage["content"]>, string>[number];

/**
 * Adds the types of the parts of a message that are not text: the media type of a `data:` URL, `file-id`
 * for a file that a provider keeps, `unknown` for a type that cannot be read. The type of an image by URL
 * is not known and not added. Returns the list, which is created at the first entry.
 */
export function addContentTypes(message: ChatMessage, types: string[] | undefined): string[] | undefined {
  const { content } = message;
  if (!Array.isArray(content)) return types;
  let all = types;
  for (const part of content as readonly Part[]) {
    const type = contentTypeOf(part);
    if (type === undefined || all?.includes(type)) continue;
    all ??= [];
    if (all.length < CONTENT_TYPES - 1) all.push(type);
    else if (!all.includes("unknown")) all.push("unknown");
  }
  return all;
}

function contentTypeOf(part: Part): string | undefined {
  if (part.type === "text" || part.type === "refusal") return undefined;
  if (part.type === "image_url") return mediaTypeOf(part.image_url?.url);
  if (part.type === "input_audio") return mediaTypeOf(`data:audio/${part.input_audio.format};`);
  if (part.type === "file") {
    const { file_data, file_id } = part.file ?? {};
    if (file_data !== undefined) return mediaTypeOf(file_data) ?? "unknown";
    return file_id === undefined ? "unknown" : "file-id";
  }
  return "unknown";
}

/** Longest media type that is read, since the URL is data of the caller's users. */
const longest = 100;

/** The media type of a `data:` URL, in lower case; undefined for any other URL. */
function mediaTypeOf(url: unknown): string | undefined {
  if (typeof url !== "string") return "unknown";
  const head = url.slice(0, longest + 6).toLowerCase();
  if (!head.startsWith("data:")) return undefined;
  const type = /^data:([a-z0-9.+-]+\/[a-z0-9.+-]+)[;,]/.exec(head)?.[1];
  return type === undefined ? "unknown" : (otherNames.get(type) ?? type);
}

/** Media types that have two names, by the one that is not used here. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ["image/jpg", "image/jpeg"],
  ["audio/mpeg", "audio/mp3"],
  ["audio/x-wav", "audio/wav"],
]);

/** Adds the type of a spoken answer, if the request asks for one: a model that only writes has no use for it. */
export function addOutputTypes(
  { modalities, audio }: Pick<Partial<ChatRequest>, "modalities" | "audio">,
  types: string[] | undefined,
): string[] | undefined {
  return audio || modalities?.includes("audio") ? [...(types ?? []), spokenAnswer] : types;
}

/** Stands among the content types of a model that speaks. */
const spokenAnswer = "output/audio";
