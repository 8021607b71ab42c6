import type { CompletionMessage } from "../../../contracts/index.ts";
import { nodeCrypto } from "../../../plugin/node-crypto.ts";

/** Forms in which a request may ask for sound. Google's models write PCM. */
export type SoundFormat = "wav" | "pcm16";

/** Returns sound as a part of a message. Sound that is not plain PCM stays as it came. */
export function spokenAnswer(
  { mimeType, data }: { readonly mimeType: string; readonly data: string },
  format: SoundFormat | undefined,
  created: number,
): NonNullable<CompletionMessage["audio"]> {
  const rate = Number(/^audio\/(?:l16|pcm)\b.*?rate=(\d{4,6})/i.exec(mimeType)?.[1] ?? usualRate);
  const isPcm = /^audio\/(?:l16|pcm)\b/i.test(mimeType);
  return {
    id: `audio_${nodeCrypto().randomUUID().replaceAll("-", "")}`,
    data: isPcm && format !== "pcm16" ? withHeader(Buffer.from(data, "base64"), rate) : data,
    // No one keeps it: a request cannot refer to it.
    expires_at: created,
    transcript: "",
  };
}

const usualRate = 24_000;

/** Returns samples of 16 bits, one channel, as a WAV file in base64. */
function withHeader(samples: Uint8Array, rate: number): string {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(36 + samples.length, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]).toString("base64");
}
