import type { CompletionMessage } from "../../contracts/index.ts";
import { createGrowingText, type GrowingText } from "../../plugin/growing-text.ts";

type Spoken = NonNullable<CompletionMessage["audio"]>;

/** A spoken answer that grows by pieces: id and end of its time come once, sound and transcript are joined. */
export interface GrowingAudio {
  add(piece: Partial<Spoken>): void;
  /** Returns the answer; undefined if no piece has come. */
  whole(): Spoken | undefined;
}

export function createGrowingAudio(): GrowingAudio {
  return new Growing();
}

class Growing implements GrowingAudio {
  #id = "";
  #expiresAt = 0;
  #data: GrowingText | undefined;
  #transcript: GrowingText | undefined;

  add({ id, expires_at, data, transcript }: Partial<Spoken>): void {
    this.#data ??= createGrowingText();
    this.#transcript ??= createGrowingText();
    if (typeof id === "string" && id !== "") this.#id = id;
    if (typeof expires_at === "number") this.#expiresAt = expires_at;
    if (typeof data === "string") this.#data.add(data);
    if (typeof transcript === "string") this.#transcript.add(transcript);
  }

  whole(): Spoken | undefined {
    if (this.#data === undefined || this.#transcript === undefined) return undefined;
    const [data, transcript] = [this.#data.toString(), this.#transcript.toString()];
    return { id: this.#id, data, transcript, expires_at: this.#expiresAt };
  }
}
