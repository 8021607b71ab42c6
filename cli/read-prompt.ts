import { InvalidOptionError, notShown } from "../src/contracts/index.ts";
import type { Terminal } from "./io.ts";

const mostBytes = 16 * 1024 * 1024;

/**
 * Returns the prompt of a command line: the argument, or what is piped in if it is `-` or absent. Throws
 * `InvalidOptionError`.
 */
export async function readPrompt(given: string | undefined, terminal: Terminal): Promise<string> {
  if (given !== undefined && given !== "-") return given;
  if (terminal.stdinIsTerminal) {
    if (given === undefined)
      throw new InvalidOptionError("<prompt>", undefined, "what to ask, or - for stdin");
    terminal.stderr("reading the prompt from stdin; end with Ctrl-D\n");
  }
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  try {
    for await (const chunk of terminal.stdin) {
      bytes += chunk.length;
      if (bytes > mostBytes)
        throw new InvalidOptionError("stdin", `${bytes} bytes`, `at most ${mostBytes} bytes`);
      text += decoder.decode(chunk, { stream: true });
    }
    text += decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new InvalidOptionError("stdin", "other bytes", "text in UTF-8");
    throw error;
  }
  if (text.trim() === "")
    throw new InvalidOptionError("stdin", notShown, "the prompt: give it as an argument, or pipe it in");
  // A shell ends what it pipes with a newline, which is not part of the prompt.
  return text.replace(/\r?\n$/, "");
}
