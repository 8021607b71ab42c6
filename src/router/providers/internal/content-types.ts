/** Content types besides text that OpenAI's own API accepts. Models for sound have it in their name, and speak, too. */
export function openaiContentTypes(model: string): readonly string[] {
  return /(^|-)audio(-|$)/.test(model) ? [...read, "audio/wav", "audio/mp3", "output/audio"] : read;
}

const read: readonly string[] = [
  "image/jpeg",
  "image/png",
  "image/gif",
  "image/webp",
  "application/pdf",
  "file-id",
];

/** Content types besides text that can be translated for Anthropic. */
export const anthropicContentTypes: readonly string[] = [
  "image/jpeg",
  "image/png",
  "image/gif",
  "image/webp",
  "application/pdf",
];

/** Content types besides text that a Gemini model reads, among those a chat request can hold. */
export const googleContentTypes: readonly string[] = [
  "image/jpeg",
  "image/png",
  "image/webp",
  "image/heic",
  "image/heif",
  "application/pdf",
  "text/plain",
];
