import type { AudioPart } from "../contracts/index.ts";

type Format = AudioPart["input_audio"]["format"];

/** Media types of sound in the words of chat completions (IANA's registry of media types, and common other names). */
const formats: ReadonlyMap<string, Format> = new Map([
  ["audio/wav", "wav"],
  ["audio/x-wav", "wav"],
  ["audio/wave", "wav"],
  ["audio/mp3", "mp3"],
  ["audio/mpeg", "mp3"],
  ["audio/flac", "flac"],
  ["audio/ogg", "ogg"],
  ["audio/aac", "aac"],
  ["audio/aiff", "aiff"],
  ["audio/opus", "opus"],
  ["audio/webm", "webm"],
  ["audio/m4a", "m4a"],
]);

/** Returns the format of a media type; undefined if chat completions have no word for it. */
export function soundFormat(mediaType: string): Format | undefined {
  return formats.get(mediaType.toLowerCase());
}
