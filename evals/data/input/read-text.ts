import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import type { ImportInput } from "./import-input.ts";

/**
 * Decodes an input, part by part, without a byte-order mark. Throws `OutcomeFormatError` unless it is UTF-8.
 */
export async function* readText({ name, chunks }: ImportInput): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      throw new OutcomeFormatError(name, 0, "file", "is not UTF-8");
    }
  };
  for await (const chunk of chunks) yield decode(chunk);
  yield decode();
}
