import type { ChatRequest } from "../../contracts/index.ts";

/** True if a text of a request holds the number, which a server may have quoted. */
export function saysNumber(chat: ChatRequest, number: number): boolean {
  try {
    // As refusals are read: 8,192 and 8_192 are the same.
    return JSON.stringify(chat)
      .replace(/(?<=\d)[,_](?=\d)/g, "")
      .includes(String(number));
  } catch {
    return true;
  }
}
