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

/** Content types besides text that a Gemini model reads. Models that speak have it in their name. */
export function googleContentTypes(model: string): readonly string[] {
  return /-(?:tts|audio)(?:-|$)/.test(model) ? [...readByGemini, "output/audio"] : readByGemini;
}

const readByGemini: readonly string[] = [
  "image/jpeg",
  "image/png",
  "image/webp",
  "image/heic",
  "image/heif",
  "application/pdf",
  "text/plain",
  "audio/wav",
  "audio/mp3",
  "audio/aac",
  "audio/aiff",
  "audio/flac",
  "audio/ogg",
  "video/mp4",
  "video/mpeg",
  "video/quicktime",
  "video/webm",
];

/** Content types besides text that Converse takes. Which of them a model reads is another question. */
export const converseContentTypes: readonly string[] = [
  "image/jpeg",
  "image/png",
  "image/gif",
  "image/webp",
  "application/pdf",
  "text/csv",
  "application/msword",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  "application/vnd.ms-excel",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "text/html",
  "text/plain",
  "text/markdown",
];
