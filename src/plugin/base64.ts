/** Decodes base64 to bytes; characters outside its alphabet are skipped. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  if (typeof Buffer !== "undefined") return Buffer.from(text, "base64");
  // `atob` refuses what Node skips.
  const clean = text
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/[^A-Za-z0-9+/]/g, "");
  const whole = clean.length % 4 === 1 ? clean.slice(0, -1) : clean;
  return Uint8Array.from(atob(whole), (character) => character.charCodeAt(0));
}

/** Encodes bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  if (typeof Buffer !== "undefined")
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  let characters = "";
  // In slices: one call takes a limited number of arguments.
  for (let start = 0; start < bytes.length; start += 8_192)
    characters += String.fromCharCode(...bytes.subarray(start, start + 8_192));
  return btoa(characters);
}

/** Returns the number of bytes that a text in base64 holds, without decoding it. */
export function base64Length(text: string): number {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return Math.floor(((text.length - padding) * 3) / 4);
}
