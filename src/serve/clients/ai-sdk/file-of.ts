import type { ContentPart } from "../../../contracts/index.ts";
import { fromBase64, toBase64 } from "../../../plugin/base64.ts";
import { soundFormat } from "../../../plugin/sound-format.ts";
import { wrong } from "../../http/fields.ts";
import type { PromptPart, TaggedData } from "./wire.ts";

/** Types of images by the first characters of their base64, for parts that say `image/*`. */
const imageStarts: readonly (readonly [string, string])[] = [
  ["iVBORw", "image/png"],
  ["/9j/", "image/jpeg"],
  ["R0lGOD", "image/gif"],
  ["UklGR", "image/webp"],
];

/**
 * Translates a file of a prompt: images to image parts, text to text, sound to sound, which the router refuses, others to
 * files. Throws `HttpError` for the address of another file than an image, and for a reference to a file at another provider.
 */
export function fileOf({ data, mediaType = "", filename }: PromptPart, field: string): ContentPart {
  const { address, base64, text } = readData(data, field);
  if (text !== undefined) return { type: "text", text };
  const isImage = mediaType.startsWith("image/");
  if (address !== undefined) {
    if (isImage) return { type: "image_url", image_url: { url: address } };
    throw wrong(field, "must hold the file itself: an address is known for images alone");
  }
  if (isImage) {
    const type = mediaType === "image/*" ? imageType(base64) : mediaType;
    return { type: "image_url", image_url: { url: `data:${type};base64,${base64}` } };
  }
  if (mediaType.startsWith("text/"))
    return { type: "text", text: new TextDecoder().decode(fromBase64(base64)) };
  if (mediaType.startsWith("audio/")) {
    // Without a subtype it is what OpenAI's clients send most.
    const format = mediaType === "audio/*" ? "mp3" : soundFormat(mediaType);
    if (format === undefined)
      throw wrong(field, "must be sound as WAV, MP3, FLAC, OGG, AAC, AIFF, Opus or WebM");
    return { type: "input_audio", input_audio: { data: base64, format } };
  }
  return {
    type: "file",
    file: { file_data: `data:${mediaType};base64,${base64}`, ...(filename !== undefined && { filename }) },
  };
}

type ReadData =
  | { readonly address: string; readonly base64?: undefined; readonly text?: undefined }
  | { readonly address?: undefined; readonly base64: string; readonly text?: undefined }
  | { readonly address?: undefined; readonly base64?: undefined; readonly text: string };

function readData(data: unknown, field: string): ReadData {
  if (data instanceof URL) return { address: data.href };
  if (data instanceof Uint8Array) return { base64: toBase64(data) };
  if (typeof data === "string") {
    if (/^https?:\/\//i.test(data)) return { address: data };
    const comma = data.startsWith("data:") ? data.indexOf(",") : -1;
    return { base64: comma < 0 ? data : data.slice(comma + 1) };
  }
  if (typeof data === "object" && data !== null) {
    const tagged = data as TaggedData;
    if (tagged.type === "data" && (typeof tagged.data === "string" || tagged.data instanceof Uint8Array))
      return readData(tagged.data, field);
    if (tagged.type === "url" && (typeof tagged.url === "string" || tagged.url instanceof URL))
      return readData(tagged.url, field);
    if (tagged.type === "text" && typeof tagged.text === "string") return { text: tagged.text };
    if (tagged.type === "reference")
      throw wrong(field, "must hold the file itself: only one provider knows the file that it refers to");
  }
  throw wrong(field, "must hold bytes, base64 or an address");
}

function imageType(base64: string): string {
  return imageStarts.find(([start]) => base64.startsWith(start))?.[1] ?? "image/jpeg";
}
